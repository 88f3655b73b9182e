"""The command line as a user meets it: help, measuring, exporting, refusals, progress, formats."""

import json
import os
import re
import subprocess

from harness import CLI, DEADLINE, E2ETestCase, cli_environment, idle, main, run_cli
from scripted import task, write_plugin
from terminal import Terminal

NOBODY_LISTENS = "127.0.0.1:9"  # the discard port: nothing here uses it, and connecting to it fails at once
TASK_URL = r"https://127\.0\.0\.1:\d+/pscheduler/tasks/[0-9a-f-]{36}"


class WithoutServerTest(E2ETestCase):
    """What has to work, or to be refused, before any server is asked."""

    def run_cli(self, *arguments, **kwargs):
        return run_cli(*arguments, server=NOBODY_LISTENS, **kwargs)

    def test_no_arguments_teach_on_stderr(self):
        ran = self.run_cli()
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("pscheduler task", ran.stderr)

    def test_help_teaches_on_stdout(self):
        for words in (["--help"], ["-h"], ["help"]):
            with self.subTest(words=words):
                ran = self.run_cli(*words)
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                self.assertRegex(ran.stdout, r"(?m)^Commands")
                self.assertNotIn("internal", ran.stdout)
                self.assertIn("pscheduler task rtt --dest", ran.stdout, "an example")

    def test_every_command_has_help(self):
        for command in ("task", "watch", "result", "cancel", "batch", "explain", "schedule", "plot-schedule", "monitor", "ping",
                        "clock", "plugins", "metrics", "archiving", "archiving-summary", "diags", "pause", "resume", "debug",
                        "validate-configurables", "validate-limits", "limit-diags", "limits", "version", "help"):
            with self.subTest(command=command):
                ran = self.run_cli(command, "--help")
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                self.assertRegex(ran.stdout, "(?i)^usage:")

    def test_unknown_commands(self):
        for words in (["nosuch"], ["../task"], [""], ["-x"], ["--nosuch"]):
            with self.subTest(words=words):
                ran = self.run_cli(*words)
                self.assertEqual((ran.returncode, ran.stdout), (1, ""))
                self.assertIn(words[0], ran.stderr)

    def test_unknown_options(self):
        for words in (["ping", "--bogus"], ["task", "--bogus", "idle"], ["result", "--bogus", "x"]):
            with self.subTest(words=words):
                ran = self.run_cli(*words)
                self.assertEqual((ran.returncode, ran.stdout), (2, ""))
                self.assertIn("error", ran.stderr)
                self.assertIn("--bogus", ran.stderr)

    def test_bad_values_of_options(self):
        for words in (["--max-runs", "x"], ["--max-runs"], ["--priority", "high"]):
            with self.subTest(words=words):
                self.assertEqual(self.run_cli("task", *words).returncode, 2)

    def test_nothing_to_do_shows_usage(self):
        ran = self.run_cli("task")
        self.assertEqual(ran.returncode, 1)
        self.assertRegex(ran.stdout, "(?i)usage:")

    def test_refused_before_any_request(self):
        cases = {
            "no time as start": ["task", "--start", "noon", "idle", "-d", "PT1S"],
            "a start that has passed": ["task", "--start", "2001-01-01T00:00:00Z", "idle", "-d", "PT1S"],
            "an unknown format": ["task", "--format", "plain", "idle", "-d", "PT1S"],
            "no runs": ["task", "--max-runs", "0", "idle", "-d", "PT1S"],
            "a bad repeat": ["task", "--repeat", "often", "idle", "-d", "PT1S"],
            "a bad reference": ["task", "--reference", "{", "idle", "-d", "PT1S"],
            "a file that is not there": ["task", "--reference", "@/no/such/file", "idle", "-d", "PT1S"],
            "an import that is not there": ["task", "--import", "/no/such/file"],
            "canceling a run": ["cancel", "https://127.0.0.1:9/pscheduler/tasks/"
                                "00000000-0000-0000-0000-000000000001/runs/00000000-0000-0000-0000-000000000002"],
            "a range that is none": ["schedule", "noon"],
            "watching no task": ["watch", "https://127.0.0.1:9/pscheduler/tasks/x"],
        }
        for name, words in cases.items():
            with self.subTest(case=name):
                ran = self.run_cli(*words)
                self.assertEqual((ran.returncode, ran.stdout), (1, ""))
                self.assertTrue(ran.stderr.strip())
                self.assertNotRegex(ran.stderr, "(?i)refused|unreachable|connect", "it asked a server")

    def test_a_daemon_that_is_not_there(self):
        for words in (["task", "idle", "-d", "PT1S"], ["ping"], ["clock"], ["plugins", "tests"]):
            with self.subTest(words=words):
                ran = self.run_cli(*words)
                self.assertEqual((ran.returncode, ran.stdout), (1, ""))
                self.assertIn(NOBODY_LISTENS, ran.stderr)

    def test_a_bad_priority_in_the_environment(self):
        ran = self.run_cli("task", "--export", "idle", "-d", "PT1S", environment={"PSCHEDULER_PRIORITY": "x"})
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("PSCHEDULER_PRIORITY", ran.stderr)

    def test_version(self):
        ran = self.run_cli("version")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertRegex(ran.stdout, r"\d+\.\d+")


class WithServerTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.start_class_daemon()
        cls.api = cls.daemon.api

    def posted_tasks(self):
        return self.api.get("/tasks").json

    def test_a_round_trip_is_measured_by_the_real_ping(self):
        for dest in ("127.0.0.1", "::1"):
            with self.subTest(dest=dest):
                ran = self.daemon.cli("task", "rtt", "--count", "2", "--interval", "PT0.2S", "--dest", dest)
                self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran)
                self.assertRegex(ran.stdout, rf"(?m)^1\s.*{dest}.*RTT")
                self.assertIn("0% Packet Loss", ran.stdout)
                self.assertRegex(ran.stdout, TASK_URL)

    def test_export(self):
        ran = self.daemon.cli("task", "--export", "idle", "--duration", "PT2S")
        expected = {"test": {"type": "idle", "spec": {"duration": "PT2S", "schema": 1}}}
        text = json.dumps(expected, indent=4, sort_keys=True, separators=(", ", ": ")) + "\n"
        self.assertEqual((ran.returncode, ran.stderr, ran.stdout), (0, "", text))

    def test_export_of_options(self):
        ran = self.daemon.cli("task", "--export", "--priority", "4", "--repeat", "PT1H", "--max-runs", "1",
                              "idle", "-d", "PT1S")
        document = json.loads(ran.stdout)
        self.assertEqual((document["schema"], document["priority"]), (3, 4))
        self.assertEqual(document["schedule"], {"repeat": "PT1H"})

    def test_long_options_may_be_abbreviated(self):
        ran = self.daemon.cli("task", "--export", "--max", "3", "idle", "--dur", "PT1S")
        self.assertEqual(json.loads(ran.stdout)["schedule"]["max-runs"], 3)

    def test_export_for_batch(self):
        ran = self.daemon.cli("task", "--export", "--export-format", "batch", "--slip", "PT9M", "idle", "-d", "PT1S")
        document = json.loads(ran.stdout)
        self.assertEqual((document["schema"], len(document["jobs"])), (1, 1))
        self.assertTrue(document["jobs"][0]["label"].endswith("idle"))
        self.assertNotIn("schedule", ran.stdout)

    def test_an_export_can_be_imported(self):
        exported = self.daemon.cli("task", "--export", "idle", "-d", "PT1S").stdout
        path = os.path.join(self.new_directory(), "task.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(exported)
        ran = self.daemon.cli("task", "--url", "--import", path)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(self.api.get(ran.stdout.strip()).json["test"], json.loads(exported)["test"])
        ran = self.daemon.cli("task", "--url", "--import", "-", "-", "--duration", "PT2S", stdin=exported)
        self.assertEqual(self.api.get(ran.stdout.strip()).json["test"]["spec"]["duration"], "PT2S")

    def test_an_import_that_is_no_task(self):
        for document in ("{", "[]", '{"bogus": 1}', '{"test": {"type": "idle", "spec": {}}, "schema": 99}'):
            with self.subTest(document=document):
                ran = self.daemon.cli("task", "--import", "-", stdin=document)
                self.assertEqual((ran.returncode, ran.stdout), (1, ""))
                self.assertTrue(ran.stderr.strip())

    def test_url_alone(self):
        ran = self.daemon.cli("task", "--url", "idle", "-d", "PT1S")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertRegex(ran.stdout, rf"^{TASK_URL}\n$")
        self.assertEqual(self.api.get(ran.stdout.strip()).json["schedule"], {"slip": "PT5M"})

    def test_json_is_all_there_is_on_stdout(self):
        ran = self.daemon.cli("task", "--format", "json", "idle", "-d", "PT1S")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIs(json.loads(ran.stdout)["succeeded"], True)

    def test_other_formats(self):
        ran = self.daemon.cli("task", "--format", "html", "idle", "-d", "PT1S")
        self.assertEqual(ran.returncode, 0)
        self.assertIn("<", ran.stdout)
        ran = self.daemon.cli("task", "--format", "none", "idle", "-d", "PT1S")
        self.assertEqual((ran.returncode, ran.stdout), (0, ""))
        ran = self.daemon.cli("task", "--quiet", "idle", "-d", "PT1S")
        self.assertEqual(ran.returncode, 0)
        self.assertIn("Idled", ran.stdout)
        self.assertNotRegex(ran.stdout, TASK_URL)

    def test_help_of_a_test(self):
        ran = self.daemon.cli("task", "idle", "--help")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("--duration", ran.stdout)

    def test_refusals_before_anything_runs(self):
        cases = {
            "rtt --count 0": (["rtt", "--count", "0", "--dest", "::1"], ["count", "0", "1"]),
            "rtt --ttl abc": (["rtt", "--ttl", "abc", "--dest", "::1"], ["ttl", "abc"]),
            "unknown test": (["nosuch"], ["nosuch"]),
            "unknown option of the test": (["idle", "--bogus"], ["--bogus"]),
            "missing destination": (["rtt"], ["dest"]),
        }
        before = self.posted_tasks()
        for name, (words, named) in cases.items():
            with self.subTest(case=name):
                ran = self.daemon.cli("task", *words)
                self.assertEqual((ran.returncode, ran.stdout), (1, ""), ran)
                for word in named:
                    self.assertIn(word, ran.stderr)
                self.assertEqual(len(ran.stderr.strip().splitlines()), 1, "one sentence: " + ran.stderr)
        ran = self.daemon.cli("task", "idle", "--bogus")
        self.assertTrue(ran.stderr.startswith(self.daemon.address), ran.stderr)
        self.assertEqual(self.posted_tasks(), before)

    def test_a_far_assist_needs_a_host(self):
        other = self.start_daemon()
        ran = self.daemon.cli("task", "--assist", other.address, "idle", "-d", "PT1S")
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("host", ran.stderr)
        self.assertEqual(other.api.get("/tasks").json, [])

    def test_a_failed_run_is_shown_with_the_reason_of_the_tool(self):
        ran = self.daemon.cli("task", "rtt", "--dest", "no.such.host.invalid")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("failed", ran.stdout)
        self.assertRegex(ran.stdout, r"ping: no\.such\.host\.invalid: ")

    def test_progress_comes_through_a_pipe_before_the_run_ends(self):
        command = [CLI, "task", "idle", "--duration", "PT30S"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                              env=cli_environment(self.daemon.address)) as client:
            self.addCleanup(client.kill)
            url = None
            for line in client.stdout:
                url = url or re.match(TASK_URL, line)
                if line.startswith("Ends"):
                    break
            run = self.api.get(url.group() + "/runs/first?wait=0").json
            self.assertIn(run["state"], ("pending", "on-deck", "running"))
            canceled = self.daemon.cli("cancel", url.group())
            self.assertEqual((canceled.returncode, canceled.stderr), (0, ""))
            rest = client.stdout.read()
            self.assertEqual(client.wait(DEADLINE), 0, rest)
        self.assertEqual(self.api.get(run["href"]).json["state"], "canceled")

    def test_results_of_tasks_and_runs(self):
        run = self.api.finished_run(idle())
        for words in ([run["href"]], [run["task-href"]], ["--full", run["href"]]):
            with self.subTest(words=words):
                ran = self.daemon.cli("result", *words)
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))
                self.assertIn("Idled", ran.stdout)
        ran = self.daemon.cli("result", "--format", "json", run["href"])
        self.assertEqual(json.loads(ran.stdout), run["result-merged"])
        missing = run["href"][:-12] + "000000000000"
        ran = self.daemon.cli("result", missing)
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))

    def test_watch_begins_with_the_first_run(self):
        url = self.api.first_run(self.api.new_task(idle()))["task-href"]
        ran = self.daemon.cli("watch", "--first", url)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("Idled", ran.stdout)

    def test_ping_clock_and_plugins(self):
        ran = self.daemon.cli("ping", self.daemon.address)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        ran = self.daemon.cli("clock", self.daemon.address, self.daemon.address)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertRegex(ran.stdout.splitlines()[2], r"^difference PT\S+ safe")
        ran = self.daemon.cli("plugins", "tests")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("rtt", ran.stdout)


class TerminalTest(E2ETestCase):
    def test_a_terminal_gets_nothing_to_obey_from_a_server(self):
        root = self.new_directory()
        write_plugin(root, "rude", methods={("test", "result-format"): "cat >/dev/null; printf 'a\\033[2Jb\\tc'\n"})
        daemon = self.start_daemon(class_roots=[root])
        url = daemon.api.finished_run(task("rude"))["href"]
        self.assertIn("a\x1b[2Jb\tc\n", daemon.cli("result", url).stdout, "a pipe takes anything")
        terminal = Terminal([CLI, "result", url], cli_environment(daemon.address))
        self.addCleanup(terminal.close)
        self.assertEqual(terminal.wait_for_end(), 0)
        self.assertIn("a\\x1b[2Jb\tc", terminal.sent)


if __name__ == "__main__":
    main()
