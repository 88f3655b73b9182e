"""Slow and broken clients: whatever they leave half done, others are served."""

import socket
import ssl

from harness import DEADLINE, E2ETestCase, idle, main, tls_context

CROWD = 200


class SlowClientsTest(E2ETestCase):
    def setUp(self):
        self.daemon = self.start_daemon()
        self.api = self.daemon.api

    def plain(self):
        connection = socket.create_connection(("127.0.0.1", self.daemon.port), timeout=DEADLINE)
        self.addCleanup(connection.close)
        return connection

    def secure(self):
        connection = tls_context().wrap_socket(self.plain())
        self.addCleanup(connection.close)
        return connection

    def assert_others_are_served(self):
        client = self.daemon.new_client()
        self.addCleanup(client.close)
        self.assertEqual(client.get("/api").json, 6)
        run = client.finished_run(idle("PT1S"))
        self.assertEqual(run["state"], "finished", run)

    def assert_answers_or_closes(self, connection):
        """Whatever comes, an end comes with it; an endless wait would be a failure (the socket has a deadline)."""
        try:
            while connection.recv(65536):
                pass
        except (ConnectionError, ssl.SSLError):
            pass

    def test_a_crowd_that_never_shakes_hands(self):
        for _ in range(CROWD):
            self.plain()
        self.assert_others_are_served()

    def test_a_crowd_with_half_a_handshake(self):
        for _ in range(CROWD):
            self.plain().sendall(b"\x16\x03\x01\x02\x00\x01")
        self.assert_others_are_served()

    def test_a_crowd_with_half_a_header(self):
        for _ in range(CROWD):
            self.secure().sendall(b"GET /pscheduler/api HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        self.assert_others_are_served()

    def test_a_crowd_with_half_a_body(self):
        for _ in range(CROWD):
            self.secure().sendall(b"POST /pscheduler/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{\"test\":")
        self.assert_others_are_served()

    def test_a_crowd_in_long_polls(self):
        url = self.api.new_task({**idle(), "schedule": {"start": "PT1H"}})
        run = self.api.first_run(url)["href"].partition(self.daemon.address)[2]
        request = f"GET {run}?wait-merged&wait=600 HTTP/1.1\r\nHost: {self.daemon.address}\r\n\r\n".encode()
        crowd = [self.secure() for _ in range(CROWD)]
        for connection in crowd:
            connection.sendall(request)
        self.assert_others_are_served()
        for connection in crowd:
            connection.close()
        self.assert_others_are_served()

    def test_clients_that_never_read(self):
        self.api.new_task(idle())
        request = b"GET /pscheduler/tests?expanded&pretty HTTP/1.1\r\nHost: x\r\n\r\n"
        for _ in range(3):  # few: being slow is tested here, not being many
            connection = self.secure()
            connection.settimeout(0.2)
            try:
                for _ in range(2000):  # far more than the buffers between us hold
                    connection.sendall(request)
            except (TimeoutError, ssl.SSLError, ConnectionError):
                pass  # the other side has stopped reading as well, or given up
        self.assert_others_are_served()

    def test_garbage_instead_of_tls(self):
        for garbage in (b"\0" * 4096, b"\x16\x03\x01" + b"\xff" * 4096, b"SSH-2.0-x\r\n", b"\x80\x2e\x01\x00\x02"):
            with self.subTest(garbage=garbage[:8]):
                connection = self.plain()
                connection.sendall(garbage)
                connection.shutdown(socket.SHUT_WR)
                self.assert_answers_or_closes(connection)
        self.assert_others_are_served()

    def test_plain_http_on_the_tls_port(self):
        connection = self.plain()
        connection.sendall(b"GET /pscheduler/api HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assert_answers_or_closes(connection)
        self.assert_others_are_served()

    def test_garbage_instead_of_http(self):
        for garbage in (b"HELLO\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0\0\0\0\r\n\r\n",
                        b"GET /pscheduler/api HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                        b"GET /pscheduler/api HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
                        b"POST /pscheduler/tasks HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                        b"POST /pscheduler/tasks HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
                        b"GET /pscheduler/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                        b"GET http://[::1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):
            with self.subTest(garbage=garbage):
                connection = self.secure()
                connection.sendall(garbage)
                connection.settimeout(DEADLINE)
                answer = connection.recv(65536)
                self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1."), answer)
                if answer:
                    self.assertNotRegex(answer[:12], rb" 5(?!05)\d\d")
        self.assert_others_are_served()

    def test_a_chunked_body_and_expect_continue(self):
        connection = self.secure()
        connection.sendall(b"POST /pscheduler/tasks HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                           b"Transfer-Encoding: chunked\r\n\r\n")
        self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 100"))
        body = b'{"test":{"type":"noop","spec":{"data":1}},"schedule":{}}'
        connection.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200"))

    def test_pipelined_requests_are_answered_in_order(self):
        connection = self.secure()
        connection.sendall(b"GET /pscheduler/api HTTP/1.1\r\nHost: x\r\n\r\n"
                           b"GET /pscheduler/nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answers = b""
        while True:
            more = connection.recv(65536)
            if not more:
                break
            answers += more
        self.assertLess(answers.index(b"HTTP/1.1 200"), answers.index(b"HTTP/1.1 404"))

    def test_clients_that_hang_up_in_the_middle(self):
        url = self.api.new_task({**idle(), "schedule": {"start": "PT1H"}})
        run = self.api.first_run(url)["href"].partition(self.daemon.address)[2]
        for request in (b"", b"GET /psch", b"POST /pscheduler/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{",
                        b"POST /pscheduler/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
                        f"GET {run}?wait-merged&wait=600 HTTP/1.1\r\nHost: x\r\n\r\n".encode()):
            for linger in (False, True):
                connection = self.secure()
                connection.sendall(request)
                if linger:  # closes with a reset
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.close()
        self.assert_others_are_served()


if __name__ == "__main__":
    main()
