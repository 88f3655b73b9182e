"""Contexts: tools that run in network namespaces and VRFs of a host, and what is said when they cannot."""

import json
import os
import re
import stat
import subprocess
import unittest

from harness import CLI, DAEMON, DEADLINE, E2ETestCase, ask_until, idle, main, noop
from namespaces import (NOBODY, UNPRIVILEGED, NobodysDaemon, OwnPrograms, add_namespace, new_host, others_can_run,
                        write_file)
from processes import descendants

MANUAL = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "contexts.md"))
INSIDE = "198.51.100.7"  # an address of the namespace blue alone


def contexts(*lists):
    """The members of a task: one list of (context, data) for each participant."""
    return {"schema": 2, "contexts": {"contexts": [[{"context": name, "data": data} for name, data in each]
                                                   for each in lists]}}


def in_namespace(name):
    return contexts([("linuxnns", {"namespace": name})])


def rtt(dest, **members):
    return {"test": {"type": "rtt", "spec": {"schema": 1, "dest": dest, "count": 1}}, "schedule": {}, **members}


# A context that notes what it is given, as what, and then becomes it.
NOTING_METHODS = {
    "enumerate": "cat >/dev/null; echo '{\"schema\": 1, \"name\": \"noting\", \"description\": \"For a test\", "
                 "\"version\": \"1.0\", \"maintainer\": {\"name\": \"Tests\"}}'\n",
    "data-is-valid": "cat >/dev/null; echo '{\"valid\": true}'\n",
    "change": """
input=$(cat)
next=$(printf '%s' "$input" | sed -e 's/.*"exec":"\\([^"]*\\)".*/\\1/')
folder=$(printf '%s' "$input" | sed -e 's/.*"folder":"\\([^"]*\\)".*/\\1/')
{ echo "pid $$"; echo "input $input"; echo "mode $(stat -c %a "$next")"; echo "tmp $TMPDIR"; cat /proc/$$/status
} >"$folder/noted.new"
mv "$folder/noted.new" "$folder/noted"
exec "$next"
""",
}


def add_noting_context(root):
    directory = os.path.join(root, "context", "noting")
    os.makedirs(directory)
    for method, script in NOTING_METHODS.items():
        path = os.path.join(directory, method)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + script)
        os.chmod(path, 0o755)


def noted(folder):
    """What the context wrote, by the first word of the line."""
    with open(os.path.join(folder, "noted"), encoding="utf-8") as file:
        return dict(line.rstrip("\n").replace(":\t", " ").split(" ", 1) for line in file)


class ContextsTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = cls._new_directory(cls.addClassCleanup)
        add_noting_context(cls.root)
        cls.daemon = cls.start_class_daemon(class_roots=[cls.root])

    def test_a_chain_that_changes_nothing(self):
        run = self.daemon.api.finished_run(noop(data={"n": 7}, **contexts([("changenothing", {}),
                                                                           ("changenothing", {"schema": 1})])))
        self.assertEqual(run["state"], "finished", run)
        self.assertEqual(run["result-merged"]["data"], {"n": 7})

    def test_one_that_fails_says_so_in_the_run_and_on_the_command_line(self):
        run = self.daemon.api.finished_run(noop(**contexts([("changenothing", {}), ("changefail", {})])))
        self.assertEqual(run["state"], "failed")
        self.assertIn("changefail always fails", run["errors"])
        self.assertIn("changefail always fails", json.dumps(run["result-merged"]))
        ran = self.daemon.cli("task", "--context", json.dumps(contexts([("changefail", {})])["contexts"]), "idle",
                              "--duration", "PT1S")
        self.assertIn("changefail always fails", ran.stdout + ran.stderr)

    def test_each_participant_has_a_list_and_each_context_is_judged(self):
        wrong = [(contexts(), "one list per participant, 1, not 0"),
                 (contexts([], []), "one list per participant, 1, not 2"),
                 (contexts([("attic", {})]), "there is no context 'attic'"),
                 (contexts([("changenothing", {"a": 1})]), "changenothing"),
                 (contexts([("linuxnns", {})]), "namespace"),
                 (contexts([("linuxnns", {"namespace": "a/b"})]), "'a/b' is not the name of a network namespace"),
                 (contexts([("linuxvrf", {"vrf": "a/b"})]), "'a/b' is not the name of a VRF device")]
        wrong += [(contexts([(context, {member: name})]), member) for name in ("", "a/b", "..", ".", "a\0b", 5)
                  for context, member in (("linuxnns", "namespace"), ("linuxvrf", "vrf"))]
        for members, reason in wrong:
            with self.subTest(members=members):
                reply = self.daemon.api.post("/tasks", noop(**members))
                self.assert_text_error(reply, 400)
                self.assertIn(reason, reply.text)
        self.assertEqual(self.daemon.api.post("/tasks", noop(**contexts([]))).status, 200, "a list may be empty")

    def test_one_of_others_in_sh_is_given_what_it_expects(self):
        folder = self.new_directory()
        members = contexts([("changenothing", {}), ("noting", {"folder": folder, "text": "it's $(true)"})])
        run = self.daemon.api.finished_run(noop(**members))
        self.assertEqual(run["state"], "finished", run)
        found = noted(folder)
        given = json.loads(found["input"])
        self.assertEqual(set(given), {"data", "exec"})
        self.assertEqual(given["data"], {"folder": folder, "text": "it's $(true)"})
        self.assertEqual(found["mode"], "700")
        self.assertTrue(found["tmp"].startswith(os.path.dirname(given["exec"])), found)
        self.assertEqual(os.listdir(os.path.join(self.daemon.data_dir, "tmp")), [], "what is left of runs")

    def test_a_run_that_is_canceled_leaves_nothing_behind(self):
        folder = self.new_directory()
        task = self.daemon.api.new_task(idle("PT30S", **contexts([("changenothing", {}),
                                                                  ("noting", {"folder": folder})])))
        run = self.daemon.api.first_run(task)
        self.daemon.api.wait_for_state(run["href"], {"running"})
        ask_until(lambda: os.path.exists(os.path.join(folder, "noted")))
        [process] = self.watch([int(noted(folder)["pid"])])
        self.assertIn(process.pid, descendants(self.daemon.process.pid))
        self.assertEqual(self.daemon.api.delete(task).status, 200)
        self.assert_all_end([process], DEADLINE)


class NamespacesTest(E2ETestCase):
    def start(self, **kwargs):
        network, host = new_host(self)
        add_namespace(host, "blue", INSIDE)
        write_file(host, "/etc/netns/blue/hosts", f"127.0.0.1 localhost\n{INSIDE} inside.test\n")
        network.start_daemons("host", **kwargs)
        return host

    def test_measures_from_inside_a_namespace(self):
        host = self.start()
        outside = host.api.finished_run(rtt(INSIDE))
        self.assertEqual(outside["state"], "failed", outside)
        for dest in (INSIDE, "inside.test"):
            with self.subTest(dest=dest):
                run = host.api.finished_run(rtt(dest, **in_namespace("blue")))
                self.assertEqual(run["state"], "finished", run)
                self.assertEqual(run["result-merged"]["roundtrips"][0]["ip"], INSIDE)
        for name in ("red", "self"):
            run = host.api.finished_run(rtt(INSIDE, **in_namespace(name)))
            self.assertEqual(run["state"], "failed")
            self.assertIn(f"There is no network namespace '{name}' on this host", run["errors"])
        ran = host.cli("task", "--context", json.dumps(in_namespace("red")["contexts"]), "rtt", "--dest", INSIDE)
        self.assertIn("There is no network namespace 'red'", ran.stdout + ran.stderr)

    def test_measures_from_inside_a_vrf(self):
        network, host = new_host(self)
        made = subprocess.run([*host.inside(), "ip", "link", "add", "green", "type", "vrf", "table", "10"],
                              capture_output=True, text=True, check=False)
        if made.returncode != 0:
            self.skipTest("the kernel has no VRFs: " + made.stderr.strip())
        host.run("ip", "link", "set", "green", "up")
        host.run("ip", "address", "add", INSIDE + "/32", "dev", "green")
        network.start_daemons("host")
        run = host.api.finished_run(rtt(INSIDE, **contexts([("linuxvrf", {"vrf": "green"})])))
        self.assertEqual(run["state"], "finished", run)

    def test_what_is_no_vrf_is_told(self):
        host = self.start()
        for name, reason in (("lo", "'lo' is no VRF"), ("green", "There is no VRF 'green'"),
                             ("a-name-that-is-too-long", "names of devices are shorter")):
            run = host.api.finished_run(rtt("127.0.0.1", **contexts([("linuxvrf", {"vrf": name})])))
            self.assertEqual(run["state"], "failed")
            self.assertIn(reason, run["errors"])


class ManualTest(E2ETestCase):
    """Every example of docs/contexts.md."""

    def test_examples(self):
        network, host = new_host(self)
        network.start_daemons("host")
        with open(MANUAL, encoding="utf-8") as file:
            text = file.read()
        directory = self.new_directory()
        tasks = 0
        for name, language, block in re.findall(r"(?:`([\w./-]+)`:\n\n)?```(\w*)\n(.*?)```", text, re.DOTALL):
            if name:
                with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                    file.write(block)
            for command in block.splitlines() if language == "sh" else []:
                ran = subprocess.run([*host.inside("--wd=" + directory), "bash", "-c",
                                      command.replace("pscheduler ", CLI + " ")], capture_output=True, text=True,
                                     timeout=DEADLINE, env=host.cli_environment(), check=False)
                self.assertEqual(ran.returncode, 0, f"{command}\n{ran.stdout}\n{ran.stderr}")
                tasks += command.startswith("pscheduler task")
        self.assertEqual(tasks, 2)
        runs = [run for task in host.api.get("/tasks").json for run in host.api.get(task + "/runs").json]
        self.assertEqual([host.api.get(run).json["state"] for run in runs], ["finished"] * 2)

    def test_a_limit_keeps_others_from_contexts(self):
        with open(MANUAL, encoding="utf-8") as file:
            limit = json.loads(re.search(r'\{ "name": "no-contexts".*?\n```', file.read(), re.DOTALL)[0][:-3])
        limits = os.path.join(self.new_directory(), "limits.conf")
        with open(limits, "w", encoding="utf-8") as file:
            json.dump({"schema": 1,
                       "identifiers": [{"name": "all", "description": "All", "type": "always", "data": {}}],
                       "classifiers": [{"name": "all", "description": "All", "identifiers": ["all"]}],
                       "limits": [limit],
                       "applications": [{"description": "All", "classifier": "all",
                                         "apply": [{"require": "all", "limits": [limit["name"]]}]}]}, file)
        daemon = self.start_daemon(options=["--limits", limits])
        for members, status in (({}, 200), (contexts([]), 200), (contexts([("changenothing", {})]), 403)):
            reply = daemon.api.post("/tasks", noop(**members))
            self.assertEqual(reply.status, status, reply)
        self.assertIn("Contexts are for the staff", reply.text)


@unittest.skipUnless(others_can_run(DAEMON), "other users may not run what was built in this folder")
class UnprivilegedTest(E2ETestCase):
    """The daemon as a user of its own, who has no rights."""

    def start(self, programs):
        network, host = new_host(self)
        add_namespace(host, "blue", INSIDE)
        self.root = self.new_directory()
        add_noting_context(self.root)
        self.folder = self.new_directory()
        data = self.new_directory()
        for directory in (self.root, self.folder, data):
            os.chown(directory, NOBODY, NOBODY)
        host.daemon = NobodysDaemon(host, data, class_roots=[self.root, programs.classes])
        self.addCleanup(host.daemon.close)
        host.daemon.start()
        self.addCleanup(network.close)
        return host

    def test_measures_from_inside_a_namespace_once_it_may(self):
        programs = OwnPrograms(self)
        host = self.start(programs)
        run = host.api.finished_run(rtt(INSIDE, **in_namespace("blue")))
        self.assertEqual(run["state"], "failed")
        self.assertIn("enable-contexts", run["errors"])

        status, said = programs.let("nogroup")
        if status != 0 and "file system" in said:
            self.skipTest(said)
        self.assertEqual((status, said), (0, ""))
        run = host.api.finished_run(rtt(INSIDE, **in_namespace("blue")))
        self.assertEqual(run["state"], "finished", run)

        # The tool is the daemon's user, with what the daemon hands on to all its tools and nothing else.
        members = contexts([("linuxnns", {"namespace": "blue"}), ("noting", {"folder": self.folder})])
        run = host.api.finished_run(rtt(INSIDE, **members))
        self.assertEqual(run["state"], "finished", run)
        found = noted(self.folder)
        self.assertEqual(found["Uid"].split(), [str(NOBODY)] * 4)
        low_ports = 1 << 10
        for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(found[kind], 16), low_ports, kind)

        # It may be entered from within, as from outside.
        run = host.api.finished_run(rtt(INSIDE, **contexts([("linuxnns", {"namespace": "blue"})] * 2)))
        self.assertEqual(run["state"], "finished", run)

    def test_nobody_else_may_use_it(self):
        def enter(*words, user=UNPRIVILEGED):
            def become():
                os.setgroups([])
                os.setresgid(user, user, user)
                os.setresuid(user, user, user)
            return subprocess.run([programs.enter, *words], capture_output=True, text=True, timeout=DEADLINE,
                                  check=False, preexec_fn=become)  # pylint: disable=subprocess-popen-preexec-fn
        programs = OwnPrograms(self)
        status, said = programs.let("nogroup")
        if status != 0 and "file system" in said:
            self.skipTest(said)
        with self.assertRaises(PermissionError):
            enter("netns", "blue", "/bin/true")
        os.chmod(programs.enter, stat.S_IRWXU | stat.S_IXGRP | stat.S_IXOTH)
        ran = enter("netns", "blue", "/bin/true")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("may be run by everybody, so it does nothing", ran.stderr)
        for words in ((), ("netns", "blue"), ("mount", "blue", "/bin/true"), ("netns", "../netns/blue", "/bin/true"),
                      ("netns", "", "/bin/true"), ("netns", "..", "/bin/true"), ("netns", "blue", "bin/true")):
            self.assertEqual(enter(*words, user=NOBODY).returncode, 1, words)


if __name__ == "__main__":
    main()
