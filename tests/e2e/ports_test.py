"""Nodes on other ports than the usual one: named with it they measure together, and the tools get the bare host."""

import json

from harness import Daemon, E2ETestCase, main


class Node(Daemon):
    """Calls itself by host and port, once it has one."""

    def where(self):
        port = self.port or 0
        return ["--listen", f"127.0.0.1:{port}", "--hostname", f"127.0.0.1:{port}" if port else "127.0.0.1"]


class PortsTest(E2ETestCase):
    def node(self, *options):
        node = Node(self.new_directory(), options)
        self.addCleanup(node.close)
        node.start()
        node.stop()
        return node.start()

    def measured(self, node, *words):
        """The result of a task, as JSON."""
        run = node.cli("task", "--format", "json", *words)
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def test_they_measure_together(self):
        lead, other = self.node(), self.node()
        result = self.measured(lead, "simplestream", "--dest", "127.0.0.1", "--dest-node", other.address)
        self.assertIs(result["succeeded"], True, result)
        # Whoever names the two from elsewhere gets the same.
        result = self.measured(other, "simplestream", "--source", "127.0.0.1", "--source-node", lead.address, "--dest",
                               "127.0.0.1", "--dest-node", other.address)
        self.assertIs(result["succeeded"], True, result)

    def test_plugins_find_their_own_node(self):
        lead, other = self.node(), self.node()
        result = self.measured(lead, "clock", "--dest", other.address)
        self.assertIs(result["succeeded"], True, result)

    def test_a_cancelled_task_is_gone_from_both(self):
        lead, other = self.node(), self.node()
        posted = lead.cli("task", "--url", "--start", "PT1H", "simplestream", "--dest", "127.0.0.1", "--dest-node",
                          other.address)
        self.assertEqual(posted.returncode, 0, posted.stderr)
        path = "/tasks/" + posted.stdout.strip().rsplit("/", 1)[1]
        self.assertIs(other.api.get(path + "?detail").json["detail"]["enabled"], True)
        run = path + "/runs/" + lead.api.first_run(posted.stdout.strip())["href"].rsplit("/", 1)[1]
        self.assertEqual(lead.cli("cancel", posted.stdout.strip()).returncode, 0)
        other.api.get(run + "?wait-local=True&wait=30")  # until the run is over or gone there
        self.assertIs(other.api.get(path + "?detail").json["detail"]["enabled"], False)

    def test_a_port_where_none_belongs_is_refused_with_the_place_for_it(self):
        lead = self.node()
        run = lead.cli("task", "throughput", "--dest", "127.0.0.1:8443")
        self.assertEqual(run.returncode, 1)
        self.assertIn("127.0.0.1:8443", run.stderr)
        self.assertIn("--dest-node", run.stderr)

    def test_a_url_is_refused_where_a_host_belongs(self):
        run = self.node().cli("ping", "http://127.0.0.1:8080")
        self.assertEqual(run.returncode, 1)
        self.assertIn("it is a URL", run.stderr)

    def test_a_node_without_tls_cannot_take_part_and_the_reason_is_told(self):
        lead, other = self.node(), self.start_daemon(options=["--plain-http"])
        run = lead.cli("task", "simplestream", "--dest", "127.0.0.1", "--dest-node", other.address)
        self.assertEqual(run.returncode, 1)
        self.assertIn("plain-http", run.stderr)


if __name__ == "__main__":
    main()
