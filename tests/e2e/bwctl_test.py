"""Tests with a host that has BWCTL and no pScheduler: a listener stands for its bwctld, and scripts that replay recorded
runs for BWCTL's programs."""

import os
import socket
import time

from harness import DEADLINE, E2ETestCase, main
from processes import WatchedProcess

FAR = "127.0.0.2"  # an address of no interface counts as another host
FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "bwctl")


def recorded(name, stream="stdout"):
    """What BWCTL's program printed in a recorded run."""
    with open(os.path.join(FIXTURES, name + ".txt"), encoding="utf-8") as file:
        return file.read().split(f"----- {stream} -----\n")[1].split("----- ")[0]


class BwctlTest(E2ETestCase):

    def setUp(self):
        self.folder = self.new_directory()
        self.bwctld = socket.create_server((FAR, 0))
        self.addCleanup(self.bwctld.close)
        self.port = self.bwctld.getsockname()[1]
        self.far = f"{FAR}:{self.port}"
        with open(os.path.join(self.folder, "bwctl.conf"), "w", encoding="utf-8") as file:
            file.write(f"[bwctl]\nport = {self.port}\n")
        for program in ("bwctl", "bwping", "bwtraceroute"):
            self.stand_in(program, "", "")
        self.daemon = self.start_daemon(environment={
            "PATH": f"{self.folder}:{os.environ['PATH']}", "PSCHEDULER_TOOL_CONFIG": self.folder})

    def stand_in(self, program, output, errors, first=":", last=":"):
        """It keeps its arguments, does what `first` says, prints errors, does `last` and prints the output."""
        path = os.path.join(self.folder, program)
        for name, text in (("stdout", output), ("stderr", errors)):
            with open(f"{path}.{name}", "w", encoding="utf-8") as file:
                file.write(text)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(f"""#!/bin/sh
printf '%s\\n' "$@" >{path}.arguments
{first}
cat {path}.stderr >&2
{last}
cat {path}.stdout
""")
        os.chmod(path + ".new", 0o755)
        os.rename(path + ".new", path)

    def arguments_of(self, program):
        try:
            with open(os.path.join(self.folder, program + ".arguments"), encoding="utf-8") as file:
                return file.read().split()
        except FileNotFoundError:
            return None

    @staticmethod
    def task(test, spec, **more):
        return {"schema": 1, "test": {"type": test, "spec": spec}, "schedule": {}, **more}

    def task_of(self, document):
        return self.daemon.api.get(self.daemon.api.new_task(document) + "?detail=true").json

    def test_throughput_to_an_old_host(self):
        # A recorded run began when it was recorded, far from now.
        output = recorded("iperf3-tcp").replace("start_tool: 4004284070", "start_tool: 2208988800")
        self.stand_in("bwctl", output, recorded("iperf3-tcp", "stderr").replace("accepted test", "accepted a test"))
        run = self.daemon.api.finished_run(self.task("throughput", {"dest": FAR, "duration": "PT3S"}))
        self.assertEqual(run["state"], "finished", run)
        self.assertEqual(len(run["participants"]), 1)
        self.assertEqual(run["result-merged"]["summary"]["summary"]["retransmits"], 62)
        self.assertEqual(self.arguments_of("bwctl"),
                         f"-v -T iperf3 -L 58 -c {self.far} -t 3 --parsable".split())
        task = self.task_of(self.task("throughput", {"dest": FAR}, tools=["bwctliperf2"]))
        self.assertEqual(task["tool"], "bwctliperf2")
        self.assertEqual(task["detail"]["duration"], "PT1M11S")

    def test_other_tools_are_refused_with_the_reason(self):
        reply = self.daemon.api.post("/tasks", self.task("throughput", {"dest": FAR}, tools=["iperf3"]))
        self.assertNotEqual(reply.status, 200)
        self.assertIn("only tools that use BWCTL can measure", reply.text)
        reply = self.daemon.api.post("/tasks", self.task("throughput", {"dest": FAR, "reverse": True}))
        self.assertNotEqual(reply.status, 200)
        self.assertIn("BWCTL cannot do reverse", reply.text)
        self.assertIn("only tools that use BWCTL can measure", reply.text)
        self.assertIsNone(self.arguments_of("bwctl"))

    def test_rtt_from_an_old_host_is_led_by_its_destination(self):
        self.stand_in("bwping", recorded("ping-from-remote"), recorded("ping-from-remote", "stderr"))
        run = self.daemon.api.finished_run(self.task("rtt", {"source": FAR, "dest": "127.0.0.1", "count": 3}))
        self.assertEqual(run["state"], "finished", run)
        self.assertEqual(run["result-merged"]["received"], 3)
        self.assertEqual(self.arguments_of("bwping"), f"-T ping -L 58 -N 3 -i 1.0 -s {self.far}".split())

    def test_a_host_without_either_is_named(self):
        self.bwctld.close()
        reply = self.daemon.api.post("/tasks", self.task("throughput", {"dest": FAR}))
        self.assertNotEqual(reply.status, 200)
        self.assertIn(FAR, reply.text)
        self.assertIsNone(self.arguments_of("bwctl"))

    def test_what_would_begin_too_late_is_ended_with_all_it_started(self):
        self.stand_in("bwping", "", f"bwping: Server '{FAR}' accepted test request at time {time.time() + 90:.6f}\n",
                      first=f"setsid sleep 1000 & echo $! >{self.folder}/child", last="wait")
        run = self.daemon.api.finished_run(self.task("rtt", {"dest": FAR}))
        self.assertEqual(run["state"], "failed", run)
        self.assertIn("would begin", run["result-merged"]["error"])
        with open(os.path.join(self.folder, "child"), encoding="utf-8") as file:
            child = int(file.read())
        try:
            watched = WatchedProcess(child)
        except ProcessLookupError:
            return
        self.addCleanup(watched.close)
        self.assertTrue(watched.ends_within(DEADLINE))


if __name__ == "__main__":
    main()
