"""A node as participant of a task that somebody else leads: what a lead of 5.2 does, call by call."""

import datetime
import uuid

from harness import E2ETestCase, idle, main, query


def soon(seconds):
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return (now + datetime.timedelta(seconds=seconds)).isoformat()


class ParticipantTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.start_class_daemon()
        cls.api = cls.daemon.api

    def lead_document(self, duration="PT1S", **members):
        """What a lead posts: the final task with its tool, and who takes part."""
        return {**idle(duration), "tool": "snooze", "participants": ["lead.example.org", self.daemon.address],
                "_key": "generated-by-the-lead", **members}

    def tasked(self, **members):
        """A task that this node takes part in."""
        path = f"/tasks/{uuid.uuid4()}"
        reply = self.api.post(path + "?participant=1", self.lead_document(**members))
        self.assertEqual(reply.status, 200, reply)
        self.addCleanup(self.api.delete, path)
        return path

    def test_a_whole_run_as_a_lead_sees_it(self):
        self.assertEqual(self.api.get("//api").json, 6)
        tools = self.api.get("//tools" + query(test=idle()["test"], api="6")).json
        self.assertTrue(any(entry["can-run"]["can-run"] and entry["tool"]["name"] == "snooze" for entry in tools))

        task = f"/tasks/{uuid.uuid4()}"
        reply = self.api.post(task + "?participant=1", self.lead_document())
        self.assertEqual((reply.status, reply.type), (200, "text/html; charset=utf-8"))
        self.assertEqual(reply.text, self.daemon.url + task + "\n", "the URL comes without quotes")
        detail = self.api.get(task + "?detail=True").json["detail"]
        self.assertEqual((detail["participant"], detail["enabled"]), (1, True))
        self.assertEqual(detail["participants"], ["lead.example.org", self.daemon.address])

        self.assertIsInstance(self.api.get("/").json, str)
        start, end = soon(5), soon(60)
        self.assertEqual(len(self.api.get(task + "/runtimes" + query(start=start, end=end)).json), 1)

        run = f"{task}/runs/{uuid.uuid4()}"
        begin = soon(2)
        reply = self.api.put(run + "?key=generated-by-the-lead", {"start-time": begin})
        self.assertEqual((reply.status, reply.type, reply.text), (200, "text/html; charset=utf-8", "OK\n"))
        placed = self.api.get(run + "?key=generated-by-the-lead").json
        self.assertEqual((placed["state"], placed["participant"]), ("pending", 1))
        self.assertEqual(datetime.datetime.fromisoformat(placed["start-time"]),
                         datetime.datetime.fromisoformat(begin))
        self.assertIn("participant-data", placed)
        full = {"part-data-full": [{"from": "the lead"}, placed["participant-data"]]}
        self.assertEqual(self.api.put(run + "?key=generated-by-the-lead", full).status, 200)
        self.assertEqual(self.api.get(run).json["participant-data-full"], full["part-data-full"])

        reply = self.api.get(run + "?wait-local=True&wait=30")
        self.assertEqual(reply.status, 200)
        self.assertIs(reply.json["result"]["succeeded"], True, reply)
        ended = self.api.final_run(self.daemon.url + run)
        self.assertEqual(ended["state"], "finished")
        self.assertIsNone(ended["result-merged"], "only the lead merges")
        self.assert_text_error(self.api.get(run + "/result"), 404)
        self.assertEqual(self.api.delete(run + "?key=generated-by-the-lead").status, 200)
        self.assert_text_error(self.api.get(run), 404)

    def test_the_key_a_lead_sends_opens_runs_but_never_the_task(self):
        task = self.tasked(reference={"_mine": "secret"})
        self.assertNotIn("secret", self.api.get(task + "?key=generated-by-the-lead").text)
        self.assertEqual(self.api.get(task + "?key=other").status, 200)

    def test_an_answer_to_a_lead_whose_time_is_up_comes_at_once(self):
        task = self.tasked()
        run = f"{task}/runs/{uuid.uuid4()}"
        self.assertEqual(self.api.put(run, {"start-time": soon(3600)}).status, 200)
        reply = self.api.get(run + "?wait-local=True&wait=0")
        self.assertEqual((reply.status, reply.json["state"]), (200, "pending"))

    def test_cancel_urls_of_5_2_have_junk_behind_the_key(self):
        task = self.tasked()
        self.assertEqual(self.api.delete(task + "?key=generated-by-the-lead?").status, 200)
        self.assertIs(self.api.get(task + "?detail").json["detail"]["enabled"], False)

    def test_a_run_can_be_taken_back_before_it_starts(self):
        task = self.tasked()
        run = f"{task}/runs/{uuid.uuid4()}"
        self.assertEqual(self.api.put(run, {"start-time": soon(3600)}).status, 200)
        self.assertEqual(self.api.delete(run + "?key=x").status, 200)
        self.assert_text_error(self.api.delete(run), 404)
        self.assertEqual(self.api.get(task + "/runs").json, [])

    def test_refused_runs(self):
        task = self.tasked()
        run = f"{task}/runs/{uuid.uuid4()}"
        for body in ("", "{", "[]", "{}", '{"start-time": "x"}', '{"start-time": 12}'):
            with self.subTest(body=body):
                self.assert_text_error(self.api.put(run, body), 400)
        when = {"start-time": soon(3600)}
        self.assert_text_error(self.api.put(f"/tasks/{uuid.uuid4()}/runs/{uuid.uuid4()}", when), 404)
        self.assert_text_error(self.api.put(f"{task}/runs/x", when), 404)
        self.assert_text_error(self.api.put(f"{task}/runs/first", when), 404)

    def test_two_leads_cannot_have_the_same_time(self):
        when = {"start-time": soon(7200)}
        runs = []
        for _ in range(2):
            task = f"/tasks/{uuid.uuid4()}"
            document = self.lead_document("PT1M")
            document["test"]["type"] = "idleex"
            self.assertEqual(self.api.post(task + "?participant=1", document).status, 200)
            self.addCleanup(self.api.delete, task)
            runs.append(f"{task}/runs/{uuid.uuid4()}")
        self.assertEqual(self.api.put(runs[0], when).status, 200)
        self.assert_text_error(self.api.put(runs[1], when), 409)
        self.assertEqual(self.api.delete(runs[0]).status, 200)
        self.assertEqual(self.api.put(runs[1], when).status, 200)

    def test_refused_tasks(self):
        good = self.lead_document()
        taken = f"/tasks/{uuid.uuid4()}"
        self.assertEqual(self.api.post(taken + "?participant=1", good).status, 200)
        cases = {
            "no participant argument": (f"/tasks/{uuid.uuid4()}", good, 400),
            "participant 0": (f"/tasks/{uuid.uuid4()}?participant=0", good, 400),
            "participant x": (f"/tasks/{uuid.uuid4()}?participant=x", good, 400),
            "participant too high": (f"/tasks/{uuid.uuid4()}?participant=2", good, 400),
            "there already": (taken + "?participant=1", good, 400),
            "no uuid": ("/tasks/x?participant=1", good, 404),
            "no object": (f"/tasks/{uuid.uuid4()}?participant=1", [], 400),
            "schema too high": (f"/tasks/{uuid.uuid4()}?participant=1", {**good, "schema": 6}, 400),
            "unknown tool": (f"/tasks/{uuid.uuid4()}?participant=1", {**good, "tool": "nosuch"}, 400),
            "unknown test": (f"/tasks/{uuid.uuid4()}?participant=1",
                             {**good, "test": {"type": "nosuch", "spec": {}}}, 400),
            "unknown archiver": (f"/tasks/{uuid.uuid4()}?participant=1",
                                 {**good, "archives": [{"archiver": "nosuch", "data": {}}]}, 400),
            "past until": (f"/tasks/{uuid.uuid4()}?participant=1",
                           {**good, "schedule": {"until": "2001-01-01T00:00:00Z"}}, 400),
        }
        for member in ("test", "tool", "participants"):
            without = {key: value for key, value in good.items() if key != member}
            cases["without " + member] = (f"/tasks/{uuid.uuid4()}?participant=1", without, 400)
        for name, (path, document, status) in cases.items():
            with self.subTest(case=name):
                self.assert_text_error(self.api.post(path, document), status)

    def test_comments_and_members_of_the_future_do_not_disturb(self):
        task = self.tasked(**{"# note": "dropped", "schema": 5, "keep-after-archive": "PT1H"})
        self.assertNotIn("# note", self.api.get(task).json)


if __name__ == "__main__":
    main()
