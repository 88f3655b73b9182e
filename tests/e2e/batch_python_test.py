"""The Python package: as the batch processor of pScheduler is used from programs."""

import copy
import os
import sys
import unittest.mock

from harness import CLI, E2ETestCase, main

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(CLI)), "python"))
from pscheduler.batchprocessor import BatchProcessor  # noqa: E402  pylint: disable=wrong-import-position

NOOP = {"test": {"type": "noop", "spec": {"data": "hello"}}}


class BatchProcessorTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.start_class_daemon()

    def setUp(self):
        patch = unittest.mock.patch.dict(os.environ, {"PSCHEDULER_LOCALHOST": self.daemon.address})
        patch.start()
        self.addCleanup(patch.stop)

    def test_a_batch_can_be_run_again_and_again(self):
        spec = {"jobs": [{"label": "twice", "iterations": 2, "task": copy.deepcopy(NOOP)}]}
        before = copy.deepcopy(spec)
        processor = BatchProcessor(spec)
        spec["jobs"].clear()
        first, second = processor(), processor()
        for output in (first, second):
            [job] = output["jobs"]
            self.assertEqual(len(job["results"]), 2)
            self.assertTrue(all(each["runs"][0]["application/json"]["succeeded"] for each in job["results"]))
            self.assertEqual(sorted(output["batch"]), ["duration", "end", "start"])
        self.assertEqual(first["jobs"][0]["task"], before["jobs"][0]["task"])

    def test_dry_runs_post_nothing(self):
        tasks = self.daemon.api.get("/tasks").json
        output = BatchProcessor({"jobs": [{"iterations": 3, "task": NOOP}]})(dry_run=True)
        self.assertEqual(output["jobs"][0]["results"], [{}, {}, {}])
        self.assertEqual(self.daemon.api.get("/tasks").json, tasks)

    def test_debug_gets_one_string_for_each_step(self):
        messages = []
        BatchProcessor({"jobs": [{"label": "x", "task": NOOP}]})(False, messages.append)
        self.assertTrue(all(isinstance(message, str) for message in messages))
        self.assertTrue(any(message.startswith("x/0: ") for message in messages))
        self.assertTrue(any("\n" in message for message in messages), "documents have several lines")

    def test_invalid_batches_are_value_errors(self):
        for spec in ({}, {"jobs": [{}]}, {"#": "no comments here", "jobs": []}, {"schema": 9, "jobs": []}, [], None,
                     {"jobs": [set()]}, {"schema": 2, "jobs": [{"task": NOOP, "continue-if": {"script": "("}}]}):
            with self.subTest(spec=spec), self.assertRaises(ValueError):
                BatchProcessor(spec)
        with self.assertRaisesRegex(ValueError, "^batch: /jobs/0: .*extra"):
            BatchProcessor({"jobs": [{"task": NOOP, "extra": 1}]})

    def test_the_assist_has_to_answer(self):
        for arguments in ({"assist": "127.0.0.1:9"}, {"assist_bind": "no.such.host.invalid"}):
            with self.subTest(arguments), self.assertRaises(ValueError):
                BatchProcessor({"jobs": []}, **arguments)
        self.assertEqual(BatchProcessor({"jobs": []}, self.daemon.address, "127.0.0.1", None, "127.0.0.1")()["jobs"], [])

    def test_what_transforms_do_is_found_out_by_the_call(self):
        for job in ({"task": NOOP, "task-transform": {"script": "error(\"no\")"}},
                    {"task": NOOP, "iterations": {"script": "true"}},
                    {"task": NOOP, "continue-if": {"script": "1"}}):
            processor = BatchProcessor({"schema": 3, "jobs": [job]})
            with self.subTest(job), self.assertRaisesRegex(ValueError, "/jobs/0"):
                processor(dry_run=True)

    def test_debug_has_to_be_callable(self):
        with self.assertRaises(ValueError):
            BatchProcessor({"jobs": []})(debug=True)

    def test_a_measurement_that_fails_is_a_result(self):
        output = BatchProcessor({"jobs": [{"task": {"test": {"type": "nosuch", "spec": {}}}}]})()
        [element] = output["jobs"][0]["results"]
        self.assertFalse(element["succeeded"])


if __name__ == "__main__":
    main()
