"""When the disk is full or descriptors run out: a clear answer, nothing lost, and work goes on afterwards."""

import errno
import os
import shutil
import socket
import ssl
import subprocess
import threading
import unittest

from harness import DEADLINE, E2ETestCase, idle, main, noop, tls_context
from processes import descendants

DISK = 4 << 20  # bytes: room for a database of a few tasks, and soon full


class DiskFullTest(E2ETestCase):
    def setUp(self):
        directory = self.new_directory()
        self.data = os.path.join(directory, "data")
        os.mkdir(self.data)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", self.data],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            raise unittest.SkipTest("a small file system cannot be made here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.data], check=False)
        self.daemon = self.start_daemon(directory=directory)
        self.api = self.daemon.api

    def fill(self):
        with open(os.path.join(self.data, "filler"), "ab", buffering=0) as filler:
            for size in (65536, 4096, 1):
                try:
                    while filler.write(b"\0" * size):
                        pass
                except OSError as error:
                    self.assertEqual(error.errno, errno.ENOSPC)

    def free(self):
        os.remove(os.path.join(self.data, "filler"))

    def fill_until_refused(self):
        """Posts until the room the database had left inside its files is used up; what was accepted by then."""
        self.fill()
        accepted = []
        for _ in range(500):
            reply = self.api.post("/tasks", {**noop(data="x" * 20_000), "schedule": {"start": "PT1H"}})
            if reply.status != 200:
                return accepted, reply
            accepted.append(reply.json)
            self.fill()
        self.fail("the disk never got full")

    def test_it_says_so_loses_nothing_and_goes_on(self):
        before = self.api.finished_run(noop())
        accepted, refused = self.fill_until_refused()
        self.assert_text_error(refused, 503)
        self.assertRegex(refused.text, "(?i)full|space|room")
        for target in ("/", "/api", "/tests?expanded", "/tasks", "/clock", before["href"], before["result-href"],
                       before["href"] + "?wait-merged&wait=5"):
            with self.subTest(target=target):
                self.assertEqual(self.api.get(target).status, 200)
        self.assertEqual(self.api.get("/tasks").json, [before["task-href"], *accepted])
        shown = self.daemon.cli("task", "noop", "--data", "x" * 20_000)
        self.assertEqual((shown.returncode, "Traceback" in shown.stderr), (1, False))
        self.free()
        after = self.api.finished_run(noop(data="again"))
        self.assertEqual(after["state"], "finished")
        self.assertEqual(self.api.get("/tasks").json, [before["task-href"], *accepted, after["task-href"]])
        self.assertEqual(self.daemon.stop(), 0)
        self.daemon.start()
        self.assertEqual(self.api.get("/tasks").json, [before["task-href"], *accepted, after["task-href"]])
        self.assertEqual(self.api.get(after["result-href"]).json, after["result-merged"])

    def test_a_run_that_ends_meanwhile_gets_its_result_afterwards(self):
        before = descendants(self.daemon.process.pid)
        run = self.api.first_run(self.api.new_task(idle("PT3S")))
        self.api.wait_for_state(run["href"], {"running"})
        tool = self.watch(descendants(self.daemon.process.pid) - before)
        self.fill_until_refused()
        self.assert_all_end(tool, DEADLINE)
        self.assertEqual(self.api.get(run["href"]).status, 200)
        self.free()
        after = self.api.final_run(run["href"])
        self.assertEqual(after["state"], "finished", after)
        self.assertIs(after["result-merged"]["succeeded"], True)

    def test_a_cancellation_is_refused_and_can_be_repeated(self):
        url = self.api.new_task({**idle(), "schedule": {"start": "PT1H"}})
        self.api.first_run(url)
        self.fill_until_refused()
        reply = self.api.delete(url)
        if reply.status != 200:  # there may be a little room left for something this small
            self.assert_text_error(reply, 503)
        self.free()
        self.assertEqual(self.api.delete(url).status, 200)
        self.assertIs(self.api.get(url + "?detail").json["detail"]["enabled"], False)
        self.assertEqual(self.api.get(url + "/runs").json, [])

    def test_a_start_without_room_says_why(self):
        self.assertEqual(self.daemon.stop(), 0)
        for name in os.listdir(self.data):
            path = os.path.join(self.data, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        self.fill()
        with self.assertRaises(AssertionError) as refused:
            self.daemon.start()
        self.assertRegex(str(refused.exception), "(?i)full|space|room")


class DescriptorsTest(E2ETestCase):
    LIMIT = 80

    def setUp(self):
        self.daemon = self.start_daemon(descriptors=self.LIMIT)
        self.api = self.daemon.api
        self.crowd = []
        self.addCleanup(self.disperse)

    def disperse(self):
        for connection in self.crowd:
            connection.close()
        self.crowd = []

    def exhaust(self):
        """More connections than the daemon can have; those beyond wait in the kernel or are turned away."""
        self.api.get("/api")  # a connection from before
        for _ in range(2 * self.LIMIT):
            try:
                connection = socket.create_connection(("127.0.0.1", self.daemon.port), timeout=DEADLINE)
            except OSError:
                continue
            self.crowd.append(connection)

    def test_it_survives_and_answers_afterwards(self):
        self.exhaust()
        self.assertIsNone(self.daemon.process.poll())
        self.assertEqual(self.api.get("/api").json, 6, "who is connected is served")
        self.disperse()
        client = self.daemon.new_client()
        self.addCleanup(client.close)
        self.assertEqual(client.get("/api").json, 6)
        self.assertEqual(client.finished_run(idle("PT1S"))["state"], "finished")
        self.assertEqual(self.daemon.stop(), 0)

    def test_a_task_meanwhile_gets_a_clear_answer(self):
        self.exhaust()
        reply = self.api.post("/tasks", idle("PT1S"))
        if reply.status == 200:
            run = self.api.final_run(self.api.first_run(reply.json)["href"])
            self.assertTrue(run["state"] == "finished" or run["errors"], run)
        else:
            self.assert_text_error(reply, 503)
        self.disperse()
        self.assertEqual(self.api.finished_run(idle("PT1S"))["state"], "finished")

    def test_runs_use_them_up_and_give_them_back(self):
        urls = [self.api.new_task(idle("PT1S")) for _ in range(30)]
        for url in urls:
            run = self.api.final_run(self.api.first_run(url)["href"])
            self.assertTrue(run["state"] == "finished" or run["errors"], run)
        self.assertEqual(self.api.finished_run(idle("PT1S"))["state"], "finished")
        self.assertLess(len(os.listdir(f"/proc/{self.daemon.process.pid}/fd")), self.LIMIT / 2)

    def test_a_crowd_that_shakes_hands(self):
        def connect():
            try:
                plain = socket.create_connection(("127.0.0.1", self.daemon.port), timeout=5)
                self.crowd.append(plain)
                self.crowd.append(tls_context().wrap_socket(plain))
            except (OSError, ssl.SSLError):
                pass  # turned away
        threads = [threading.Thread(target=connect) for _ in range(2 * self.LIMIT)]
        self.api.get("/api")
        for thread in threads:
            thread.start()
        self.assertEqual(self.api.get("/api").json, 6)
        for thread in threads:
            thread.join()
        self.disperse()
        self.assertEqual(self.api.finished_run(idle("PT1S"))["state"], "finished")


if __name__ == "__main__":
    main()
