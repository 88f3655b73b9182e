"""Limits of a running server: what it refuses, and a file that changes under it."""

import json
import os
import select
import socket
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


TOOLKIT_FILE = os.path.join(os.path.dirname(__file__), "..", "fixtures", "limits", "toolkit-style.conf")
LIST_URL = "http://lists.example.org/research-networks"


class SilentWebServer:
    """Takes requests and answers none until it is told to."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(DEADLINE)
        self.url = "http://127.0.0.1:%d/list" % self._listener.getsockname()[1]
        self._clients = []

    def wait_for_client(self):
        client, _ = self._listener.accept()
        self._clients.append(client)
        client.settimeout(DEADLINE)
        request = b""
        while b"\r\n\r\n" not in request:
            request += client.recv(4096)
        return client

    @staticmethod
    def is_given_up(client):
        """Whether the client has closed the connection; it sends nothing more."""
        return bool(select.select([client], [], [], 0)[0])

    @staticmethod
    def answer(client, body):
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def close(self):
        for client in self._clients:
            client.close()
        self._listener.close()


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

    def test_a_toolkit_file_whose_sources_are_silent_holds_nobody_up(self):
        names = NameServer({"1.0.0.127.v4.fullbogons.cymru.com": SILENT})
        self.addCleanup(names.close)
        web = SilentWebServer()
        self.addCleanup(web.close)
        with open(TOOLKIT_FILE, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(LIST_URL, text)
        daemon = self.limited_daemon(text.replace(LIST_URL, web.url), "--resolver", names.address)
        client = web.wait_for_client()
        self.assertFalse(web.is_given_up(client), "it serves and still waits for the list")
        waiting, answers = daemon.new_client(), []
        self.addCleanup(waiting.close)
        thread = threading.Thread(target=lambda: answers.append(waiting.post("/tasks", idle("PT1S"))))
        thread.start()
        self.addCleanup(thread.join)
        self.assertTrue(names.was_asked.wait(DEADLINE))
        for target in ("/status", "/tasks", "/tests/idle", "/schedule"):
            self.assertEqual(daemon.api.get(target).status, 200, target)
        web.answer(client, b"# ours\n127.0.0.0/8 # this host\n")
        thread.join(DEADLINE)
        self.assertEqual([answer.status for answer in answers], [200])
        diags = daemon.api.get(answers[0].json + "?detail=true").json["detail"]["diags"]
        self.assertIn("Identified as everybody, local-interfaces, research-networks\n", diags)
        self.assertIn("Classified as default, friendlies, priority-positive\n", diags)

    def test_proxies_with_a_key_may_ask_for_others(self):
        key = "0123456789abcdef0123456789abcdef"
        keys = os.path.join(self.new_directory(), "keys.json")
        with open(keys, "w", encoding="utf-8") as file:
            json.dump({"frontend": key}, file)
        os.chmod(keys, 0o600)
        daemon = self.limited_daemon(LIMITS, "--requester-keys", keys)
        stranger = {"X-pScheduler-Requester": f"203.0.113.9;frontend;{key}"}
        denied = daemon.api.post("/tasks", idle("PT1S"), headers=stranger)
        self.assertEqual(denied.status, 403)
        self.assertIn("requester: 203.0.113.9\n  requester-proxied-by: 127.0.0.1\n", denied.text)
        guessed = daemon.api.post("/tasks", idle("PT1S"), headers={"X-pScheduler-Requester": "127.0.0.1;frontend;abc"})
        self.assertEqual(guessed.status, 403)
        self.assertIn("no requester key", guessed.text)
        self.assertEqual(daemon.api.post("/tasks", idle("PT1S")).status, 200)
        daemon.stop()
        self.assertNotIn(key, "\n".join(daemon.log))

    def test_scripts_without_end_harm_nothing(self):
        endless = dict(LIMITS, limits=[{"name": "short", "type": "jq", "data": {"script": "def f: f; f"}}])
        daemon = self.limited_daemon(endless)
        denied = daemon.api.request("POST", "/tasks", idle("PT1S"))
        self.assertEqual(denied.status, 403)
        self.assertIn("did not end", denied.text)
        self.assertEqual(daemon.api.request("GET", "/status").status, 200)


if __name__ == "__main__":
    main()
