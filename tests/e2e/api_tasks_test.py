"""Tasks over the API: posting them in every way, reading them back, finding and canceling them."""

import datetime
import json
import urllib.parse
import uuid

from harness import E2ETestCase, idle, main, noop, query

HIDDEN = {"archiver": "nosuch", "data": {"_token": "secret"}}


class TasksTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.start_class_daemon()
        cls.api = cls.daemon.api

    def test_a_post_answers_with_the_url_of_the_task(self):
        reply = self.api.post("/tasks", noop())
        self.assertEqual((reply.status, reply.type), (200, "application/json"))
        self.assertRegex(reply.json, rf"^{self.daemon.url}/tasks/[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$")
        task = self.api.get(reply.json).json
        self.assertEqual(task["href"], reply.json)
        self.assertEqual(task["test"]["type"], "noop")
        self.assertEqual(task["tool"], "passthrough")
        self.assertNotIn("detail", task)
        self.assertNotIn("participants", task)

    def test_the_type_of_the_body_does_not_matter(self):
        body = json.dumps(noop())
        for content_type in ("text/plain", "application/json", "application/octet-stream"):
            with self.subTest(content_type=content_type):
                self.assertEqual(self.api.post("/tasks?", body, headers={"Content-Type": content_type}).status, 200)

    def test_a_form_is_no_document(self):
        for content_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            with self.subTest(content_type=content_type):
                reply = self.api.post("/tasks", json.dumps(noop()), headers={"Content-Type": content_type})
                self.assert_text_error(reply, 400)

    def test_utf_8_is_welcome(self):
        task = self.api.new_task(noop(data="größer ☃"))
        again = self.api.new_task(json.dumps(noop(data="größer ☃"), ensure_ascii=False))
        for url in (task, again):
            self.assertEqual(self.api.get(url).json["test"]["spec"]["data"], "größer ☃")

    def test_comments_are_dropped_but_not_from_arrays(self):
        document = noop(data=["# kept", {"# gone": 1, "kept": 2}])
        document["# note"] = "gone"
        document["test"]["spec"]["#x"] = {"deep": 1}
        task = self.api.get(self.api.new_task(document)).json
        self.assertEqual(task["test"]["spec"]["data"], ["# kept", {"kept": 2}])
        self.assertNotIn("# note", task)
        self.assertNotIn("#x", task["test"]["spec"])

    def test_schema_numbers(self):
        for schema in (1, 2, 3, 4, 5):
            with self.subTest(schema=schema):
                self.assertEqual(self.api.post("/tasks", noop(schema=schema)).status, 200)
        for schema in (6, 1.0, "1", None, True, -1, 10 ** 30):
            with self.subTest(schema=schema):
                self.assert_text_error(self.api.post("/tasks", noop(schema=schema)), 400)
        self.assert_text_error(self.api.post("/tasks", noop(priority=3)), 400)  # came with schema 3
        self.assertEqual(self.api.post("/tasks", noop(priority=3, schema=3)).status, 200)

    def test_refused_documents(self):
        cases = {
            "no object": [], "a scalar": 7, "nothing": {}, "no test": {"schedule": {}},
            "unknown member": noop(bogus=1), "unknown test": idle(test="nosuch"),
            "invalid spec": idle("yesterday"), "no duration": {"test": {"type": "idle", "spec": {}}, "schedule": {}},
            "bad slip": {**noop(), "schedule": {"slip": "soon"}},
            "unknown schedule member": {**noop(), "schedule": {"bogus": 1}},
            "past until": {**noop(), "schedule": {"until": "2001-01-01T00:00:00Z"}},
            "soonest": {**noop(), "schedule": {"start": "soonest"}},
            "zero repeat": {**noop(), "schedule": {"repeat": "PT0S"}},
            "impossible cron": {**noop(), "schedule": {"schema": 2, "repeat-cron": "0 0 30 2 *"}},
            "zero max-runs": {**noop(), "schedule": {"max-runs": 0}},
            "unknown archiver": noop(archives=[{"archiver": "nosuch", "data": {}}]),
            "foreign lead-bind": {**noop(), "lead-bind": "192.0.2.1"},
        }
        for name, document in cases.items():
            with self.subTest(case=name):
                self.assert_text_error(self.api.post("/tasks", json.dumps(document)), 400)
        self.assert_text_error(self.api.post("/tasks", ""), 400)

    def test_schedules_under_which_nothing_would_run(self):
        cases = {
            "/schedule/repeat: P0D is too short": {"repeat": "PT0S"},
            "/schedule/repeat-cron: '0 0 30 2 *' never matches": {"schema": 2, "repeat-cron": "0 0 30 2 *"},
            "/schedule/until: 2001-01-01": {"until": "2001-01-01T00:00:00Z"},
            "/schedule/slip": {"slip": "P1M"},
        }
        for reason, schedule in cases.items():
            with self.subTest(schedule=schedule):
                reply = self.api.post("/tasks", {**noop(), "schedule": schedule})
                self.assert_text_error(reply, 400)
                self.assertIn(reason, reply.text)

    def test_cron_and_relative_times(self):
        schedule = {"schema": 2, "start": "@P1D", "repeat-cron": "0 6 1 1 *", "until": "P800D", "max-runs": 2}
        url = self.api.new_task({**noop(), "schedule": schedule})
        task = self.api.get(url + "?detail=1").json
        self.assertEqual(task["schedule"], schedule)
        start = datetime.datetime.fromisoformat(task["detail"]["start"])
        self.assertEqual(start.timestamp() % 86400, 0)
        self.assertEqual(self.api.delete(url).status, 200)

    def test_a_refusal_names_the_field_and_the_value(self):
        reply = self.api.post("/tasks", {"test": {"type": "rtt", "spec": {"dest": "::1", "count": 0}}, "schedule": {}})
        self.assert_text_error(reply, 400)
        self.assertIn("count", reply.text)
        self.assertIn("0", reply.text)

    def test_without_a_tool_that_can_the_reasons_are_told(self):
        reply = self.api.post("/tasks", {**idle(), "tools": ["ping"]})
        self.assert_text_error(reply, 422)
        reply = self.api.post("/tasks", idle("PT1M", tools=["snooze"]))
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(self.api.get(reply.json).json["tool"], "snooze")

    def test_expanded_redirects_to_the_task(self):
        reply = self.api.post("/tasks?expanded&detail=1&pretty=True", noop())
        self.assertEqual(reply.status, 303)
        location = reply.headers["Location"]
        self.assertEqual(reply.text.strip(), location)
        arguments = urllib.parse.urlsplit(location).query
        self.assertIn("detail", arguments)
        self.assertIn("pretty", arguments)
        task = self.api.get(location)
        self.assertEqual(task.json["detail"]["participants"], ["127.0.0.1"])
        self.assertIn('\n    "detail": {', task.text)
        plain = self.api.post("/tasks?expanded", noop())
        self.assertNotIn("detail", plain.headers["Location"])

    def test_detail(self):
        url = self.api.new_task({**idle("PT90S"), "schedule": {"slip": "P9DT1H", "start": "PT1H"}})
        detail = self.api.get(url + "?detail=True").json["detail"]
        self.assertEqual(detail["slip"], "P1W2DT1H")
        self.assertEqual(detail["post"], "P0D")
        self.assertRegex(detail["added"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")
        self.assertRegex(detail["start"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")
        self.assertEqual(detail["cli"], ["--duration", "PT90S"])
        self.assertEqual([detail[flag] for flag in ("enabled", "anytime", "exclusive", "multi-result")],
                         [True, True, False, False])
        self.assertEqual(detail["participant"], 0)
        self.assertEqual(detail["hints"], {"requester": "127.0.0.1", "server": "127.0.0.1"})
        self.assertEqual(detail["href"], url)
        self.assertEqual(detail["runs-href"], url + "/runs")
        self.assertEqual(detail["first-run-href"], url + "/runs/first")
        self.assertEqual(detail["next-run-href"], url + "/runs/next")
        self.assertEqual(self.api.delete(url).status, 200)

    def test_cli_of_a_task(self):
        url = self.api.new_task({"test": {"type": "rtt", "spec": {"dest": "::1", "count": 1}}, "schedule": {}})
        reply = self.api.get(url + "/cli")
        self.assertEqual((reply.status, reply.type), (200, "text/html; charset=utf-8"))
        self.assertEqual(reply.json[0], "rtt")
        self.assertEqual(sorted(reply.json[1:]), sorted(["--count", "1", "--dest", "::1"]))

    def test_hidden_members_are_there_but_null(self):
        url = self.api.new_task({**noop(), "_key": "sesame", "reference": {"_mine": {"x": 1}, "list": [{"_a": 1}]}})
        task = self.api.get(url).json
        self.assertIn("_key", task)
        self.assertIsNone(task["_key"])
        self.assertEqual(task["reference"], {"_mine": None, "list": [{"_a": None}]})
        everything = self.api.get("/tasks?expanded").text
        self.assertNotIn("sesame", everything)

    def test_the_key_opens_the_task_the_run_and_the_result(self):
        url = self.api.new_task({**noop(data={"_secret": "open"}), "_key": "sesame", "reference": {"_mine": "x"}})
        self.assertEqual(self.api.get(url + "?key=sesame").json["reference"], {"_mine": "x"})
        self.assertEqual(self.api.get(url + "?key=sesame").json["_key"], "sesame")
        self.assert_text_error(self.api.get(url + "?key=other"), 403)
        run = self.api.final_run(self.api.first_run(url)["href"])
        self.assertNotIn("open", json.dumps(run))
        self.assertIn('"_secret":"open"', self.api.get(run["href"] + "?key=sesame").text)
        self.assert_text_error(self.api.get(run["href"] + "?key=other"), 403)
        self.assertNotIn("open", self.api.get(run["result-href"]).text)
        self.assertIn('"_secret":"open"', self.api.get(run["result-href"] + "?key=sesame").text)
        self.assert_text_error(self.api.get(run["result-href"] + "?key=other"), 403)
        self.assertNotIn("sesame", "\n".join(self.daemon.log))

    def test_a_key_nobody_asked_for_changes_nothing(self):
        url = self.api.new_task(noop())
        self.assertEqual(self.api.get(url + "?key=anything").status, 200)

    def test_uuids_are_read_leniently(self):
        url = self.api.new_task(noop())
        prefix, _, text = url.rpartition("/")
        value = uuid.UUID(text)
        for spelling in (text.upper(), value.hex, "{%s}" % text, value.urn):
            with self.subTest(spelling=spelling):
                reply = self.api.get(f"{prefix}/{urllib.parse.quote(spelling)}")
                self.assertEqual(reply.json["href"], url)

    def test_tasks_are_found_by_containment(self):
        tag = uuid.uuid4().hex
        first = self.api.new_task(noop(reference={"tags": [tag, "x"], "n": 1}))
        second = self.api.new_task(noop(reference={"tags": [tag, "y"], "n": 2}))
        def found(**filters):
            return self.api.get("/tasks" + query(json=filters)).json
        self.assertEqual(found(reference={"tags": [tag]}), [first, second])
        self.assertEqual(found(reference={"tags": ["y", tag]}), [second])
        self.assertEqual(found(reference={"tags": [tag], "n": 1}), [first])
        self.assertEqual(found(reference={"tags": [tag]}, detail={"enabled": False}), [])
        self.assertEqual(found(reference={"tags": [tag]}, detail={"enabled": True}), [first, second])
        expanded = self.api.get("/tasks" + query(json={"reference": {"tags": [tag]}}, expanded="1")).json
        self.assertEqual([task["href"] for task in expanded], [first, second])
        self.assertNotIn("detail", expanded[0])
        detailed = self.api.get("/tasks" + query(json={"reference": {"n": 2}}, expanded="1", detail="1")).json
        self.assertIn("detail", detailed[0])
        self.assert_text_error(self.api.get("/tasks?json={"), 400)
        self.assertEqual(self.api.get("/tasks?json=7").status, 200)

    def test_the_filter_does_not_help_to_guess_keys(self):
        tag = uuid.uuid4().hex
        self.api.new_task({**noop(reference=tag), "_key": "sesame"})
        self.assertEqual(self.api.get("/tasks" + query(json={"reference": tag, "_key": "sesame"})).json, [])

    def test_a_deleted_task_stays_readable(self):
        url = self.api.new_task({**idle(), "schedule": {"start": "PT1H"}})
        self.api.first_run(url)
        for _ in range(2):
            reply = self.api.delete(url + "?")
            self.assertEqual((reply.status, reply.type, reply.text), (200, "text/html; charset=utf-8", "OK\n"))
        self.assertIs(self.api.get(url + "?detail").json["detail"]["enabled"], False)
        self.assertIn(url, self.api.get("/tasks").json)
        self.assertEqual(self.api.get(url + "/runs").json, [])
        self.assert_text_error(self.api.delete(url[:-12] + "000000000000"), 404)


if __name__ == "__main__":
    main()
