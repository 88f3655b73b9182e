"""Canceling: what runs is ended, what waits is removed, and it is so whenever the cancellation comes."""

import os
import uuid

from harness import E2ETestCase, ask_until, idle, main
from processes import descendants, marked
from scripted import task, write_plugin

IN_AN_HOUR = {"start": "PT1H"}


class CancelTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.start_class_daemon()
        cls.api = cls.daemon.api

    def test_a_running_tool_is_ended(self):
        before = descendants(self.daemon.process.pid)
        run = self.api.first_run(self.api.new_task(idle("PT5M")))
        self.api.wait_for_state(run["href"], {"running"})
        tool = self.watch(descendants(self.daemon.process.pid) - before)
        self.assertGreaterEqual(len(tool), 1)
        reply = self.api.delete(run["task-href"])
        self.assertEqual((reply.status, reply.text), (200, "OK\n"))
        self.assert_all_end(tool, 10)
        after = self.api.final_run(run["href"])
        self.assertEqual((after["state"], after["state-display"]), ("canceled", "Canceled"))
        self.assertIs(self.api.get(run["task-href"] + "?detail").json["detail"]["enabled"], False)

    def test_who_waits_for_the_run_hears_of_it(self):
        run = self.api.first_run(self.api.new_task(idle("PT5M")))
        waiting = self.daemon.new_client()
        self.addCleanup(waiting.close)
        waiting.get("/api")
        connection = waiting._connection  # pylint: disable=protected-access
        connection.request("GET", run["href"].partition(self.daemon.address)[2] + "?wait-merged&wait=300")
        self.api.delete(run["task-href"])
        self.assertIn(b'"state":"canceled"', connection.getresponse().read())

    def test_a_pending_run_is_removed(self):
        run = self.api.first_run(self.api.new_task({**idle(), "schedule": IN_AN_HOUR}))
        self.assertEqual(run["state"], "pending")
        self.assertEqual(self.api.delete(run["task-href"]).status, 200)
        self.assert_text_error(self.api.get(run["href"]), 404)
        self.assertEqual(self.api.get(run["task-href"] + "/runs").json, [])
        self.assertEqual(self.api.get(run["task-href"]).status, 200, "the task can still be read")

    def test_a_cancellation_while_the_run_is_being_planned_holds(self):
        urls = []
        for _ in range(30):
            urls.append(self.api.new_task({**idle(test="idleex"), "schedule": {**IN_AN_HOUR, "slip": "PT1H"}}))
            self.assertEqual(self.api.delete(urls[-1]).status, 200)
        for url in urls:
            # Its run is withdrawn as soon as it has been stored.
            ask_until(lambda: self.api.get(url + "/runs").json, lambda runs: not runs)  # pylint: disable=cell-var-from-loop
            self.assertIs(self.api.get(url + "?detail").json["detail"]["enabled"], False)
        # The time they would have taken is free.
        url = self.api.new_task({**idle(test="idleex"), "schedule": IN_AN_HOUR})
        self.addCleanup(self.api.delete, url)
        self.assertEqual(self.api.first_run(url)["state"], "pending")

    def test_a_cancellation_at_any_moment_of_the_start_holds(self):
        for moment in range(30):
            url = self.api.new_task(idle("PT5M"))
            run = self.api.first_run(url)["href"]
            for _ in range(moment):
                self.api.get(run)  # some time passes, in which the tool gets started
            self.assertEqual(self.api.delete(url).status, 200)
            reply = self.api.get(run)
            if reply.status == 200:  # else it had not begun
                self.assertEqual(reply.json["state"], "canceled")

    def test_a_canceled_stream_of_results_ends(self):
        url = self.api.new_task({"test": {"type": "idlebgm", "spec": {"duration": "PT5M", "interval": "PT1S"}},
                                 "schedule": {}})
        run = self.api.first_run(url)
        self.api.wait_for_state(run["href"], {"running"})
        self.assertEqual(self.api.delete(url).status, 200)
        self.assertEqual(self.api.final_run(run["href"])["state"], "canceled")

    def test_no_process_of_a_stubborn_stream_is_left_when_the_cancellation_is_answered(self):
        mark = uuid.uuid4().hex
        root = self.new_directory()
        write_plugin(root, "stream", duration="PT5M", scheduling_class="background-multi", run=f"""
cat >/dev/null
export PSCHEDULER_E2E_MARK={mark}
trap '' TERM HUP INT
setsid sh -c 'trap "" TERM HUP INT; echo $$ >"$0"; while :; do sleep 1000; done' "{root}/ready" &
printf '\\036{{"succeeded": true}}\\n'
while :; do sleep 1000; done
""")
        os.mkfifo(os.path.join(root, "ready"))
        daemon = self.start_daemon(class_roots=[root])
        run = daemon.api.first_run(daemon.api.new_task(task("stream")))
        with open(os.path.join(root, "ready"), encoding="utf-8") as ready:  # opens when the child does
            self.assertTrue(ready.read())
        left = self.watch(marked(mark))
        self.assertGreaterEqual(len(left), 2)
        self.assertEqual(daemon.api.delete(run["task-href"]).status, 200)
        self.assert_all_end(left, 0)
        self.assertEqual(daemon.api.final_run(run["href"])["state"], "canceled")

    def test_from_the_command_line(self):
        run = self.api.first_run(self.api.new_task(idle("PT5M")))
        ran = self.daemon.cli("cancel", run["task-href"])
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(self.api.final_run(run["href"])["state"], "canceled")
        ran = self.daemon.cli("cancel", run["task-href"][:-12] + "000000000000")
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        self.assertTrue(ran.stderr.strip())


if __name__ == "__main__":
    main()
