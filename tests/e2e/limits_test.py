"""Limits of a running server: what it refuses, and a file that changes under it."""

import json
import os
import threading

from harness import DEADLINE, E2ETestCase, idle, main
from name_server import SILENT, NameServer

IDENTIFIERS = [{"name": "here", "description": "This host", "type": "localif", "data": {}}]
CLASSIFIERS = [{"name": "here", "description": "This host", "identifiers": ["here"]}]
SCRIPT = ["import \"pscheduler/iso8601\" as iso;",
          "if .test.type != \"idle\" or iso::duration_as_seconds(.test.spec.duration) <= 5 then true",
          "else \"Idle for no longer than five seconds\" end"]
LIMITS = {"schema": 3, "identifiers": IDENTIFIERS, "classifiers": CLASSIFIERS,
          "limits": [{"name": "short", "type": "jq", "data": {"script": SCRIPT}}],
          "applications": [{"description": "This host", "apply": [{"require": "all", "limits": ["short"]}]}],
          "priority": {"script": "set(4; \"as always\")"}}


class LimitsTest(E2ETestCase):
    def limited_daemon(self, text, *options):
        self.file = os.path.join(self.new_directory(), "limits.conf")
        self.write(text)
        return self.start_daemon(options=["--limits", self.file, *options])

    def write(self, text):
        """As careful editors do."""
        with open(self.file + ".new", "w", encoding="utf-8") as file:
            file.write(text if isinstance(text, str) else json.dumps(text))
        os.replace(self.file + ".new", self.file)

    def test_tasks_and_runs(self):
        daemon = self.limited_daemon(LIMITS)
        denied = daemon.api.request("POST", "/tasks", idle("PT10S"))
        self.assertEqual(denied.status, 403, denied)
        self.assertTrue(denied.text.startswith("Task forbidden by limits:\nHints:\n  requester: 127.0.0.1\n"), denied.text)
        self.assertIn("no longer than five seconds", denied.text)
        told = daemon.cli("task", "idle", "--duration", "PT10S")
        self.assertEqual(told.returncode, 1)
        self.assertIn("no longer than five seconds", told.stderr + told.stdout)
        accepted = daemon.api.request("POST", "/tasks", idle("PT1S"))
        self.assertEqual(accepted.status, 200, accepted)
        run = daemon.api.request("GET", accepted.json + "/runs/first?wait-merged=true").json
        self.assertEqual((run["state"], run["priority"]), ("finished", 4))
        self.assertIn("Priority set to 4:", run["limit-diags"])

    def test_a_quota_outlives_the_daemon(self):
        quota = {"name": "daily", "type": "quota", "data": {"per": "address", "period": "P1D", "runs": 1}}
        daemon = self.limited_daemon(dict(LIMITS, limits=[quota], applications=[
            {"description": "This host", "apply": [{"require": "all", "limits": ["daily"]}]}]))
        accepted = daemon.api.request("POST", "/tasks", idle("PT1S"))
        self.assertEqual(accepted.status, 200, accepted)
        daemon.api.request("GET", accepted.json + "/runs/first?wait-merged=true")
        daemon.kill()
        daemon.start()
        denied = daemon.api.request("POST", "/tasks", idle("PT1S"))
        self.assertEqual(denied.status, 403, denied)
        self.assertIn("1 of 1 runs within P1D are used; there is room at", denied.text)

    def test_a_bad_file_refuses_all_until_it_is_mended(self):
        daemon = self.limited_daemon(LIMITS)
        self.write("{ \"schema\": 1, }")
        daemon.wait_for_log("LIMITS_REFUSED")
        refused = daemon.api.request("POST", "/tasks", idle("PT1S"))
        self.assertEqual(refused.status, 422)
        self.assertIn("Limit processor is not initialized", refused.text)
        self.assertIn("line 1", refused.text)
        limits = daemon.api.request("GET", "/status").json["limits"]
        self.assertFalse(limits["ok"])
        self.assertIn("line 1", limits["error"])
        daemon.log.clear()
        self.write(LIMITS)
        daemon.wait_for_log("LIMITS_APPLIED")
        self.assertEqual(daemon.api.request("POST", "/tasks", idle("PT1S")).status, 200)
        os.remove(self.file)
        daemon.wait_for_log("LIMITS_GONE")
        self.assertEqual(daemon.api.request("POST", "/tasks", idle("PT10S")).status, 200)

    def test_a_slow_name_server_delays_nobody_else(self):
        server = NameServer({"1.0.0.127.v4.fullbogons.cymru.com": SILENT})
        self.addCleanup(server.close)
        slow = dict(LIMITS, identifiers=IDENTIFIERS + [
            {"name": "bogon", "description": "Bogons", "type": "ip-cymru-bogon",
             "data": {"exclude": [], "fail-result": False, "timeout": "PT30S"}}])
        daemon = self.limited_daemon(slow, "--resolver", server.address)
        waiting, answers = daemon.new_client(), []
        self.addCleanup(waiting.close)
        thread = threading.Thread(target=lambda: answers.append(waiting.post("/tasks", idle("PT1S")).status))
        thread.start()
        self.addCleanup(thread.join)
        self.assertTrue(server.was_asked.wait(DEADLINE))
        self.assertEqual(daemon.api.get("/status").status, 200)
        self.assertEqual(answers, [], "it still waits")
        server.table.clear()  # so the question is answered when it is repeated
        thread.join(DEADLINE)
        self.assertEqual(answers, [200])

    def test_scripts_without_end_harm_nothing(self):
        endless = dict(LIMITS, limits=[{"name": "short", "type": "jq", "data": {"script": "def f: f; f"}}])
        daemon = self.limited_daemon(endless)
        denied = daemon.api.request("POST", "/tasks", idle("PT1S"))
        self.assertEqual(denied.status, 403)
        self.assertIn("did not end", denied.text)
        self.assertEqual(daemon.api.request("GET", "/status").status, 200)


if __name__ == "__main__":
    main()
