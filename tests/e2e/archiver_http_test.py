"""The archiver `http` against real servers: what it sends, what it says when they refuse, and where it does not go."""

import os
import subprocess

from archivers import RESULT, RUN, TASK, ArchiverProcess, ask, payload, record, write_configuration
from harness import E2ETestCase, main
from sinks import HttpSink, make_certificate, unused_port

POLICY = [{"attempts": 1, "wait": "PT10S"}, {"attempts": 2, "wait": "PT1M"}]
SECRET = "s3cret-token"


class HttpArchiverTest(E2ETestCase):
    def setUp(self):
        self.configuration = self.new_directory()
        self.archiver = self.open(ArchiverProcess("http", self.configuration))

    def open(self, closing):
        self.addCleanup(closing.__exit__)
        return closing

    def sink(self, **kwargs):
        return self.open(HttpSink(**kwargs))

    def assert_refused(self, answer, *words):
        self.assertIs(answer["succeeded"], False)
        for word in words:
            self.assertIn(word, answer["error"])
        self.assertNotIn(SECRET, answer["error"])

    def test_posts_and_puts_on_one_connection(self):
        sink = self.sink()
        url = f"http://127.0.0.1:{sink.port}/results?a=b"
        self.assertEqual(self.archiver.archive(record({"_url": url})), {"succeeded": True})
        headers = {"X-Key": SECRET, "content-type": "text/plain", "X-Empty": ""}
        data = {"schema": 2, "_url": url, "op": "put", "bind": "127.0.0.1", "_headers": headers}
        for _ in range(2):
            self.assertEqual(self.archiver.archive(record(data, "häh")), {"succeeded": True})
        first, second, third = (sink.next() for _ in range(3))
        self.assertEqual((first.method, first.path, first.body), ("POST", "/results?a=b", payload()))
        self.assertEqual(first.headers["Content-Type"], "application/json")
        self.assertIsNone(first.headers["Expect"])
        self.assertEqual((second.method, second.body), ("PUT", payload("häh")))
        self.assertEqual(second.headers.get_all("Content-Type"), ["text/plain"])
        self.assertEqual(second.headers["X-Key"], SECRET)
        self.assertIsNone(second.headers["X-Empty"])
        self.assertEqual(second.client, third.client, "kept open")
        self.assertEqual(self.archiver.close(), (0, ""))

    def test_a_large_result(self):
        sink = self.sink()
        result = {"text": "x" * 3_000_000}
        self.assertEqual(self.archiver.archive(record({"_url": f"http://127.0.0.1:{sink.port}/"}, result)),
                         {"succeeded": True})
        self.assertEqual(sink.next().body, payload(result))

    def test_fills_templates(self):
        sink = self.sink()
        url = f"http://127.0.0.1:{sink.port}"
        data = {"schema": 5, "op": "put", "_url": url + "/{/test/type}/{task}/{run}?dest={/test/spec/dest}&%7B",
                "_headers": {"X-Run": "run {run} {{x}}", "X-Good": "{/result/succeeded}"}}
        result = {**RESULT, "test": {"type": "a/ü", "spec": {"dest": "x&y=z"}}}
        self.assertEqual(self.archiver.archive(record(data, result)), {"succeeded": True})
        request = sink.next()
        self.assertEqual(request.path, f"/a%2F%C3%BC/{TASK}/{RUN}?dest=x%26y%3Dz&%7B")
        self.assertEqual((request.headers["X-Run"], request.headers["X-Good"]), (f"run {RUN} {{x}}", "true"))
        for wrong in ({**RESULT, "test": {"type": ".."}}, {**RESULT, "test": {}}, "text"):
            answer = self.archiver.archive(record({**data, "_url": url + "/{/test/type}"}, wrong))
            self.assert_refused(answer, "{/test/type} names")
            self.assertNotIn("retry", answer)
        self.assertTrue(sink.requests.empty())
        old = {**data, "schema": 2, "_url": url + "/", "_headers": {"X-Run": "{run}"}}
        self.assertEqual(self.archiver.archive(record(old)), {"succeeded": True})
        self.assertEqual(sink.next().headers["X-Run"], "{run}", "earlier versions know no templates")

    def test_says_what_the_server_said_but_no_secret(self):
        sink = self.sink()
        sink.answers = [(503, {}, f"busy\nwith Bearer {SECRET} of user:pa55word at /in?key={SECRET}"), (401, {}, ""),
                        (204, {}, "")]
        data = {"schema": 2, "_url": f"http://user:pa55word@127.0.0.1:{sink.port}/in?key={SECRET}",
                "_headers": {"Authorization": f"Bearer {SECRET}"}, "retry-policy": POLICY}
        answer = self.archiver.archive(record(data))
        self.assert_refused(answer, f"POST to 127.0.0.1:{sink.port} was answered with status 503: busy")
        self.assertNotIn("pa55word", answer["error"])
        self.assertEqual(answer["retry"], "PT10S")
        answer = self.archiver.archive(record(data, attempts=3))
        self.assert_refused(answer, "status 401")
        self.assertNotIn("retry", answer)
        self.assertEqual(self.archiver.archive(record(data)), {"succeeded": True})
        data = {"schema": 2, "_url": f"http://us%40er:p%40ssword@127.0.0.1:{sink.port}/hooks/{SECRET}?x=%70assage"}
        sink.answers = [(404, {}, f"Cannot POST /hooks/{SECRET} with x being passage, us@er")]
        answer = self.archiver.archive(record(data))
        self.assert_refused(answer, "status 404: Cannot POST ***")
        for secret in ("passage", "us@er"):
            self.assertNotIn(secret, answer["error"])

    def test_nobody_there_and_nobody_answering(self):
        data = {"_url": f"http://127.0.0.1:{unused_port()}/{SECRET}", "retry-policy": POLICY}
        answer = self.archiver.archive(record(data))
        self.assert_refused(answer, "POST to 127.0.0.1:", "Connection refused")
        self.assertEqual(answer["retry"], "PT10S")
        self.assert_refused(self.archiver.archive(record({"_url": "http://no-such-host.invalid/"})), "no-such-host")
        sink = self.sink()
        sink.silent.set()
        data = {"schema": 4, "_url": f"http://127.0.0.1:{sink.port}/", "timeout": "PT0.2S", "retry-policy": POLICY}
        answer = self.archiver.archive(record(data, attempts=1))
        self.assert_refused(answer, "timed out")
        self.assertEqual(answer["retry"], "PT1M")
        sink.silent.clear()
        self.assertEqual(self.archiver.archive(record(data | {"timeout": "PT30S"})), {"succeeded": True})

    def test_certificates(self):
        directory = self.new_directory()
        right, right_tls = make_certificate(directory, "127.0.0.1")
        wrong, wrong_tls = make_certificate(directory, "other.example")
        sink, stranger = self.sink(tls=right_tls), self.sink(tls=wrong_tls)

        def archive(port, **members):
            return self.archiver.archive(record({"_url": f"https://127.0.0.1:{port}/{SECRET}", **members}))
        for port in (sink.port, stranger.port):
            self.assert_refused(archive(port, schema=3, **{"verify-ssl": True}), "certificate")
            self.assert_refused(archive(port, schema=5), "certificate")
            self.assertEqual(archive(port, schema=5, **{"verify-ssl": False}), {"succeeded": True})
            self.assertEqual(archive(port), {"succeeded": True}, "as 5.2 does")
            self.assert_refused(archive(port, schema=5), "certificate")
        write_configuration(self.configuration, "http", ca_file=right)
        self.assertEqual(archive(sink.port, schema=5), {"succeeded": True})
        self.assert_refused(archive(stranger.port, schema=5), "certificate")
        write_configuration(self.configuration, "http", ca_file=wrong)
        self.assert_refused(archive(stranger.port, schema=5), "matches target host name")

    def test_redirections(self):
        sink = self.sink()
        here = f"http://127.0.0.1:{sink.port}"
        for status in (301, 302, 307, 308):
            sink.answers = [(status, {"Location": "/there"}, "")]
            self.assertEqual(self.archiver.archive(record({"_url": here + "/here", "op": "put"})), {"succeeded": True})
            self.assertEqual([(request.method, request.path, request.body) for request in (sink.next(), sink.next())],
                             [("PUT", "/here", payload()), ("PUT", "/there", payload())])
        sink.answers = [(307, {"Location": "/again"}, "")] * 10
        self.assert_refused(self.archiver.archive(record({"_url": here})), "status 307", "redirection")
        self.assertEqual([sink.next().path for _ in range(4)], ["/", "/again", "/again", "/again"])
        for elsewhere in ("file:///etc/passwd", f"http://localhost:{sink.port}/", "ftp://127.0.0.1/", "gopher://x/"):
            sink.answers = [(308, {"Location": elsewhere}, "")]
            self.assert_refused(self.archiver.archive(record({"_url": here})), "status 308", "redirection")
            sink.next()
        self.assertTrue(sink.requests.empty())
        _, tls = make_certificate(self.new_directory(), "127.0.0.1")
        secure = self.sink(tls=tls)
        secure.answers = [(307, {"Location": here}, "")]
        self.assert_refused(self.archiver.archive(record({"_url": f"https://127.0.0.1:{secure.port}/"})), "TLS")
        sink.answers = [(307, {"Location": f"https://127.0.0.1:{secure.port}/safe"}, "")]
        self.assertEqual(self.archiver.archive(record({"_url": here})), {"succeeded": True})

    def test_tasks_from_other_hosts_do_not_reach_this_one(self):
        sink = self.sink()
        url = f"http://127.0.0.1:{sink.port}/"
        self.assertEqual(self.archiver.archive(record({"_url": url})), {"succeeded": True}, "leaves a connection open")
        self.assertTrue(sink.next())
        outside = {"from-outside": True}
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1.2.3",
                     "169.254.169.254"):
            data = {"_url": f"http://{host}:{sink.port}/", "retry-policy": POLICY}
            answer = self.archiver.archive(record(data, **outside))
            self.assert_refused(answer, "this-host = yes", f"{self.configuration}/http.conf")
            self.assertNotIn("retry", answer)
        self.assertTrue(sink.requests.empty())
        write_configuration(self.configuration, "http", private="no")
        answer = self.archiver.archive(record({"_url": "http://10.1.2.3/"}, **outside))
        self.assert_refused(answer, "10.1.2.3 is a private address", "private = yes")
        write_configuration(self.configuration, "http", this_host="yes")
        self.assertEqual(self.archiver.archive(record({"_url": url}, **outside)), {"succeeded": True})

    def test_secrets_are_not_in_the_process_list(self):
        sink = self.sink()
        sink.silent.set()
        self.archiver.send(record({"_url": f"http://127.0.0.1:{sink.port}/{SECRET}"}))
        sink.next()
        with open(f"/proc/{self.archiver.pid}/cmdline", "rb") as line, \
                open(f"/proc/{self.archiver.pid}/environ", "rb") as environment:
            self.assertNotIn(SECRET.encode(), line.read() + environment.read())

    def test_judges_data(self):
        self.assertEqual(ask("http", "enumerate")["name"], "http")
        good = [{"_url": "http://h/"}, {"_url": "HTTPS://u:p@[2001:db8::1]:8443/a?b", "op": "post", "bind": "eth0"},
                {"schema": 2, "_url": "http://h", "_headers": {"A": ""}, "retry-policy": POLICY},
                {"schema": 3, "_url": "http://h/", "verify-ssl": True},
                {"schema": 4, "_url": "http://h/", "timeout": "PT1S"},
                {"schema": 5, "_url": "http://h/{run}{/a b/c}?%7B", "_headers": {"A": "{task}"}}]
        for data in good:
            self.assertEqual(ask("http", "data-is-valid", data), {"valid": True}, data)
        wrong = [({}, "_url"), ({"_url": f"file:///{SECRET}"}, "neither http:// nor https://"),
                 ({"_url": f"gopher://h/{SECRET}"}, "neither"), ({"_url": SECRET}, "is not a URL"),
                 ({"_url": f"http:///{SECRET}"}, "is not a URL"), ({"_url": f"http://h/ {SECRET}"}, "is not a URL"),
                 ({"_url": "http://h/", "op": "get"}, "/op"), ({"_url": "http://h/", "_headers": {}}, "_headers"),
                 ({"schema": 6, "_url": "http://h/"}, "schema"),
                 ({"schema": 2, "_url": "http://h/", "_headers": {"A": f"x\r\nB: {SECRET}"}}, "/_headers/A"),
                 ({"schema": 2, "_url": "http://h/", "_headers": {"A b": SECRET}}, "not the name of a header"),
                 ({"schema": 2, "_url": "http://h/", "_headers": {"content-LENGTH": "3"}}, "leave it out"),
                 ({"schema": 5, "_url": "http://{run}/"}, "braces in its host"),
                 ({"schema": 5, "_url": "http://h/{{"}, "is not a URL"),
                 ({"schema": 5, "_url": "http://h/{what}"}, "JSON pointer"),
                 ({"schema": 5, "_url": "http://h/", "_headers": {"A": "{run"}}, "without its other one")]
        for data, words in wrong:
            answer = ask("http", "data-is-valid", data)
            self.assertIs(answer["valid"], False, data)
            self.assertIn(words, answer["error"])
            self.assertNotIn(SECRET, answer["error"])

    def test_no_other_program_loads_the_library(self):
        programs = os.path.join(os.path.dirname(os.environ["PSCHEDULER_E2E_CLASSES"]), "bin")
        linked = subprocess.run(["ldd", os.path.join(programs, "pscheduler-plugin")], capture_output=True, text=True,
                                check=True).stdout
        self.assertNotIn("libcurl", linked)


if __name__ == "__main__":
    main()
