"""Results on their way through a daemon to a server that is not always there: all arrive, and no secret shows."""

import json
import os

from harness import E2ETestCase, ask_until, main, noop
from sinks import HttpSink

SECRET = "zqK3-p0YV-77aM"
TASKS = 12


class DeliveryTest(E2ETestCase):
    def setUp(self):
        self.daemon = self.start_daemon()
        self.sink = HttpSink()
        self.addCleanup(lambda: self.sink.__exit__())  # pylint: disable=unnecessary-lambda

    def archive(self, sink=None, **members):
        data = {"schema": 4, "_url": f"http://127.0.0.1:{(sink or self.sink).port}/{SECRET}",
                "_headers": {"Authorization": f"Bearer {SECRET}"},
                "retry-policy": [{"attempts": 1000, "wait": "PT1S"}], **members}
        return {"schema": 3, "archiver": "http", "data": data, "label": "sink"}

    def stop_sink(self):
        self.sink.__exit__()

    def start_sink(self):
        """At the same port."""
        self.sink = HttpSink(port=self.sink.port)

    def results(self, count):
        """The runs' URLs in the order in which they arrived."""
        return [json.loads(self.sink.next().body)["run"]["href"].split("/pscheduler")[1] for _ in range(count)]

    def runs(self, *archives):
        """The paths of that many runs that have ended."""
        tasks = [self.daemon.api.new_task(noop(data=number, archives=list(archives))) for number in range(TASKS)]
        hrefs = [self.daemon.api.final_run(self.daemon.api.first_run(task)["href"])["href"] for task in tasks]
        return sorted(href.split("/pscheduler")[1] for href in hrefs)

    def wait_until_archived(self):
        def waiting():
            return [self.daemon.api.get(f"/stat/archiving/{which}").text for which in ("backlog", "upcoming")]
        ask_until(waiting, lambda counts: counts == ["0\n", "0\n"])

    def attempts(self, run):
        [archiving] = self.daemon.api.get(run).json["archivings"]
        return archiving["diags"]

    def test_after_an_outage_each_arrives_once(self):
        self.stop_sink()
        runs = self.runs(self.archive())
        for run in runs:
            self.daemon.api.archivings_once(run, lambda archiving: archiving["diags"])  # it has failed once
        self.start_sink()
        self.assertEqual(sorted(self.results(TASKS)), runs)
        self.wait_until_archived()
        self.assertTrue(self.sink.requests.empty(), "none came twice")
        for run in runs:
            first, last = self.attempts(run)[0], self.attempts(run)[-1]
            self.assertIn("Connection refused", first["stderr"])
            self.assertEqual((first["stdout"]["succeeded"], last["stdout"]["succeeded"]), (False, True))

    def test_after_a_crash_each_arrives_at_most_twice(self):
        self.sink.silent.set()
        runs = self.runs(self.archive())
        first = self.results(1)  # on its way when the daemon dies
        self.daemon.kill()
        self.stop_sink()
        self.start_sink()
        self.daemon.start()
        arrived = self.results(TASKS)
        self.assertEqual(sorted(arrived), runs)
        self.assertIn(first[0], runs)
        self.wait_until_archived()
        self.assertTrue(self.sink.requests.empty())

    def test_a_server_that_never_answers_holds_up_no_other(self):
        silent = HttpSink()
        self.addCleanup(lambda: silent.__exit__())  # pylint: disable=unnecessary-lambda
        silent.silent.set()
        runs = self.runs(self.archive(silent, timeout="PT100S"), self.archive())
        silent.next()
        self.assertEqual(sorted(self.results(TASKS)), runs)
        for run in runs:
            held, _ = self.daemon.api.get(run).json["archivings"]
            self.assertEqual((held["completed"], held["diags"]), (False, []), "it still holds the first")

    def test_a_server_that_never_answers_is_told_of_in_words(self):
        self.sink.silent.set()
        run = self.daemon.api.finished_run(noop(archives=[self.archive(timeout="PT0.2S")]))["href"]
        self.sink.next()
        [archiving] = self.daemon.api.archivings_once(run, lambda archiving: archiving["diags"])
        self.assertIn("timed out after 2", archiving["diags"][0]["stderr"])

    def test_no_secret_is_shown(self):
        self.sink.answers = [(500, {}, f"no {SECRET} here")] * TASKS
        runs = self.runs(self.archive(**{"retry-policy": []}))
        self.wait_until_archived()
        for run in runs:
            [archiving] = self.daemon.api.get(run).json["archivings"]
            self.assertIs(archiving["archived"], False)
            self.assertIn("was answered with status 500: no *** here", archiving["diags"][0]["stderr"])
            self.assertNotIn(SECRET, self.daemon.api.get(run).text)
        command_lines = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    command_lines.append(file.read())
            except OSError:
                continue  # it has ended
        self.assertNotIn(SECRET.encode(), b"\n".join(command_lines))
        self.daemon.stop()
        self.assertNotIn(SECRET, "\n".join(self.daemon.log))
        self.assertIn("sink", "\n".join(self.daemon.log))


if __name__ == "__main__":
    main()
