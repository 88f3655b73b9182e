"""Tools that do what tools must not do: the run ends on time with its reason, and nothing is left running."""

import os
import time
import uuid

from harness import E2ETestCase, main
from processes import marked
from scripted import task, write_plugin

# Every process of these tools carries the marker in its environment; sleeps far longer than any test.
PREFIX = "cat >/dev/null; export PSCHEDULER_E2E_MARK=@MARK@\n"
RESULT = '{"schema": 1, "succeeded": true, "result": {"succeeded": true}}'

TOOLS = {
    "hangs": "sleep 1000",
    "ignores-sigterm": "trap '' TERM INT HUP; while :; do sleep 1000; done",
    "floods-stdout": "while :; do echo 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; done",
    "floods-stderr": "while :; do echo 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy' >&2; done",
    "one-endless-line": "exec cat /dev/zero",
    "garbage": "echo 'this is not JSON at all'",
    "half-json": "echo '{\"succeeded\": tr'",
    "two-documents": f"echo '{RESULT}'; echo '{RESULT}'",
    "bad-utf-8": "printf '{\"succeeded\": \"\\377\\376\"}\\n'",
    "nothing": ":",
    "exits-1": "echo 'the interface is on fire' >&2; exit 1",
    "exits-1-with-result": f"echo '{RESULT}'; echo 'changed my mind' >&2; exit 1",
    "killed": "kill -SEGV $$",
    "closes-stdout": "exec >&- 2>&-; sleep 1000",
}

# These work, and leave children behind that have to go.
LEAVING = {
    "leaves-setsid-child": f"setsid sleep 1000 & echo '{RESULT}'",
    "leaves-orphan": f"( setsid sh -c 'sleep 1000 & sleep 1001 & wait' & ) ; echo '{RESULT}'",
    "leaves-silent-daemon": f"setsid sh -c 'trap \"\" TERM HUP; while :; do sleep 1000; done' >/dev/null 2>&1 "
                            f"</dev/null & echo '{RESULT}'",
}

SLACK = 30  # seconds on top of the slot: only a tool that is never ended takes longer than that


class MisbehavingToolsTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.mark = uuid.uuid4().hex
        root = cls._new_directory(cls.addClassCleanup)
        for name, script in {**TOOLS, **LEAVING}.items():
            write_plugin(root, name, run=(PREFIX + script + "\n").replace("@MARK@", f"{cls.mark}-{name}-"))
        write_plugin(root, "no-run", methods={("tool", "run"): "#"})
        os.remove(os.path.join(root, "tool", "no-run-tool", "run"))
        cls.daemon = cls.start_class_daemon(class_roots=[root])
        cls.api = cls.daemon.api

    def finish(self, name):
        began = time.monotonic()
        run = self.api.finished_run(task(name))
        self.assertLess(time.monotonic() - began, 2 + SLACK, name)
        return run

    def assert_nothing_is_left(self, name):
        self.assert_all_end(self.watch(marked(f"{self.mark}-{name}-")), 10)

    def assert_failed(self, run, *words):
        self.assertEqual(run["state"], "failed", run)
        self.assertTrue(run["errors"], "the reason")
        self.assertIs(run["result-merged"]["succeeded"], False)
        self.assertTrue(run["result-merged"]["error"], "the reason in the result")
        for word in words:
            self.assertIn(word, run["errors"] + run["result-merged"]["error"])
        self.assertLess(len(run["errors"]), 1 << 20, "bounded")

    def test_each_ends_failed_with_its_reason(self):
        urls = {name: self.api.new_task(task(name)) for name in TOOLS}  # side by side: the slowest decides
        for name, url in urls.items():
            with self.subTest(tool=name):
                self.assert_failed(self.api.final_run(self.api.first_run(url)["href"]))
                self.assert_nothing_is_left(name)

    def test_what_the_tool_said_is_the_reason(self):
        self.assert_failed(self.finish("exits-1"), "the interface is on fire")
        text = self.daemon.cli("task", "exits-1")
        self.assertEqual(text.returncode, 0)
        self.assertIn("the interface is on fire", text.stdout)

    def test_garbage_is_shown(self):
        self.assert_failed(self.finish("garbage"), "'this'")

    def test_the_signal_is_named(self):
        run = self.finish("killed")
        self.assert_failed(run)
        self.assertRegex(run["errors"], "(?i)signal|SEGV|segmentation")

    def test_a_result_is_kept_but_the_children_are_not(self):
        for name in LEAVING:
            with self.subTest(tool=name):
                run = self.finish(name)
                self.assertEqual(run["state"], "finished", run)
                self.assertIs(run["result-merged"]["succeeded"], True)
                self.assert_nothing_is_left(name)

    def test_a_broken_tool_hurts_nobody_else(self):
        reply = self.api.post("/tasks", task("no-run"))
        if reply.status == 200:
            run = self.api.final_run(self.api.first_run(reply.json)["href"])
            self.assertEqual(run["state"], "failed", run)
        else:
            self.assertEqual(reply.status, 422, reply)
        ran = self.daemon.cli("task", "idle", "-d", "PT1S")
        self.assertIn("Idled", ran.stdout)


class MisbehavingMethodsTest(E2ETestCase):
    """The same for what is asked before and after a run."""

    @classmethod
    def setUpClass(cls):
        root = cls._new_directory(cls.addClassCleanup)
        fail = "cat >/dev/null; echo 'no idea' >&2; exit 1\n"
        garbage = "cat >/dev/null; echo 'garbage'\n"
        for name, method, script in (
                ("can-run-fails", ("tool", "can-run"), fail),
                ("can-run-garbage", ("tool", "can-run"), garbage),
                ("duration-fails", ("tool", "duration"), fail),
                ("duration-garbage", ("tool", "duration"), "cat >/dev/null; echo '{\"duration\": \"long\"}'\n"),
                ("valid-fails", ("test", "spec-is-valid"), fail),
                ("valid-garbage", ("test", "spec-is-valid"), garbage),
                ("participants-fails", ("test", "participants"), fail),
                ("data-fails", ("tool", "participant-data"), fail),
                ("merge-fails", ("tool", "merged-results"), fail),
                ("merge-null", ("tool", "merged-results"), "cat >/dev/null; echo null\n"),
                ("format-fails", ("test", "result-format"), fail)):
            write_plugin(root, name, methods={method: script})
        os.makedirs(os.path.join(root, "test", "empty"))
        write_plugin(root, "misnamed", methods={("test", "enumerate"): "echo '{\"name\": \"other\"}'\n"})
        cls.daemon = cls.start_class_daemon(class_roots=[root])
        cls.api = cls.daemon.api

    def test_a_broken_plugin_is_not_listed(self):
        names = [url.rpartition("/")[2] for url in self.api.get("/tests").json]
        self.assertIn("merge-fails", names)
        self.assertNotIn("empty", names)
        self.assertNotIn("misnamed", names)

    def test_questions_that_fail_are_answered_with_a_reason(self):
        for name in ("can-run-fails", "can-run-garbage", "duration-fails", "duration-garbage", "valid-fails",
                     "valid-garbage", "participants-fails"):
            with self.subTest(plugin=name):
                reply = self.api.post("/tasks", task(name))
                self.assertGreaterEqual(reply.status, 400, reply)
                self.assert_text_error(reply, reply.status)

    def test_a_tool_without_data_for_a_run_makes_a_nonstart(self):
        run = self.api.finished_run(task("data-fails"))
        self.assertEqual(run["state"], "nonstart")
        self.assertIn("no idea", run["errors"])

    def test_a_failed_merge_fails_the_run(self):
        for name in ("merge-fails", "merge-null"):
            with self.subTest(plugin=name):
                run = self.api.finished_run(task(name))
                self.assertEqual(run["state"], "failed", run)
                self.assertTrue(run["result-merged"]["error"])

    def test_a_formatter_that_fails(self):
        run = self.api.finished_run(task("format-fails"))
        self.assertEqual(run["state"], "finished", run)
        self.assertEqual(self.api.get(run["result-href"]).status, 200)
        self.assert_text_error(self.api.get(run["result-href"] + "?format=text/plain"), 500)


if __name__ == "__main__":
    main()
