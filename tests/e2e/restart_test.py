"""What survives the end of the daemon, by a crash or in order: tasks, results, waiting runs; and no process."""

import contextlib
import datetime
import os
import signal
import socket
import sqlite3
import time
import uuid

from harness import DEADLINE, E2ETestCase, idle, main, noop
from processes import descendants, marked
from scripted import task, write_plugin

CHILDREN_GONE = 5  # seconds; a second is promised, the rest is for machines that are busy with sanitizers


class CrashTest(E2ETestCase):
    def test_nothing_runs_on_after_a_crash_and_the_run_is_explained(self):
        daemon = self.start_daemon()
        finished = daemon.api.finished_run(idle())
        run = daemon.api.first_run(daemon.api.new_task(idle("PT30S")))
        daemon.api.wait_for_state(run["href"], {"running"})
        children = self.watch(descendants(daemon.process.pid))
        self.assertGreaterEqual(len(children), 2, "the tool and its shepherd")
        daemon.kill()
        self.assert_all_end(children, CHILDREN_GONE)

        daemon.start()
        after = daemon.api.get(run["href"]).json
        self.assertEqual(after["state"], "failed", after)
        self.assertIn("interrupted", after["errors"])
        shown = daemon.cli("result", run["href"])
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertIn("interrupted", shown.stdout)
        shown = daemon.cli("result", run["task-href"])
        self.assertIn("interrupted", shown.stdout)

        kept = daemon.api.get(finished["href"]).json
        self.assertEqual(kept["result-merged"], finished["result-merged"])
        self.assertEqual(kept["state"], "finished")
        self.assertIn("Idled", daemon.cli("result", finished["href"]).stdout)
        self.assertEqual(daemon.api.get("/tasks").json, [finished["task-href"], run["task-href"]])
        self.assertEqual(daemon.stop(), 0)

    def test_a_stubborn_tool_and_its_hidden_children_end_with_the_daemon(self):
        mark = uuid.uuid4().hex
        root = self.new_directory()
        write_plugin(root, "stubborn", duration="PT1M", run=f"""
cat >/dev/null
export PSCHEDULER_E2E_MARK={mark}
setsid sh -c 'trap "" TERM HUP INT; echo $$ >"$0"; while :; do sleep 1000; done' "{root}/ready" &
trap '' TERM HUP INT
while :; do sleep 1000; done
""")
        os.mkfifo(os.path.join(root, "ready"))
        daemon = self.start_daemon(class_roots=[root])
        daemon.api.new_task(task("stubborn"))
        with open(os.path.join(root, "ready"), encoding="utf-8") as ready:  # opens when the child does
            self.assertTrue(ready.read())
        left = self.watch(marked(mark))
        self.assertGreaterEqual(len(left), 2)
        daemon.kill()
        self.assert_all_end(left, CHILDREN_GONE)

    def test_a_waiting_run_runs_after_the_start(self):
        daemon = self.start_daemon()
        url = daemon.api.new_task({**idle(), "schedule": {"start": "PT8S", "slip": "PT1M"}})
        run = daemon.api.first_run(url)
        self.assertEqual(run["state"], "pending")
        daemon.kill()
        daemon.start()
        after = daemon.api.final_run(run["href"])
        self.assertEqual(after["state"], "finished", after)
        self.assertEqual(after["start-time"], run["start-time"])

    def test_a_run_whose_time_passed_is_missed_and_says_so(self):
        daemon = self.start_daemon(options=["--run-straggle", "PT1S"])
        url = daemon.api.new_task({**idle(), "schedule": {"start": "PT2S"}})
        run = daemon.api.first_run(url)
        daemon.kill()
        start = datetime.datetime.fromisoformat(run["start-time"]).timestamp()
        time.sleep(max(0, start + 3 - time.time()))  # that time passes is what is tested; no event says it has
        daemon.start()
        after = daemon.api.final_run(run["href"])
        self.assertEqual((after["state"], after["state-display"]), ("missed", "Missed"))
        self.assertTrue(after["errors"])
        shown = daemon.cli("result", run["href"])
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertIn("not running", shown.stdout)

    def test_tasks_taken_just_before_a_crash_are_all_there(self):
        daemon = self.start_daemon()
        urls = [daemon.api.new_task(noop(data=number)) for number in range(50)]
        daemon.kill()
        daemon.start()
        self.assertEqual(daemon.api.get("/tasks").json, urls)
        for url in urls:
            run = daemon.api.final_run(daemon.api.first_run(url)["href"])
            self.assertIn(run["state"], ("finished", "failed", "missed"))
            self.assertTrue(run["state"] == "finished" or run["errors"], run)

    def test_rows_that_belong_to_nothing_are_removed_and_the_rest_stays(self):
        daemon = self.start_daemon(options=["--log-level", "debug"])
        lost, kept = (daemon.api.finished_run(noop(text)) for text in ("lost", "kept"))
        database_file = os.path.join(daemon.data_dir, "pscheduler.sqlite")
        daemon.kill()
        with contextlib.closing(sqlite3.connect(database_file)) as database:
            database.execute("DELETE FROM task WHERE number = 1")
            database.commit()
        daemon.start()
        daemon.wait_for_log("HOUSEKEEPING_REMOVED")
        self.assertEqual(daemon.api.get(lost["href"]).status, 404)
        self.assertEqual(daemon.api.get(kept["href"]).json["state"], "finished")
        self.assertEqual(daemon.stop(), 0)
        with contextlib.closing(sqlite3.connect(database_file)) as database:
            for table in ("task", "task_progress", "run", "run_results"):
                count = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                self.assertEqual(count, 1, table)

    def test_a_canceled_task_stays_canceled(self):
        daemon = self.start_daemon()
        url = daemon.api.new_task({**idle(), "schedule": {"start": "PT1H"}})
        daemon.api.delete(url)
        daemon.kill()
        daemon.start()
        self.assertIs(daemon.api.get(url + "?detail").json["detail"]["enabled"], False)
        self.assertEqual(daemon.api.get(url + "/runs").json, [])

    def test_two_daemons_cannot_share_their_data(self):
        daemon = self.start_daemon()
        with self.assertRaises(AssertionError) as refused:
            self.start_daemon(directory=daemon.directory)
        self.assertIn("data", str(refused.exception))
        self.assertEqual(daemon.api.get("/api").json, 6)


class OrderlyStopTest(E2ETestCase):
    def notify_socket(self):
        """What systemd would listen on, and its name."""
        path = os.path.join(self.new_directory(), "notify")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(listener.close)
        listener.bind(path)
        listener.settimeout(DEADLINE)
        return listener, path

    def receive(self, listener, wanted):
        """Reads messages until one has this line."""
        while wanted not in listener.recv(4096).decode().splitlines():
            pass

    def test_systemd_is_told(self):
        listener, path = self.notify_socket()
        daemon = self.start_daemon(environment={"NOTIFY_SOCKET": path})
        self.receive(listener, "READY=1")
        self.assertEqual(daemon.api.get("/api").status, 200)
        daemon.ask_to_stop()
        self.receive(listener, "STOPPING=1")
        self.assertEqual(daemon.wait_for_end(), 0)

    def test_a_running_tool_is_ended_and_its_run_failed_with_a_reason(self):
        daemon = self.start_daemon()
        run = daemon.api.first_run(daemon.api.new_task(idle("PT1M")))
        daemon.api.wait_for_state(run["href"], {"running"})
        children = self.watch(descendants(daemon.process.pid))
        began = time.monotonic()
        self.assertEqual(daemon.stop(), 0)
        self.assertLess(time.monotonic() - began, 40, "it did not wait for the tool")
        self.assert_all_end(children, CHILDREN_GONE)
        daemon.start()
        after = daemon.api.get(run["href"]).json
        self.assertEqual(after["state"], "failed")
        self.assertIn("stopped", after["errors"])
        self.assertIn("stopped", daemon.cli("result", run["href"]).stdout)

    def test_a_tool_that_is_nearly_done_may_finish(self):
        daemon = self.start_daemon()
        run = daemon.api.first_run(daemon.api.new_task(idle("PT2S")))
        daemon.api.wait_for_state(run["href"], {"running"})
        self.assertEqual(daemon.stop(), 0)
        daemon.start()
        self.assertEqual(daemon.api.get(run["href"]).json["state"], "finished")

    def test_waiting_clients_do_not_hold_it_up(self):
        daemon = self.start_daemon()
        url = daemon.api.new_task({**idle(), "schedule": {"start": "PT1H"}})
        run = daemon.api.first_run(url)["href"]
        waiting = daemon.new_client()
        self.addCleanup(waiting.close)
        waiting.get("/api")
        connection = waiting._connection  # pylint: disable=protected-access
        connection.request("GET", run.partition(daemon.address)[2] + "?wait-merged&wait=600")
        began = time.monotonic()
        self.assertEqual(daemon.stop(), 0)
        self.assertLess(time.monotonic() - began, 40)

    def test_kept_connections_do_not_hold_it_up(self):
        daemon = self.start_daemon()
        run = daemon.api.first_run(daemon.api.new_task({**idle(), "schedule": {"start": "PT1H"}}))
        daemon.api.post(run["task-href"] + "/runs", {"start-time": "x"})
        daemon.api.delete(run["task-href"])
        daemon.stop()
        self.assertNotIn("HTTP_STOP_INCOMPLETE", "\n".join(daemon.log))

    def test_interrupt_is_a_stop_too(self):
        daemon = self.start_daemon()
        daemon.process.send_signal(signal.SIGINT)
        self.assertEqual(daemon.wait_for_end(), 0)


if __name__ == "__main__":
    main()
