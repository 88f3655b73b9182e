"""The schedule as a whole, over a real connection; and every example of docs/api.md."""

import datetime
import os
import re
import socket
import xml.etree.ElementTree

from harness import DEADLINE, E2ETestCase, ask_until, main, noop, tls_context

RUNS_PER_TASK = 100
TASKS = 4
MANUAL = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "api.md")


class ScheduleTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.start_class_daemon()
        cls.api = cls.daemon.api
        # What the other tests run is over before.
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5)
        cls.path = "/schedule?start=" + soon.strftime("%Y-%m-%dT%H:%M:%SZ")
        schedule = {"start": "PT10M", "repeat": "PT10M", "max-runs": RUNS_PER_TASK}
        for _ in range(TASKS):
            cls.api.new_task(noop(data="x" * 2000, schedule=schedule))
        ask_until(lambda: cls.api.get("/stat/runs/pending").json, lambda count: count >= RUNS_PER_TASK * TASKS)

    def connect(self):
        connection = tls_context().wrap_socket(
            socket.create_connection(("127.0.0.1", self.daemon.port), timeout=DEADLINE))
        self.addCleanup(connection.close)
        return connection

    def ask(self, version="1.1"):
        connection = self.connect()
        connection.sendall(f"GET /pscheduler{self.path} HTTP/{version}\r\nHost: localhost\r\n\r\n".encode())
        return connection

    def test_all_runs_come_in_order(self):
        reply = self.api.get(self.path)
        self.assertEqual(reply.headers["Transfer-Encoding"], "chunked")
        runs = reply.json
        self.assertEqual(len(runs), RUNS_PER_TASK * TASKS)
        self.assertEqual(len({run["href"] for run in runs}), len(runs))
        starts = [run["start-time"] for run in runs]
        self.assertEqual(starts, sorted(starts))
        self.assertEqual(runs[0]["test"]["name"], "noop")
        self.assertEqual(self.api.get("/api").json, 6, "the connection is still in step")

    def test_a_range_of_one_task(self):
        runs = self.api.get(self.path).json
        task = runs[0]["task"]["href"].rsplit("/", 1)[1]
        own = [run for run in runs if run["task"]["href"].endswith(task)]
        until = own[10]["start-time"].replace("+", "%2B")
        part = self.api.get(f"{self.path}&task={task}&end={until}").json
        self.assertEqual([run["href"] for run in part], [run["href"] for run in own[:10]])

    def test_a_client_that_knows_no_chunks_gets_all_until_the_connection_ends(self):
        connection = self.ask("1.0")
        text = b""
        while piece := connection.recv(1 << 16):
            text += piece
        head, body = text.split(b"\r\n\r\n", 1)
        self.assertNotIn(b"Transfer-Encoding", head)
        self.assertEqual(body.count(b'"result-href"'), RUNS_PER_TASK * TASKS)
        self.assertTrue(body.endswith(b"]\n"))

    def test_clients_that_leave_or_take_nothing_hold_up_nobody(self):
        for _ in range(5):
            self.ask()  # takes nothing
            leaving = self.ask()
            self.assertTrue(leaving.recv(100).startswith(b"HTTP/1.1 200"))
            leaving.close()
        self.assertEqual(self.api.get("/api").json, 6)
        run = self.daemon.new_client().finished_run(noop())
        self.assertEqual(run["state"], "finished")

    def test_the_picture_is_well_formed(self):
        reply = self.api.get(self.path + "&format=svg")
        self.assertEqual(reply.type, "image/svg+xml")
        root = xml.etree.ElementTree.fromstring(reply.text)
        self.assertEqual((root.attrib["width"], root.attrib["height"]), ("800", "1200"))
        self.assertIn(f"{RUNS_PER_TASK * TASKS} runs", root.findtext("{http://www.w3.org/2000/svg}title"))

    def test_metrics_are_text_of_prometheus(self):
        text = self.api.get("/metrics").text
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [-+.\w]+)$')
        self.assertIn(f'pscheduler_runs{{state="pending"}} {RUNS_PER_TASK * TASKS}\n', text)

    def test_the_examples_of_the_manual(self):
        run = self.daemon.new_client().finished_run(noop())
        names = {"$RUN": run["href"], "$TASK": run["task-href"], "$S": self.daemon.url}
        with open(MANUAL, encoding="utf-8") as file:
            examples = re.findall(r'^curl -sk (?:-X (\w+) )?"(.*?)"', file.read(), re.MULTILINE)
        self.assertGreater(len(examples), 8)
        for method, url in examples:
            for name, value in names.items():
                url = url.replace(name, value)
            with self.subTest(method=method, url=url):
                self.assertEqual(self.api.request(method or "GET", url).status, 200)


if __name__ == "__main__":
    main()
