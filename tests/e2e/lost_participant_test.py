"""The daemon of a participant is killed at each step of a task: whoever posted the task reads which host it was and
what it did last, and when the host is back nothing is left over anywhere."""

import json
import os
import select
import subprocess
import uuid

from harness import CLI, DEADLINE, FINAL_STATES, E2ETestCase, cli_environment, main
from processes import marked
from scripted import write_plugin
from terminal import Terminal

# The hosts that its spec names.
PARTICIPANTS = "sed -n 's/.*\"hosts\": *\\(\\[[^]]*\\]\\).*/{\"participants\": \\1}/p'\n"

# Says that it was reached, and does not come back.
STAY = """
cat >/dev/null
export PSCHEDULER_E2E_MARK=@MARK@
echo >"@DIRECTORY@/reached"
while :; do sleep 1000; done
"""

# Goes on when it is told to.
WAIT = """
cat >/dev/null
read -r _ <"@DIRECTORY@/go-on"
echo '{"schema": 1, "succeeded": true, "result": {"succeeded": true}}'
"""

LONG = "PT12S"  # for tools that wait for the test, however busy the machine is


class LostParticipantTest(E2ETestCase):
    def setUp(self):
        self.mark = uuid.uuid4().hex

    def node(self, methods=None, duration="PT1S"):
        """A daemon whose plug-in has these scripts in the place of its own, and ends its tool soon after that time."""
        directory = self.new_directory()
        for fifo in ("reached", "go-on"):
            os.mkfifo(os.path.join(directory, fifo))
        self.write_classes(directory, methods, duration)
        daemon = self.start_daemon(directory=directory, class_roots=[os.path.join(directory, "classes")])
        return daemon

    def write_classes(self, directory, methods=None, duration="PT1S"):
        scripts = {("test", "participants"): PARTICIPANTS,
                   ("tool", "merged-results"): """
if grep -q '"results": *\\[{[^]]*}, *{'; then echo '{"schema": 1, "succeeded": true}'
else echo '{"schema": 1, "succeeded": false, "error": "Not all have measured."}'; fi
""", **(methods or {})}
        scripts = {method: script.replace("@MARK@", self.mark).replace("@DIRECTORY@", directory)
                   for method, script in scripts.items()}
        write_plugin(os.path.join(directory, "classes"), "pair", duration=duration, methods=scripts)

    @staticmethod
    def document(lead, other, **schedule):
        return {"test": {"type": "pair", "spec": {"hosts": [lead.address, other.address]}}, "schedule": schedule}

    def command(self, lead, other):
        """That posts the task and waits for its result."""
        path = os.path.join(lead.directory, "task.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.document(lead, other), file)
        return [CLI, "task", "--import", path]

    def user(self, lead, other):
        """Somebody who posts the task and waits for its result."""
        process = subprocess.Popen(self.command(lead, other), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   stdin=subprocess.DEVNULL, text=True, env=cli_environment(lead.address))
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        return process

    @staticmethod
    def reads(user):
        """All that the user is told."""
        out, err = user.communicate(timeout=DEADLINE)
        return out + err

    @staticmethod
    def until_reached(node):
        """Until its script is there where it stays."""
        reached = os.open(os.path.join(node.directory, "reached"), os.O_RDONLY | os.O_NONBLOCK)
        try:
            if not select.select([reached], [], [], DEADLINE)[0]:
                raise AssertionError("it never got there:\n" + "\n".join(node.log))
        finally:
            os.close(reached)

    def let_go_on(self, node):
        """Whenever its script gets there."""
        fifo = os.open(os.path.join(node.directory, "go-on"), os.O_RDWR)
        self.addCleanup(os.close, fifo)
        os.write(fifo, b"\n")

    def assert_told(self, text, other, reason=""):
        """That the run failed, and about the host why it has no result."""
        _, failed, rest = text.partition("\nRun failed.\n")
        self.assertTrue(failed, text)
        self.assertRegex(rest, f"\nNo result from {other.address}:\n  {other.address} cannot be reached: .*{reason}")

    def runs_of(self, node):
        return [node.api.final_run(run) for task in node.api.get("/tasks").json
                for run in node.api.get(task + "/runs").json]

    def assert_nothing_left(self, lead, other):
        """The other one comes back; what it and the lead still have is over within the deadline."""
        self.assert_all_end(self.watch(marked(self.mark)), DEADLINE)
        subprocess.run(["rm", "-rf", os.path.join(other.directory, "classes")], check=True)
        self.write_classes(other.directory)
        other.start()
        for node in (lead, other):
            for run in self.runs_of(node):
                self.assertIn(run["state"], FINAL_STATES)
            status = node.api.get("/status").json
            self.assertIsNone(status["services"]["runner"]["next_time"], "a run is still to start")
        # And it works again, with the time of all of them free.
        reply = lead.api.post("/tasks", self.document(lead, other))
        if reply.status != 200:  # a host that was silent is called seldom until it answers
            self.assertRegex(reply.text, f"{other.address} cannot be reached: ")
            lead.wait_for_log(f"PEER_REACHABLE .*{other.address}")
            reply = lead.api.post("/tasks", self.document(lead, other))
        self.assertEqual(reply.status, 200, reply)
        run = lead.api.final_run(lead.api.first_run(reply.json)["href"])
        self.assertEqual(run["state"], "finished", run)

    def test_before_the_task_is_posted(self):
        lead, other = self.node(), self.node()
        other.kill()
        said = self.reads(self.user(lead, other))
        self.assertRegex(said, f"refused the task: .*\n  {other.address} cannot be reached: .*Connection refused")
        self.assert_nothing_left(lead, other)

    def test_while_the_task_is_being_created_there(self):
        lead, other = self.node(), self.node({("test", "spec-to-cli"): STAY})
        user = self.user(lead, other)
        self.until_reached(other)
        other.kill()
        self.assertRegex(self.reads(user), f"not all participants took it:\n  {other.address} cannot be reached: ")
        self.assertIs(lead.api.get(lead.api.get("/tasks").json[0] + "?detail").json["detail"]["enabled"], False)
        self.assert_nothing_left(lead, other)
        self.assertEqual(len(other.api.get("/tasks").json), 1, "but for the task that was posted afterwards")

    def test_while_it_is_asked_to_hold_a_run(self):
        lead, other = self.node(), self.node({("tool", "participant-data"): STAY})
        user = self.user(lead, other)
        self.until_reached(other)
        other.kill()
        self.assertRegex(self.reads(user), f"Never started: {other.address} cannot be reached: ")
        self.assert_nothing_left(lead, other)

    def test_between_the_agreement_and_the_run(self):
        lead, other = self.node(), self.node()
        url = lead.api.new_task(self.document(lead, other, start="PT5S"))
        self.assertEqual(lead.api.first_run(url)["state"], "pending")
        other.kill()
        ran = lead.cli("watch", "--first", url)
        self.assert_told(ran.stdout, other, "Connection refused")
        self.assert_nothing_left(lead, other)

    def test_while_its_tool_is_at_work(self):
        lead, other = self.node(), self.node({("tool", "run"): STAY}, LONG)
        user = self.user(lead, other)
        self.until_reached(other)
        other.kill()
        self.assert_told(self.reads(user), other)
        self.assert_nothing_left(lead, other)
        self.assertIn("failed", [run["state"] for run in self.runs_of(other)])

    def test_before_its_result_is_fetched(self):
        lead, other = self.node({("tool", "run"): WAIT}, LONG), self.node()
        url = lead.api.new_task(self.document(lead, other))
        run = lead.api.first_run(url)["href"]
        other.api.final_run(run.partition("/pscheduler")[2])
        other.kill()
        self.let_go_on(lead)
        ran = lead.cli("watch", "--first", url)
        self.assert_told(ran.stdout, other, "Connection refused")
        self.let_go_on_for_the_next(lead)
        self.assert_nothing_left(lead, other)

    def test_one_that_is_slow_is_named_on_the_terminal(self):
        lead, other = self.node(), self.node({("tool", "run"): WAIT}, LONG)
        terminal = Terminal(self.command(lead, other), cli_environment(lead.address), columns=200)
        self.addCleanup(terminal.close)
        terminal.wait_for(lambda text: f"Waiting for {other.address} to hand over its result (" in text)
        self.let_go_on(other)
        self.assertEqual(terminal.wait_for_end(), 0)
        _, _, after = terminal.sent.rpartition("to hand over its result (")
        self.assertRegex(after, r"^\d+ s\)\x1b\[K\r\x1b\[K", "the line is gone when there is something to read")
        self.assertIn("Nothing more is scheduled.", after)

    def test_a_participant_knows_who_has_the_result(self):
        lead, other = self.node(), self.node()
        run = lead.api.finished_run(self.document(lead, other))["href"]
        ran = other.cli("explain", run.replace(lead.address, other.address))
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertTrue(ran.stdout.endswith(f"The lead of the task has the result:\n  pscheduler explain {run}\n"),
                        ran.stdout)

    def let_go_on_for_the_next(self, lead):
        """Its tool need not be told any more."""
        with open(os.path.join(lead.directory, "classes", "tool", "pair-tool", "run"), "w", encoding="utf-8") as run:
            run.write("#!/bin/sh\n" + WAIT.replace("read -r _ <\"@DIRECTORY@/go-on\"\n", ""))


if __name__ == "__main__":
    main()
