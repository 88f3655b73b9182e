"""Measurements with the real tools between hosts of every kind: with one family of addresses or both, with two
addresses, behind a router that translates addresses, and one that drops whatever reaches it."""

from harness import E2ETestCase, main
from hosts import Network
from terminal import Terminal

QUICK = ("--count", "2", "--interval", "PT0.2S")


class NetworkTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = network = Network()
        cls.addClassCleanup(network.close)
        cls.four = network.add("four", ["192.0.2.4"])
        cls.six = network.add("six", ["2001:db8::6"])
        cls.dual = network.add("dual", ["192.0.2.2", "2001:db8::2"])
        cls.two = network.add("two", ["192.0.2.3", "192.0.2.103"])
        cls.hidden = network.add_nat("hidden", outside="192.0.2.9")
        network.add("deaf", ["192.0.2.8"]).drop_everything()
        network.start_daemons("four", "six", "dual", "two", "hidden")

    def posted(self, host, *words):
        """The URL of a task that was posted from the host."""
        ran = host.cli("task", "--url", *words)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), words)
        return ran.stdout.strip()

    def measured(self, host, *words, lead=None):
        """A run that went well, and its merged result."""
        api = (lead or host).api
        run = api.final_run(api.first_run(self.posted(host, *words))["href"])
        self.assertEqual(run["state"], "finished", run)
        return run, run["result-merged"]

    def refused(self, host, *words):
        """What the user reads when the task is not taken."""
        ran = host.cli("task", *words)
        self.assertEqual(ran.returncode, 1, ran)
        return ran.stderr

    def path_of(self, url):
        return url.partition("/pscheduler")[2]

    def test_throughput_in_the_family_both_have(self):
        for host, address in ((self.four, "192.0.2.2"), (self.six, "2001:db8::2")):
            with self.subTest(host=host.name):
                run, result = self.measured(host, "throughput", "--source", host.domain_name, "--dest", "dual.test",
                                            "--duration", "PT1S")
                self.assertGreater(result["summary"]["summary"]["throughput-bits"], 0)
                self.assertIn(address, run["result-full"][0]["diags"])

    def test_round_trips_and_paths_in_the_family_the_host_has(self):
        for host, address in ((self.four, "192.0.2.2"), (self.six, "2001:db8::2")):
            with self.subTest(host=host.name):
                _, result = self.measured(host, "rtt", "--dest", "dual.test", *QUICK)
                self.assertEqual([trip["ip"] for trip in result["roundtrips"]], [address] * 2)
                _, result = self.measured(host, "trace", "--dest", "dual.test")
                self.assertEqual(result["paths"][0][-1]["ip"], address)

    def test_hosts_without_a_family_in_common(self):
        for asked in (self.four, self.dual):
            with self.subTest(asked=asked.name):
                said = self.refused(asked, "throughput", "--source", "four.test", "--dest", "six.test")
                self.assertIn("four.test refused the task", said)
                self.assertIn("six.test cannot be reached", said)
                self.assertIn("no IPv6 route to 2001:db8::6", said)
        for test in ("rtt", "trace"):
            self.assertIn("\nError:\n  This host has no IPv6 route to six.test (2001:db8::6).\n",
                          self.four.cli("task", test, "--dest", "six.test").stdout)
        self.assertIn("no IPv4 route to 192.0.2.4",
                      self.refused(self.six, "throughput", "--source", "six.test", "--dest", "four.test"))

    def test_troubleshooting_finds_where_two_hosts_cannot_meet(self):
        ran = self.four.cli("troubleshoot", "--skip-single", "six.test")
        self.assertEqual((ran.returncode, ran.stderr), (1, ""), ran)
        self.assertIn("Looking for pScheduler ... Failed\n\nsix.test: this host has no IPv6 route", ran.stdout)
        ran = self.two.cli("troubleshoot", "--skip-single", "dual.test")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran)
        self.assertIn("Comparing address families ... IPv4\n", ran.stdout)
        self.assertIn("The MTU is 1500 all the way to dual.test.\n", ran.stdout)
        self.assertTrue(ran.stdout.endswith("scheduled ... measured ... OK\n\nAll is well, also between the two.\n"))

    def test_all_hosts_are_asked_at_once(self):
        hosts = [host.domain_name for host in (self.four, self.six, self.dual, self.two)]
        ran = self.dual.cli("ping", *hosts, "hidden.test")
        self.assertEqual((ran.returncode, ran.stderr), (1, ""))
        lines = ran.stdout.splitlines()
        self.assertEqual([line.split()[:2] for line in lines], [[host, "alive"] for host in hosts] +
                         [["hidden.test", "down"]])
        self.assertTrue(lines[-1].endswith("Connection refused"), lines[-1])
        ran = self.dual.cli("clock", *hosts)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertRegex(ran.stdout.splitlines()[-1], "^difference PT0.[0-9]+S safe, ")

    def test_the_lead_calls_from_the_address_it_was_told(self):
        url = self.posted(self.two, "--lead-bind", "192.0.2.103", "throughput", "--source", "two.test", "--dest",
                          "dual.test", "--duration", "PT1S")
        run = self.two.api.final_run(self.two.api.first_run(url)["href"])
        self.assertEqual(run["state"], "finished", run)
        detail = self.dual.api.get(self.path_of(url) + "?detail").json["detail"]
        self.assertEqual(detail["hints"]["requester"], "192.0.2.103")
        said = self.refused(self.two, "--lead-bind", "192.0.2.77", "throughput", "--source", "two.test", "--dest",
                            "dual.test")
        self.assertIn("'192.0.2.77' is not an address of this host", said)

    def test_the_command_calls_from_the_address_it_was_told(self):
        words = ("rtt", "--source-node", "dual.test", "--dest", "four.test", *QUICK)
        for bind, seen in ((("--bind", "192.0.2.103"), "192.0.2.103"),
                           (("--assist", "dual.test", "--assist-bind", "192.0.2.103"), "192.0.2.3")):
            with self.subTest(bind=bind):
                run, _ = self.measured(self.two, *bind, *words, lead=self.dual)
                detail = self.dual.api.get(self.path_of(run["task-href"]) + "?detail").json["detail"]
                self.assertEqual(detail["hints"]["requester"], seen)
        said = self.refused(self.two, "--assist", "dual.test", "rtt", "--dest", "four.test", *QUICK)
        self.assertIn("cannot be told by dual.test", said)
        ran = self.two.cli("ping", "--bind", "192.0.2.77", "dual.test")
        self.assertEqual(ran.returncode, 1)
        self.assertTrue(ran.stderr.startswith("dual.test: "), ran.stderr)

    def test_a_host_behind_nat_leads(self):
        _, result = self.measured(self.hidden, "rtt", "--dest", "dual.test", *QUICK)
        self.assertEqual(result["lost"], 0)
        _, result = self.measured(self.hidden, "throughput", "--dest", "dual.test", "--duration", "PT1S")
        self.assertGreater(result["summary"]["summary"]["throughput-bits"], 0)

    def test_a_host_behind_nat_cannot_be_asked_to_take_part(self):
        said = self.refused(self.four, "throughput", "--source", "four.test", "--dest", "hidden.test")
        self.assertIn("hidden.test cannot be reached", said)
        self.assertIn("Connection refused", said)

    def test_a_host_that_drops_everything_costs_the_tasks_that_name_it_alone(self):
        terminal = Terminal(self.four.cli_command("task", "throughput", "--source", "four.test", "--dest", "deaf.test"),
                            self.four.cli_environment())
        self.addCleanup(terminal.close)
        terminal.wait_for(lambda text: "Waiting for four.test to settle the task with deaf.test" in text)
        self.measured(self.four, "rtt", "--dest", "dual.test", *QUICK)
        self.assertIsNone(terminal.process.poll(), "that it waits is what the other was not to be slowed by")
        self.assertEqual(terminal.wait_for_end(), 1)
        self.assertIn("deaf.test did not answer within 10 s when asked for its API level", terminal.sent)
        before = terminal.sent[:terminal.sent.index("four.test refused the task")]
        self.assertTrue(before.endswith("\r\x1b[K"), "the line about the wait is gone before anything is said")


if __name__ == "__main__":
    main()
