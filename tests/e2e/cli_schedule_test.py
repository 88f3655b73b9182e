"""The schedule as users see it: tables, dry runs, the monitor in a terminal, stories, pausing, counters."""

import csv
import io
import json
import os
import re
import signal

from harness import CLI, E2ETestCase, cli_environment, idle, main, noop, run_cli
from terminal import Terminal

NOBODY_LISTENS = "127.0.0.1:9"


def far(**members):
    """A task for which nobody waits: far enough ahead for the whole test, near enough to be planned."""
    return idle(**members) | {"schedule": {"start": "PT2H", "slip": "PT5M"}}


class ScheduleTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.start_class_daemon()
        cls.api = cls.daemon.api
        cls.done = cls.api.finished_run(noop("well done"))
        cls.ahead = cls.api.first_run(cls.api.new_task(far(test="idleex")))

    def test_an_empty_range(self):
        ran = self.daemon.cli("schedule", "2001-01-01T00:00:00", "2001-01-02T00:00:00")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertRegex(ran.stdout, "^Nothing scheduled between 2001-01-01T00:00:00Z and 2001-01-02T00:00:00Z")

    def test_past_and_future_for_a_person(self):
        ran = self.daemon.cli("schedule", "-PT1H", "PT3H")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        first, second = ran.stdout.split("\n\n\n")
        self.assertRegex(first, r"^\S+ - \S+ \(Finished\)\nnoop --data '\"well done\"' \(Run with tool '\S+'\)\n")
        self.assertEqual(first.splitlines()[2], self.done["href"])
        self.assertRegex(second, r"^\S+ - \S+ \(Pending\)\nidleex --duration PT1S \(Run with tool '\S+'\)\n")
        self.assertEqual(second.splitlines()[2], self.ahead["href"])

    def test_filters(self):
        around = ["-PT1H", "PT3H"]
        for words, left in ((["--filter-test", "noop", *around], [self.done]),
                            (["--filter-test", "noop", "--invert", *around], [self.ahead]),
                            (["--filter-test", "noop", "--filter-test", "idleex", *around], [self.done, self.ahead]),
                            (["--task", self.ahead["task-href"]], [self.ahead])):
            with self.subTest(words=words):
                ran = self.daemon.cli("schedule", "--format", "line", *words)
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                self.assertEqual([line.split()[5] for line in ran.stdout.splitlines()], [run["href"] for run in left])

    def test_formats_for_programs(self):
        ran = self.daemon.cli("schedule", "--format", "json", "-PT1H", "PT3H")
        self.assertEqual([run["href"] for run in json.loads(ran.stdout)], [self.done["href"], self.ahead["href"]])
        ran = self.daemon.cli("schedule", "--format", "csv", "-PT1H", "PT3H")
        rows = list(csv.DictReader(io.StringIO(ran.stdout)))
        self.assertEqual([(row["test"], row["state"], row["url"]) for row in rows],
                         [("noop", "finished", self.done["href"]), ("idleex", "pending", self.ahead["href"])])

    def test_a_drawing(self):
        ran = self.daemon.cli("plot-schedule", "--format", "svg", "-PT1H", "PT3H")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("<svg", ran.stdout)

    def test_a_drawing_is_not_for_terminals(self):
        terminal = Terminal([CLI, "plot-schedule"], cli_environment(self.daemon.address))
        self.addCleanup(terminal.close)
        self.assertEqual(terminal.wait_for_end(), 1)
        self.assertIn("> schedule.png", terminal.sent)

    def test_a_dry_run_posts_nothing(self):
        before = self.api.get("/tasks").json
        ran = self.daemon.cli("schedule", "--count", "3", "--dry-run", "--start", "@PT1H", "--repeat", "PT1H",
                              "idle", "--duration", "PT5S")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(len(re.findall(r"(?m)^\d{4}-\d\d-\d\dT\d\d:00:00Z$", ran.stdout)), 3, ran.stdout)
        self.assertEqual(self.api.get("/tasks").json, before)

    def test_a_dry_run_knows_what_is_taken(self):
        ran = self.daemon.cli("schedule", "--dry-run", "--start", self.ahead["start-time"],
                              "idleex", "--duration", "PT5S")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("taken until ", ran.stdout)
        self.assertIn(self.ahead["href"], ran.stdout)
        self.assertIn("; starts ", ran.stdout)

    def test_stories(self):
        ran = self.daemon.cli("explain", self.done["href"])
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("Asked for: noop --data '\"well done\"'\n", ran.stdout)
        self.assertIn("State: Finished", ran.stdout)
        self.assertRegex(ran.stdout, r"(?s)What happened:\n.*Pending.*Running.*Finished")
        ran = self.daemon.cli("explain", self.done["task-href"])
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("More about the latest: pscheduler explain " + self.done["href"], ran.stdout)
        ran = self.daemon.cli("explain", self.done["href"][:-12] + "000000000000")
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))


class RepeatingTest(E2ETestCase):
    def test_a_repeating_task_shows_each_run_once(self):
        daemon = self.start_daemon()
        ran = daemon.cli("task", "--repeat", "PT1S", "--max-runs", "3", "--slip", "PT10S", "noop")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("Repeats every PT1S, at most 3 times\n", ran.stdout)
        urls = re.findall(r"(?m)^https://\S+/runs/\S+$", ran.stdout)
        self.assertEqual((len(urls), len(set(urls))), (3, 3), ran.stdout)
        self.assertTrue(ran.stdout.endswith("\nNothing more is scheduled.\n"))

    def test_relative_times(self):
        daemon = self.start_daemon()
        ran = daemon.cli("task", "--url", "--start", "PT1H", "--repeat", "PT1H", "--until", "P1D",
                         "idle", "-d", "PT1S")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        schedule = daemon.api.get(ran.stdout.strip()).json["schedule"]
        self.assertRegex(schedule["until"], r"^\d{4}-\d\d-\d\dT")

    def test_schedules_that_never_run_are_refused(self):
        daemon = self.start_daemon()
        for words in (["--repeat", "PT0S"], ["--repeat-cron", "0 0 30 2 *"], ["--slip", "P1M"]):
            with self.subTest(words=words):
                ran = daemon.cli("task", *words, "idle", "-d", "PT1S")
                self.assertEqual((ran.returncode, "Task URL" in ran.stdout), (1, False))
                self.assertIn(words[0].lstrip("-"), ran.stderr)
        self.assertEqual(daemon.api.get("/tasks").json, [])


class OperatorTest(E2ETestCase):
    def test_pausing(self):
        daemon = self.start_daemon()
        self.assertEqual(daemon.cli("pause", "--query").returncode, 1)
        ran = daemon.cli("pause", "--verbose", "PT1H")
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "Paused for PT1H\n", ""))
        ran = daemon.cli("pause", "--query", "--verbose")
        self.assertEqual(ran.returncode, 0)
        self.assertRegex(ran.stdout, r"^Paused for another P")
        self.assertEqual(json.loads(daemon.cli("metrics").stdout)["paused"]["is_paused"], True)
        ran = daemon.cli("resume")
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "", ""))
        self.assertEqual(daemon.cli("pause", "--query").returncode, 1)

    def test_counters(self):
        daemon = self.start_daemon()
        daemon.api.finished_run(noop())
        ran = daemon.cli("metrics")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(json.loads(ran.stdout)["runs"]["finished"], 1)
        ran = daemon.cli("metrics", "--format", "prometheus")
        self.assertIn('\nperfsonar_pscheduler_runs{state="finished"} 1\n', ran.stdout)

    def test_debugging(self):
        daemon = self.start_daemon()
        for word, state in (("on", True), ("off", False)):
            ran = daemon.cli("debug", word)
            self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "", ""))
            self.assertIs(daemon.api.get("/debug").json, state)

    def test_configurables(self):
        ran = run_cli("validate-configurables", "--dump", "-", server=NOBODY_LISTENS,
                      stdin='{"run-straggle": "PT30S"}')
        self.assertEqual((ran.returncode, ran.stdout), (0, '{"run-straggle":"PT30S"}\n'))
        ran = run_cli("validate-configurables", "-", server=NOBODY_LISTENS, stdin='{"run-straggle": "soon"}')
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("soon", ran.stderr)


class MonitorTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.start_class_daemon()
        cls.api = cls.daemon.api
        cls.api.finished_run(noop("over"))
        cls.api.first_run(cls.api.new_task(far()))

    def start(self, *words, rows=24, columns=80):
        terminal = Terminal([CLI, "monitor", *words], cli_environment(self.daemon.address), rows, columns)
        self.addCleanup(terminal.close)
        terminal.wait_for(lambda text: "idle --duration PT1S" in text)
        return terminal

    def test_it_shows_past_and_future_in_place(self):
        terminal = self.start()
        text = terminal.text
        self.assertIn("pScheduler Monitor", text.splitlines()[0])
        self.assertRegex(text, r"(?m)^- 0d 00:\S+ +Finished +noop --data \"over\"")
        self.assertRegex(text, r"(?m)^\+ 0d 0[12]:\S+ +Pending +idle --duration PT1S")
        self.assertIn("\x1b[?1049h", terminal.sent, "on a screen of its own")
        self.assertIn(";40m", terminal.sent, "in colours")
        terminal.type("q")
        self.assertEqual(terminal.wait_for_end(), 0)
        self.assertTrue(terminal.sent.endswith("\x1b[?1049l\r"))

    def test_all_ways_to_leave_give_the_terminal_back(self):
        for name, leave in {"Q": lambda t: t.type("Q"), "Esc": lambda t: t.type("\x1b"),
                            "Ctrl-C": lambda t: t.type("\x03"),
                            "TERM": lambda t: os.kill(t.process.pid, signal.SIGTERM)}.items():
            with self.subTest(way=name):
                terminal = self.start("--no-color", "--absolute")
                self.assertNotEqual(terminal.attributes, terminal.before, "keys come as they are typed")
                leave(terminal)
                self.assertEqual(terminal.wait_for_end(), 0)
                self.assertEqual(terminal.attributes, terminal.before)
                self.assertTrue(terminal.sent.endswith("\x1b[?1049l\r"))
                self.assertNotIn(";40m", terminal.sent)

    def test_it_follows_the_size_of_the_terminal(self):
        terminal = self.start(columns=60)
        terminal.resize(12, 132)
        terminal.wait_for(lambda text: text.splitlines()[1] == "-" * 132)
        terminal.resize(6, 30)
        terminal.wait_for(lambda text: text.splitlines()[1] == "-" * 30)
        terminal.type("q")
        self.assertEqual(terminal.wait_for_end(), 0)

    def test_new_runs_appear_and_can_be_filtered(self):
        terminal = self.start("--refresh", "3600")
        self.api.first_run(self.api.new_task(far(duration="PT7S")))
        self.assertNotIn("PT7S", terminal.text)
        terminal.type(" ")
        terminal.wait_for(lambda text: "idle --duration PT7S" in text)
        terminal.type("/pt7s\r")
        text = terminal.wait_for(lambda text: "idle --duration PT1S" not in text)
        self.assertIn("idle --duration PT7S", text)
        terminal.type("\x1b")
        terminal.wait_for(lambda text: "idle --duration PT1S" in text)
        terminal.type("q")
        self.assertEqual(terminal.wait_for_end(), 0)

    def test_it_needs_a_terminal_and_a_server(self):
        ran = self.daemon.cli("monitor")
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("terminal", ran.stderr)
        ran = run_cli("monitor", server=NOBODY_LISTENS)
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn(NOBODY_LISTENS, ran.stderr)


if __name__ == "__main__":
    main()
