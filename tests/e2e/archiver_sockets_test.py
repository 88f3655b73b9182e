"""The archivers `tcp` and `udp` against real sockets."""

import socket
import struct
import threading

from archivers import ArchiverProcess, ask, payload, record, write_configuration
from harness import DEADLINE, E2ETestCase, main
from sinks import unused_port

POLICY = [{"attempts": 1, "wait": "PT10S"}]


class TcpSink:
    """Takes connections one after another; what came over each."""

    def __init__(self, test, resets=False):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(DEADLINE)
        test.addCleanup(self._listener.close)
        self.port = self._listener.getsockname()[1]
        self._resets = resets

    def take(self):
        connection, self.client = self._listener.accept()
        with connection:
            if self._resets:  # without a word, and with what came unread
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return None
            connection.settimeout(DEADLINE)
            with connection.makefile("rb") as stream:
                return stream.read().decode()


class SocketArchiversTest(E2ETestCase):
    def archiver(self, name, configuration=None):
        process = ArchiverProcess(name, configuration)
        self.addCleanup(process.__exit__)
        return process

    def test_tcp_sends_each_over_its_own_connection(self):
        archiver, sink = self.archiver("tcp"), TcpSink(self)
        large = "häh" * 200_000
        for result in (None, "a text", large):
            archiver.send(record({"schema": 1, "host": "127.0.0.1", "port": sink.port, "bind": "127.0.0.2"}, result))
            self.assertEqual(sink.take(), payload(result))
            self.assertEqual(sink.client[0], "127.0.0.2")
            self.assertEqual(archiver.answer(), {"succeeded": True})
        archiver.send(record({"host": "localhost", "port": sink.port}))
        self.assertEqual(sink.take(), payload())
        self.assertEqual(archiver.answer(), {"succeeded": True})
        self.assertEqual(archiver.close(), (0, ""))

    def test_tcp_does_not_take_sent_for_received(self):
        archiver, sink = self.archiver("tcp"), TcpSink(self, resets=True)
        archiver.send(record({"host": "127.0.0.1", "port": sink.port, "retry-policy": POLICY}, "x" * 16_000_000))
        sink.take()
        answer = archiver.answer()
        self.assertIs(answer["succeeded"], False)
        self.assertIn(f"127.0.0.1 port {sink.port}: Connection reset", answer["error"])
        self.assertEqual(answer["retry"], "PT10S")

    def test_udp_sends_datagrams(self):
        archiver = self.archiver("udp")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
            sink.bind(("127.0.0.1", 0))
            sink.settimeout(DEADLINE)
            data = {"host": "127.0.0.1", "port": sink.getsockname()[1], "bind": "127.0.0.3"}
            for result in ({"n": 1}, "a text", "x" * 506):
                self.assertEqual(archiver.archive(record(data, result)), {"succeeded": True})
                received, sender = sink.recvfrom(65536)
                self.assertEqual((received.decode(), sender[0]), (payload(result), "127.0.0.3"))
            answer = archiver.archive(record({**data, "retry-policy": POLICY}, "x" * 507))
            self.assertIs(answer["succeeded"], False)
            self.assertIn("has 509 bytes, but payload-size allows 508", answer["error"])
            self.assertEqual(answer["retry"], "PT10S")
            self.assertEqual(archiver.archive(record({**data, "payload-size": 9000}, "x" * 8000)), {"succeeded": True})
            self.assertEqual(sink.recv(65536).decode(), payload("x" * 8000))
            answer = archiver.archive(record({**data, "payload-size": 100000}, "x" * 70000))
            self.assertIn("Message too long", answer["error"])
        self.assertEqual(archiver.close(), (0, ""))

    def test_both_say_what_stands_in_the_way(self):
        for name in ("tcp", "udp"):
            archiver, port = self.archiver(name), unused_port()
            small = {"retry-policy": POLICY}
            for data, words, retry in (
                    ({"host": "127.0.0.1"}, f"127.0.0.1 port {port}: Connection refused", "PT10S"),
                    ({"host": "no-such-host.invalid"}, "no-such-host.invalid has no address", "PT10S"),
                    ({"host": "127.0.0.1", "ip-version": 6}, "no address of IPv6 in common", None),
                    ({"host": "127.0.0.1", "bind": "::1"}, "127.0.0.1, ::1 and this host have no address", None),
                    ({"host": "127.0.0.1", "bind": "192.0.2.77"}, "bind: 192.0.2.77 cannot be used", None)):
                answer = archiver.archive(record({"port": port, **small, **data}, 1))
                self.assertIs(answer["succeeded"], False)
                self.assertIn(words, answer["error"])
                self.assertEqual(answer.get("retry"), retry, answer)

    def test_both_keep_tasks_from_other_hosts_away_from_this_one(self):
        configuration = self.new_directory()
        sink = TcpSink(self)
        for name in ("tcp", "udp"):
            archiver = self.archiver(name, configuration)
            for host in ("127.0.0.1", "localhost", "0.0.0.0"):
                answer = archiver.archive(record({"host": host, "port": sink.port}, 1, **{"from-outside": True}))
                self.assertIn(f"this-host = yes\" in section [{name}]", answer["error"])
                self.assertNotIn("retry", answer)
        write_configuration(configuration, "tcp", this_host="yes")
        archiver = self.archiver("tcp", configuration)
        taken = []
        thread = threading.Thread(target=lambda: taken.append(sink.take()))
        thread.start()
        self.assertEqual(archiver.archive(record({"host": "127.0.0.1", "port": sink.port}, 1,
                                                 **{"from-outside": True})), {"succeeded": True})
        thread.join(DEADLINE)
        self.assertEqual(taken, ["1"])

    def test_both_judge_data(self):
        for name in ("tcp", "udp"):
            self.assertEqual(ask(name, "enumerate")["name"], name)
            good = {"schema": 1, "host": "h", "port": 5, "bind": "::1", "ip-version": 6, "retry-policy": POLICY}
            for data in ({"host": "h", "port": 5}, good):
                self.assertEqual(ask(name, "data-is-valid", data), {"valid": True})
            for more, words in (({"port": 65536}, "/port"), ({"host": "a b"}, "/host"),
                                ({"ip-version": 5}, "/ip-version"), ({"schema": 2}, "schema"), ({"prot": 1}, "prot")):
                answer = ask(name, "data-is-valid", {**good, **more})
                self.assertIs(answer["valid"], False)
                self.assertIn(words, answer["error"])
        self.assertEqual(ask("udp", "data-is-valid", {"host": "h", "port": 5, "payload-size": 9}), {"valid": True})
        self.assertIs(ask("tcp", "data-is-valid", {"host": "h", "port": 5, "payload-size": 9})["valid"], False)


if __name__ == "__main__":
    main()
