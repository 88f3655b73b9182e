"""Runs that the daemon leads, to their end: results of hosts of 5.2, and what becomes of a run without them. As a
host of 5.2 has to know of a run 10 s before, all runs here go on at the same time."""

import concurrent.futures

import forms
from interop import InteropTestCase, tools
from harness import main


class ResultsTest(InteropTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peers, cls.ended = {}, {}
        settings = {
            "good": {},
            "without an end": {"tools": tools(takes=None)},
            "failed": {"tools": tools(result=lambda number, full: {"succeeded": False, "error": "No route"})},
            "in trouble": {},
            "gone": {},
        }
        for name, each in settings.items():
            cls.peers[name] = cls.start_class_node(**{"tools": tools(), **each})
        cls.peers["in trouble"].troubles.add("GET", "wait-local", status=500, text="Internal problem")
        cls.peers["gone"].troubles.add("GET", "wait-local", silent=True)
        with concurrent.futures.ThreadPoolExecutor(len(settings)) as pool:
            for name, run in zip(settings, pool.map(cls.run_with, cls.peers.values())):
                cls.ended[name] = run

    @classmethod
    def run_with(cls, peer):
        document = cls.pair(cls, cls.daemon, peer, _key="K")
        client = cls.daemon.new_client()
        try:
            return client.finished_run(document)
        finally:
            client.close()

    def test_the_results_of_both_are_merged(self):
        run, peer = self.ended["good"], self.peers["good"]
        self.assertEqual(run["state"], "finished", run)
        own, others = run["result-full"]
        self.assertEqual(own["result"]["input"]["participant-data"],
                         [{"of": "the daemon", "_secret": None}, {"participant": 1, "_secret": None}], "sanitised")
        self.assertEqual(others["result"]["participant"], 1)
        self.assertEqual(run["result-merged"]["input"]["results"], run["result-full"])
        self.assertEqual(others["result"]["data"][0]["of"], "the daemon")
        asked = peer.record.find("GET", "wait-local")
        self.assertEqual(len(asked), 1)
        self.assertRegex(asked[0].target, r"\?wait-local=True&wait=[1-9]\d*\Z", "without the key")
        self.assertNotIn("clock-survey", run)

    def test_what_is_private_stays_so(self):
        self.assertIsNone(self.ended["good"]["result-full"][1]["result"]["_secret"])

    def test_a_tool_without_an_end_costs_15_s_and_leaves_null(self):
        run = self.ended["without an end"]
        self.assertEqual((run["state"], run["result-full"][1]), ("failed", None))
        self.assert_named(run, "without an end", "running")

    def test_a_tool_that_failed_there_is_the_business_of_the_merging(self):
        run = self.ended["failed"]
        self.assertEqual(run["result-full"][1], {"succeeded": False, "error": "No route"})
        self.assertEqual(run["state"], "finished", "by the merging of this tool, which does not look into it")

    def test_a_host_in_trouble_or_gone_is_named_and_the_clocks_are_asked_for(self):
        for name, reason in (("in trouble", "500"), ("gone", "did not answer")):
            run = self.ended[name]
            self.assertEqual((run["state"], run["result-full"][1]), ("failed", None))
            self.assert_named(run, name, reason)
            own, others = run["clock-survey"]
            for clock in (own, others):
                forms.read_time(clock["time"])
            self.assertEqual(others["offest"], 1e-05, "as it came")
            self.assertEqual(self.peers[name].record.find("GET", "/clock")[0].target, "/clock")

    def assert_named(self, run, name, reason):
        self.assertIn(self.peers[name].address, run["errors"])
        self.assertIn(reason, run["errors"])


if __name__ == "__main__":
    main()
