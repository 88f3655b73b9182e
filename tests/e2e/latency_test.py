"""The test latency, measured by halfping: what a user asks for, sees and is refused."""

import datetime
import json

from harness import E2ETestCase, main


class LatencyTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.start_class_daemon()
        cls.api = cls.daemon.api

    def latency(self, *arguments, options=()):
        return self.daemon.cli("task", *options, "latency", *arguments)

    def test_it_is_measured_and_shown(self):
        for dest in ("127.0.0.1", "::1"):
            with self.subTest(dest=dest):
                ran = self.latency("--packet-count", "5", "--packet-interval", "0.01", "--dest", dest)
                self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran)
                self.assertRegex(ran.stdout, r"(?m)^Packets Sent \.+ 5 packets$")
                self.assertRegex(ran.stdout, r"(?m)^Packets Lost \.+ 0 packets$")
                self.assertRegex(ran.stdout, r"(?m)^Delay Median \.+ \d+\.\d\d ms$")
                self.assertRegex(ran.stdout, r"(?m)^    64: 5 packets$")

    def test_the_result_is_that_of_the_test(self):
        ran = self.latency("-c", "3", "-i", "0.01", "-b", "0.0001", "-d", "127.0.0.1", options=("--format", "json"))
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran)
        result = json.loads(ran.stdout)
        self.assertIs(result["succeeded"], True)
        self.assertEqual(result["packets-received"], 3)
        self.assertEqual(sum(result["histogram-latency"].values()), 3)
        self.assertEqual(result["histogram-ttl"], {"64": 3})

    def test_html(self):
        ran = self.latency("-c", "1", "-d", "127.0.0.1", options=("--format", "html"))
        self.assertEqual(ran.returncode, 0, ran)
        self.assertIn("<tr><th>Packets Sent</th><td>1 packet</td></tr>", ran.stdout)

    def test_runs_of_it_share_the_node_but_not_with_exclusive_ones(self):
        def posted(test, **spec):
            return self.api.first_run(self.api.new_task(
                {"schema": 1, "test": {"type": test, "spec": spec}, "schedule": {"slip": "PT1M"}}))

        def seconds(run, member):
            return datetime.datetime.fromisoformat(run[member]).timestamp()

        alone = posted("idleex", duration="PT3S")
        first, second = (posted("latency", **{"dest": "127.0.0.1", "packet-count": 3}) for _ in range(2))
        for run in (first, second):  # the wire shows whole seconds: a start truncated, an end rounded up
            self.assertGreaterEqual(seconds(run, "start-time"), seconds(alone, "end-time") - 1)
        self.assertLess(seconds(second, "start-time"), seconds(first, "end-time") - 1, "side by side")
        for run in (alone, first, second):
            self.assertEqual(self.api.final_run(run["href"])["state"], "finished")

    def test_the_tool_says_why_it_failed(self):
        ran = self.latency("--dest", "no.such.host.invalid", "-c", "1")
        self.assertEqual(ran.returncode, 0, ran)
        self.assertIn("no.such.host.invalid", ran.stdout)

    def test_refusals_before_anything_runs(self):
        before = self.api.get("/tasks").json
        for arguments, words in (
                (["--packet-count", "0"], ["packet-count", "0"]),
                (["--packet-count", "some"], ["--packet-count", "some", "--packet-count 100"]),
                (["--packet-interval", "0"], ["packet-interval", "above 0"]),
                (["--packet-timeout", "0.5"], ["--packet-timeout", "0.5"]),
                (["--bucket-width", "1"], ["bucket-width", "below 1"]),
                (["--data-ports", "9000"], ["--data-ports", "LOW-HIGH"]),
                (["--flip"], ["flip", "source"]),
                (["--protocol", "owamp"], ["icmp only, not owamp"]),
                (["--output-raw"], ["output-raw"]),
        ):
            with self.subTest(arguments=arguments):
                ran = self.latency("--dest", "127.0.0.1", *arguments)
                self.assertEqual(ran.returncode, 1, ran)
                for word in words:
                    self.assertIn(word, ran.stdout + ran.stderr)
        self.assertEqual(self.api.get("/tasks").json, before)


if __name__ == "__main__":
    main()
