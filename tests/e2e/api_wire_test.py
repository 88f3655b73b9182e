"""The API on the wire, whatever the resource: paths, methods, status codes, content types, arguments."""

import json
import re
import uuid

from harness import E2ETestCase, idle, main, noop, query

COLLECTIONS = ("tests", "tools", "archivers", "contexts", "tasks")
NOBODY = str(uuid.UUID(int=1))


class WireTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.start_class_daemon()
        cls.api = cls.daemon.api

    def test_the_root_is_a_json_string(self):
        reply = self.api.get("/")
        self.assertEqual((reply.status, reply.type), (200, "application/json"))
        self.assertIsInstance(reply.json, str)
        self.assertTrue(reply.text.endswith("\n"))

    def test_server_information(self):
        self.assertEqual(self.api.get("/api").text, "6\n")
        self.assertIsInstance(self.api.get("/hostname").json, str)
        self.assertEqual(self.api.get("/schedule-horizon").json, "P1D")
        clock = self.api.get("/clock").json
        self.assertRegex(clock["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d$")
        self.assertIsInstance(clock["synchronized"], bool)
        self.assertIsInstance(clock["source"], str)

    def test_status_is_what_troubleshooters_expect(self):
        status = self.api.get("/status").json
        self.assertTrue(status["time"].endswith("Z"))
        self.assertIs(status["limits"]["ok"], True)
        self.assertEqual(set(status["services"]), {"ticker", "scheduler", "runner", "archiver"})
        for service in status["services"].values():
            self.assertIsNone(service["overdue"])
        self.assertEqual(set(status["runs"]), {"last-finished", "last-scheduled"})

    def test_the_loopback_client_may_ask_for_an_exception(self):
        self.assert_text_error(self.api.get("/exception"), 500)

    def test_debug_can_be_turned_on_and_off(self):
        self.assertIs(self.api.get("/debug").json, False)
        reply = self.api.put("/debug?state=yes")
        self.assertEqual((reply.status, reply.type, reply.text), (200, "text/html; charset=utf-8", "OK\n"))
        self.assertIs(self.api.get("/debug").json, True)
        self.assertEqual(self.api.put("/debug").status, 200)
        self.assertIs(self.api.get("/debug").json, False)

    def test_double_slashes_after_the_prefix_make_no_difference(self):
        self.assertEqual(self.api.get("//api").text, "6\n")
        tools = query(test={"type": "idle", "spec": {"duration": "PT1S"}}, api="6")
        self.assertEqual(self.api.get("//tools" + tools).json, self.api.get("/tools" + tools).json)

    def test_a_double_slash_further_in_leads_to_the_clean_path(self):
        task = self.api.new_task(noop())
        reply = self.api.get(task.replace("/tasks/", "/tasks//"))
        self.assertIn(reply.status, (200, 308))
        if reply.status == 308:
            self.assertTrue(task.endswith(reply.headers["Location"]) or reply.headers["Location"] == task)

    def test_the_prefix_without_a_slash_redirects(self):
        reply = self.api.request("GET", self.daemon.url)
        self.assertEqual(reply.status, 308)
        self.assertTrue(reply.headers["Location"].endswith("/pscheduler/"))

    def test_unknown_paths(self):
        for path in ("/api/", "/tasks/", "/tests/idle/", "/API", "/hints", "/tests/nosuch", "/tools/nosuch",
                     "/archivers/nosuch", "/contexts/nosuch", "/stat", "/tasks/" + NOBODY, "/tasks/not-a-uuid",
                     "/tests/idle/spec/participants", f"/tasks/{NOBODY}/runs/last", "/tests/..%2fidle"):
            with self.subTest(path=path):
                self.assert_text_error(self.api.get(path), 404)
        self.assert_text_error(self.api.request("GET", f"https://{self.daemon.address}/"), 404)

    def test_a_method_a_path_does_not_know_is_405(self):
        for method, path in (("DELETE", "/tasks"), ("PUT", "/tasks"), ("POST", "/api"), ("DELETE", "/tests/idle"),
                             ("PATCH", "/tasks"), ("PUT", "/tasks/" + NOBODY), ("POST", "/clock")):
            with self.subTest(method=method, path=path):
                reply = self.api.request(method, path)
                self.assert_text_error(reply, 405)
                self.assertIn("GET", reply.headers["Allow"])

    def test_head_is_get_without_the_body(self):
        for path in ("/", "/api", "/hostname"):
            with self.subTest(path=path):
                head, get = self.api.request("HEAD", path), self.api.get(path)
                self.assertEqual((head.status, head.body), (200, b""))
                self.assertEqual(head.headers["Content-Length"], get.headers["Content-Length"])
        self.assertEqual(self.api.get("/api").text, "6\n", "the connection is still in step")

    def test_options_names_the_methods(self):
        reply = self.api.request("OPTIONS", "/tasks")
        self.assertEqual((reply.status, reply.body), (200, b""))
        self.assertLessEqual({"GET", "POST"}, set(re.split(r"\s*,\s*", reply.headers["Allow"])))

    def test_the_api_level_is_checked_before_anything_else(self):
        for value in ("1", "6", "0", "-3"):
            self.assertEqual(self.api.get("/api?api=" + value).status, 200, value)
        for path in ("/", "/tasks", "/nowhere"):
            self.assert_text_error(self.api.get(path + "?api=7"), 501)
            self.assert_text_error(self.api.get(path + "?api=x"), 400)
            self.assert_text_error(self.api.get(path + "?api="), 400)

    def test_pretty_has_the_layout_of_pscheduler(self):
        compact, pretty = self.api.get("/tests/idle"), self.api.get("/tests/idle?pretty")
        self.assertNotIn(" :", compact.text)
        self.assertNotIn('": ', compact.text)
        expected = json.dumps(compact.json, indent=4, sort_keys=True, separators=(", ", ": ")) + "\n"
        self.assertEqual(pretty.text, expected)

    def test_spellings_of_true(self):
        for value in ("", "=", "=true", "=True", "=TRUE", "=yes", "=1"):
            with self.subTest(value=value):
                self.assertIsInstance(self.api.get("/tests?expanded" + value).json[0], dict)
        for value in ("=on", "=t", "=false", "=0", "=no", "=2"):
            with self.subTest(value=value):
                self.assertIsInstance(self.api.get("/tests?expanded" + value).json[0], str)

    def test_the_first_of_repeated_arguments_counts_and_unknown_ones_do_not(self):
        self.assertIsInstance(self.api.get("/tests?expanded=no&expanded=yes&bogus=1").json[0], str)
        self.assertIsInstance(self.api.get("/tests?bogus&expanded=yes&expanded=no").json[0], dict)

    def test_collections_of_plugins(self):
        for collection in COLLECTIONS[:-1]:
            with self.subTest(collection=collection):
                reply = self.api.get("/" + collection)
                self.assertEqual((reply.status, reply.type), (200, "application/json"))
                objects = self.api.get(f"/{collection}?expanded").json
                self.assertEqual([plugin["href"] for plugin in objects], reply.json)
                names = [plugin["name"] for plugin in objects]
                self.assertEqual(names, sorted(names))
                for plugin in objects:
                    self.assertEqual(plugin["href"], f"{self.daemon.url}/{collection}/{plugin['name']}")
                    self.assertEqual(self.api.get(plugin["href"]).json, plugin)

    def test_urls_are_built_from_the_name_the_client_used(self):
        reply = self.api.get("/tests", headers={"Host": "node.example.org:4443"})
        self.assertTrue(reply.json[0].startswith("https://node.example.org:4443/pscheduler/tests/"))

    def test_options_of_a_test_become_a_spec(self):
        reply = self.api.get("/tests/idle/spec" + query(args=["--duration", "PT5S"]))
        self.assertEqual((reply.status, reply.json), (200, {"schema": 1, "duration": "PT5S"}))
        for args in ('["--help"]', '["--bogus"]', "[", "null"):
            with self.subTest(args=args):
                self.assert_text_error(self.api.get("/tests/idle/spec" + query(args=args)), 400)
        self.assertIn("--duration", self.api.get("/tests/idle/spec" + query(args='["--help"]')).text)
        self.assert_text_error(self.api.get("/tests/idle/spec"), 400)
        self.assert_text_error(self.api.get("/tests/nosuch/spec?args=[]"), 404)

    def test_validity_of_a_spec(self):
        path = "/tests/rtt/spec/is-valid"
        self.assertEqual(self.api.get(path + query(spec={"dest": "::1"})).json, {"valid": True})
        wrong = self.api.get(path + query(spec={"dest": "::1", "count": 0})).json
        self.assertIs(wrong["valid"], False)
        self.assertIn("count", wrong["error"])
        self.assertIs(self.api.get(path + query(spec="{")).json["valid"], False)
        self.assert_text_error(self.api.get(path), 400)
        self.assert_text_error(self.api.get("/tests/nosuch/spec/is-valid?spec={}"), 404)

    def test_participants_of_a_spec(self):
        here = self.api.get("/tests/rtt/participants" + query(spec={"dest": "::1"})).json
        self.assertEqual(here["participants"], [None])
        self.assertTrue(here["null-reason"])
        there = self.api.get("/tests/rtt/participants" + query(spec={"dest": "::1", "source": "a.example"})).json
        self.assertEqual(there["participants"], ["a.example"])
        self.assert_text_error(self.api.get("/tests/rtt/participants"), 400)
        self.assert_text_error(self.api.get("/tests/nosuch/participants?spec={}"), 404)

    def test_tools_of_a_test(self):
        tools = self.api.get("/tests/idle/tools").json
        self.assertEqual(set(tools), {f"{self.daemon.url}/tools/{name}" for name in ("sleep", "snooze")})
        self.assertEqual(self.api.get("/tests/nosuch/tools").json, [])
        self.assertIsInstance(self.api.get("/tests/idle/tools?expanded").json[0], dict)

    def test_who_can_run_a_test(self):
        test = query(test={"type": "idle", "spec": {"duration": "PT1S"}})
        level_6 = self.api.get(f"/tools{test}&api=6").json
        self.assertEqual({entry["tool"]["name"] for entry in level_6}, {"sleep", "snooze"})
        for entry in level_6:
            self.assertIsInstance(entry["can-run"]["can-run"], bool)
        accepted = {entry["tool"]["name"] for entry in level_6 if entry["can-run"]["can-run"]}
        self.assertEqual({tool["name"] for tool in self.api.get("/tools" + test).json}, accepted)
        self.assertEqual(self.api.get("/tools" + query(test={"type": "nosuch", "spec": {}}, api="6")).json, [])
        self.assert_text_error(self.api.get("/tools?test={"), 400)
        self.assert_text_error(self.api.get("/tools?test={}"), 400)

    def test_connections_are_kept(self):
        client = self.daemon.new_client()
        self.addCleanup(client.close)
        client.get("/api")
        connection = client._connection  # pylint: disable=protected-access
        port = connection.sock.getsockname()[1]
        for path in ("/nowhere", "/tasks", "/api?api=7"):
            client.get(path)
        client.post("/tasks", idle("never"))
        self.assertEqual(connection.sock.getsockname()[1], port)


if __name__ == "__main__":
    main()
