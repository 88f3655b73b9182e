"""Batches as a user meets them: what is refused and where, what comes out, interruptions, and dying leads."""

import json
import os
import signal
import subprocess
import threading

from harness import CLI, DEADLINE, E2ETestCase, cli_environment, main, run_cli

NOBODY_LISTENS = "127.0.0.1:9"  # the discard port: connecting to it fails at once

IDLE = {"test": {"type": "idle", "spec": {"schema": 1, "duration": "PT1S"}}}
NOOP = {"test": {"type": "noop", "spec": {"data": "hello"}}}


def idle(duration, **spec):
    return {"test": {"type": "idle", "spec": {"schema": 1, "duration": duration, **spec}}}


def batch_of(*jobs, schema=1, **members):
    return {"schema": schema, "jobs": list(jobs), **members}


class BatchTestCase(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.start_class_daemon()

    def run_batch(self, document, *options, server=None):
        text = document if isinstance(document, str) else json.dumps(document)
        return run_cli("batch", *options, server=server or self.daemon.address, stdin=text)

    def results(self, document, *options):
        ran = self.run_batch(document, *options)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return json.loads(ran.stdout)

    def tasks(self):
        return self.daemon.api.get("/tasks").json


class RefusalTest(BatchTestCase):
    def refused(self, document, *words, status=1, options=()):
        before = self.tasks()
        ran = self.run_batch(document, *options)
        self.assertEqual((ran.returncode, ran.stdout), (status, ""), ran.stderr)
        for word in words:
            self.assertIn(word, ran.stderr)
        self.assertEqual(self.tasks(), before, "nothing is posted")
        return ran.stderr

    def test_what_is_not_valid(self):
        cases = {
            "no jobs": ("{}", ["stdin", "/: ", "jobs"]),
            "an unknown schema": ({"schema": 4, "jobs": []}, ["4 is not supported"]),
            "an unknown member": (batch_of({"task": IDLE, "extra": 1}), ["/jobs/0", "extra"]),
            "a member of a later schema": (batch_of({"task": IDLE, "continue-if": {"script": "true"}}), ["/jobs/0"]),
            "no iterations": (batch_of({"task": IDLE, "iterations": 0}), ["/jobs/0/iterations"]),
            "a month": (batch_of({"task": IDLE, "backoff": "P1M"}), ["/jobs/0/backoff"]),
            "a transform that makes no task": (
                batch_of({"task": IDLE}, {"task": IDLE, "task-transform": {"script": ".nope = 1"}}),
                ["/jobs/1/task iteration 0", "nope"]),
            "no JSON": ("{", ["stdin"]),
        }
        for name, (document, words) in cases.items():
            with self.subTest(name):
                self.refused(document, *words)

    def test_three_mistakes_are_three_positions(self):
        directory = self.new_directory()
        path = os.path.join(directory, "three.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{ "jobs": [\n'
                       '  { "task": {}, "iterations": 0 },\n'
                       '  { "task": {}, "backof": "PT1S", "parallel": "yes" } ] }\n')
        before = self.tasks()
        ran = self.daemon.cli("batch", path)
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertEqual([line.split(" ")[0] for line in ran.stderr.splitlines()],
                         [f"{path}:2:31:", f"{path}:3:27:", f"{path}:3:47:"])
        self.assertEqual(self.tasks(), before)

    def test_files_and_options(self):
        ran = self.daemon.cli("batch", "no-such-file")
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertTrue(ran.stderr.startswith("no-such-file"))
        self.assertEqual(self.daemon.cli("batch", "a", "b").returncode, 2)
        self.assertEqual(self.daemon.cli("batch", "--bogus").returncode, 2)
        self.assertEqual(self.daemon.cli("batch", "a", "--bogus").returncode, 2)
        for options in (["--format", "xml"], ["--max-parallel", "0"], ["--resume", "x", "y"],
                        ["--partial", "--format", "jsonl"], ["--output", "/no/such/directory/file"]):
            with self.subTest(options=options):
                self.refused(batch_of(), "--", options=options)

    def test_the_assist_has_to_be_there(self):
        ran = self.run_batch(batch_of(), server=NOBODY_LISTENS)
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("127.0.0.1:9", ran.stderr)

    def test_a_condition_without_an_answer(self):
        document = batch_of({"task": NOOP, "continue-if": {"script": "1"}}, schema=2)
        ran = self.run_batch(document, "--dry")
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertIn("non-boolean", ran.stderr)


class DryTest(BatchTestCase):
    def dry(self, document):
        before = self.tasks()
        output = self.results(document, "--dry")
        self.assertEqual(self.tasks(), before)
        return output["jobs"]

    def test_counts(self):
        self.assertEqual(self.dry(batch_of({"task": IDLE, "iterations": 3}))[0]["results"], [{}, {}, {}])
        self.assertEqual(self.dry(batch_of({"task": [IDLE, IDLE], "iterations": 5}))[0]["results"], [{}, {}])
        computed = {"script": "$n*2", "args": {"n": 2}}
        self.assertEqual(len(self.dry(batch_of({"task": IDLE, "iterations": computed}, schema=3))[0]["results"]), 4)
        self.assertEqual(self.dry(batch_of({"task": IDLE, "enabled": False}))[0]["results"], [])

    def test_a_condition_leaves_later_jobs_without_results(self):
        jobs = self.dry(batch_of({"task": IDLE, "continue-if": {"script": "false"}}, {"task": IDLE}, schema=2))
        self.assertNotIn("results", jobs[1])

    def test_the_schedule_is_the_batchs_business(self):
        task = {**IDLE, "schedule": {"start": "2030-01-01T00:00:00Z", "repeat": "PT1H", "slip": "PT1M"}}
        ran = self.run_batch(batch_of({"task": task}), "--dry", "--debug")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        posted = ran.stderr[ran.stderr.index("would post"):]
        self.assertIn('"slip": "PT1M"', posted)
        self.assertNotIn("repeat", posted)
        self.assertEqual(json.loads(ran.stdout)["jobs"][0]["task"], task)

    def test_the_template_is_a_batch(self):
        ran = self.daemon.cli("batch", "--template")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn('"#"', ran.stdout)
        self.assertEqual([len(job["results"]) for job in self.dry(ran.stdout)], [3, 2, 0])

    def test_an_exported_task_is_one(self):
        ran = self.daemon.cli("task", "--export", "--export-format", "batch", "idle", "--duration", "PT1S")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(len(self.dry(ran.stdout)[0]["results"]), 1)

    def test_check_tells_and_does_nothing(self):
        ran = self.run_batch(batch_of({"task": IDLE}), "--check", server=NOBODY_LISTENS)
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "", ""))


class RunTest(BatchTestCase):
    def test_one_task(self):
        output = self.results(batch_of({"#": "vanishes", "task": IDLE}))
        [element] = output["jobs"][0]["results"]
        self.assertEqual(element["task"], {**IDLE, "schedule": {}})
        [run] = element["runs"]
        self.assertEqual(sorted(run), ["application/json", "text/html", "text/plain"])
        self.assertTrue(run["application/json"]["succeeded"])
        self.assertEqual(sorted(output["batch"]), ["duration", "end", "start"])
        self.assertNotIn("#", output["jobs"][0])

    def test_an_empty_batch(self):
        output = self.results('{"jobs":[]}')
        self.assertEqual(output["jobs"], [])
        self.assertIn("batch", output)

    def test_a_common_start(self):
        job = {"task": IDLE, "parallel": True, "iterations": 3, "backoff": "PT0.1S", "setup-time": "PT2S"}
        results = self.results(batch_of(job))["jobs"][0]["results"]
        self.assertEqual(len({element["task"]["schedule"]["start"] for element in results}), 1)

    def test_different_tests_at_once(self):
        streaming = {"test": {"type": "idlebgm", "spec": {"schema": 1, "duration": "PT3S", "interval": "PT1S"}}}
        job = {"task": [streaming, IDLE], "parallel": True, "backoff": "PT1S", "setup-time": "PT1S"}
        ran = self.run_batch(batch_of(job), "--fail")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        background, foreground = json.loads(ran.stdout)["jobs"][0]["results"]
        self.assertEqual(background["task"]["schedule"]["start"], foreground["task"]["schedule"]["start"])
        self.assertGreater(len(background["runs"]), 1, "one for each interval")
        self.assertEqual(len(foreground["runs"]), 1)

    def test_a_test_that_the_server_lacks_is_a_result(self):
        output = self.results(batch_of({"task": [{"test": {"type": "nosuch", "spec": {}}}, NOOP]}))
        failed, fine = output["jobs"][0]["results"]
        self.assertFalse(failed["succeeded"])
        self.assertIn("nosuch", failed["error"])
        self.assertTrue(fine["runs"][0]["application/json"]["succeeded"])

    def test_fail_tells_by_the_status(self):
        document = batch_of({"task": [NOOP, {"test": {"type": "nosuch", "spec": {}}}]})
        self.assertEqual(self.run_batch(document).returncode, 0)
        ran = self.run_batch(document, "--fail")
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(len(json.loads(ran.stdout)["jobs"][0]["results"]), 2, "the results are there all the same")
        self.assertEqual(self.run_batch(batch_of({"task": NOOP}), "--fail").returncode, 0)

    def test_many_at_once(self):
        # Few enough for a node with sanitizers on a busy machine; unit tests have a thousand.
        job = {"task": NOOP, "iterations": 20, "parallel": True, "sync-start": False}
        results = self.results(batch_of(job), "--max-parallel", "5")["jobs"][0]["results"]
        self.assertEqual(len(results), 20)
        self.assertTrue(all(element["runs"][0]["application/json"]["succeeded"] for element in results))

    def test_lines_and_tables(self):
        document = batch_of({"label": "twice", "task": NOOP, "iterations": 2},
                            {"task": {"test": {"type": "nosuch", "spec": {}}}})
        ran = self.run_batch(document, "--format", "jsonl")
        lines = [json.loads(line) for line in ran.stdout.splitlines()]
        self.assertEqual([(line["job"], line["label"], line["iteration"], line["succeeded"]) for line in lines],
                         [(0, "twice", 0, True), (0, "twice", 1, True), (1, None, 0, False)])
        self.assertIn("runs", lines[0])
        ran = self.run_batch(document, "--format", "table")
        table = [line.split() for line in ran.stdout.splitlines()]
        self.assertEqual(table[0], ["JOB", "ITERATION", "TEST", "RESULT", "DETAIL"])
        self.assertEqual(table[1][:4], ["twice", "0", "noop", "succeeded"])
        self.assertEqual(table[3][:3], ["job[1]", "0", "failed"])

    def test_the_key_guards_the_tasks(self):
        ran = self.run_batch(batch_of({"task": NOOP}), "--key", "secret", "--progress")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertNotIn("secret", ran.stdout)
        url = next(line.split()[-1] for line in ran.stderr.splitlines() if "posted as" in line)
        self.assertEqual(self.daemon.api.get(url + "?key=wrong").status, 403)
        self.assertEqual(self.daemon.api.get(url + "?key=secret").json["_key"], "secret")

    def test_progress_in_lines(self):
        ran = self.run_batch(batch_of({"label": "x", "task": NOOP}), "--progress")
        self.assertRegex(ran.stderr, r"x: begins, job 1 of 1, 1 iteration\n"
                                     r"x/0: posted as https://.*\nx/0: starts\n"
                                     r"x/0: succeeded \(1 of 1\)\nx: ended, 1 succeeded, 0 failed\n")
        self.assertEqual(self.run_batch(batch_of({"task": NOOP})).stderr, "", "none without a terminal")

    def test_the_output_file_replaces_the_old_one(self):
        path = os.path.join(self.new_directory(), "results.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write("old")
        os.chmod(path, 0o640)
        ran = self.run_batch(batch_of({"task": NOOP}), "--output", path)
        self.assertEqual((ran.returncode, ran.stdout), (0, ""), ran.stderr)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(len(json.load(file)["jobs"]), 1)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o640)
        self.assertEqual(os.listdir(os.path.dirname(path)), ["results.json"])


class InterruptionTest(BatchTestCase):
    def start_batch(self, *options, document=None):
        process = subprocess.Popen([CLI, "batch", "--progress", *options], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=cli_environment(self.daemon.address))
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        # A line that never comes must not hold up the tests.
        alarm = threading.Timer(DEADLINE, process.kill)
        alarm.start()
        self.addCleanup(alarm.cancel)
        if document:
            process.stdin.write(json.dumps(document))
        process.stdin.close()
        return process

    def wait_for_line(self, process, words):
        for line in process.stderr:
            if words in line:
                return line
        raise AssertionError(f"no line with {words!r}")

    def test_what_was_interrupted_is_taken_up(self):
        path = os.path.join(self.new_directory(), "part.json")
        document = batch_of({"label": "quick", "task": NOOP, "iterations": 3},
                            {"label": "long", "task": [IDLE, idle("PT8S"), NOOP]})
        process = self.start_batch("--partial", "--output", path, document=document)
        self.wait_for_line(process, "long/1: starts")
        process.send_signal(signal.SIGINT)
        words = process.stderr.read()
        self.assertEqual(process.wait(DEADLINE), 130, words)
        self.assertIn("--resume", words)
        with open(path, encoding="utf-8") as file:
            partial = json.load(file)
        self.assertTrue(partial["batch"]["interrupted"])
        quick, long = (job["results"] for job in partial["jobs"])
        self.assertEqual([len(element["runs"]) for element in quick], [1, 1, 1])
        self.assertEqual(len(long[0]["runs"]), 1)
        url = long[1]["href"]
        self.assertFalse(self.daemon.api.get(url + "?detail=1").json["detail"]["enabled"], "it was canceled")
        self.assertIsNone(long[2])

        before = len(self.tasks())
        ran = self.daemon.cli("batch", "--resume", path, "--output", path)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        with open(path, encoding="utf-8") as file:
            whole = json.load(file)
        self.assertNotIn("interrupted", whole["batch"])
        self.assertEqual(whole["jobs"][0]["results"], quick)
        self.assertEqual(whole["jobs"][1]["results"][0], long[0])
        self.assertTrue(all(element["runs"][0]["application/json"]["succeeded"]
                            for element in whole["jobs"][1]["results"]))
        self.assertEqual(len(self.tasks()), before + 2, "what was canceled and what had not begun")
        self.assertEqual(whole["batch"]["start"], partial["batch"]["start"])

    def test_without_partial_it_ends_quietly(self):
        process = self.start_batch(document=batch_of({"task": idle("PT1H")}))
        url = self.wait_for_line(process, "posted as").split()[-1]
        process.send_signal(signal.SIGINT)
        self.assertEqual((process.wait(DEADLINE), process.stdout.read()), (0, ""))
        self.assertTrue(self.daemon.api.get(url + "?detail=1").json["detail"]["enabled"], "the task goes on")
        self.daemon.api.delete(url)

    def test_a_complete_result_needs_nothing_more(self):
        path = os.path.join(self.new_directory(), "all.json")
        self.run_batch(batch_of({"task": NOOP}), "--output", path)
        before = self.tasks()
        ran = self.daemon.cli("batch", "--resume", path)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(self.tasks(), before)


class DyingLeadTest(BatchTestCase):
    def test_a_lead_that_dies_costs_its_own_iterations(self):
        other = self.start_daemon()
        tasks = [idle("PT2S"), idle("PT1H", host=other.address), idle("PT2S")]
        document = batch_of({"label": "j", "task": tasks, "parallel": True, "sync-start": False})
        process = subprocess.Popen([CLI, "batch", "--progress"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=cli_environment(self.daemon.address))
        self.addCleanup(process.kill)
        process.stdin.write(json.dumps(document))
        process.stdin.close()
        for line in process.stderr:
            if "j/1: starts" in line:
                break
        other.kill()
        output = json.loads(process.stdout.read())
        process.stdout.close()
        process.stderr.close()
        self.assertEqual(process.wait(DEADLINE), 0)
        first, second, third = output["jobs"][0]["results"]
        self.assertTrue(first["runs"][0]["application/json"]["succeeded"])
        self.assertTrue(third["runs"][0]["application/json"]["succeeded"])
        self.assertFalse(second["succeeded"])
        self.assertIn(other.address, second["error"])


if __name__ == "__main__":
    main()
