"""The pretended host against itself: leads and participants as 5.2 has them, down to the spelling."""

import concurrent.futures
import datetime
import threading
import unittest
import urllib.parse
import uuid

import forms
import wire
from book import Tool
from cases import Peer52TestCase, document, spelled
from lead import LeadError


def exclusive():
    return Tool("tight", "idleex", scheduling_class="exclusive", duration=forms.seconds(60))


class LeadAndParticipantTest(Peer52TestCase):
    def setUp(self):
        self.lead = self.start_node(warning=4, pause=0)
        self.other = self.start_node()

    def task(self, **members):
        return self.lead.lead.submit(document(**members), [self.lead.address, self.other.address])

    def call(self, method, path, body=None, **kwargs):
        return wire.call(wire.Record(), method, self.other.address, path, body=body, **kwargs)

    def put_run(self, task, seconds=3600, identity=None, **kwargs):
        body = forms.compact({"start-time": forms.write_time(forms.now() + forms.seconds(seconds))})
        return self.call("PUT", f"/tasks/{task.id}/runs/{identity or uuid.uuid4()}?", body, **kwargs)

    def test_a_whole_run_call_by_call(self):
        task = self.task(_key="mine")
        run = self.lead.lead.collect(self.lead.lead.schedule(task))
        asked = [each.host == self.other.address and spelled(each, task, run) or None for each in self.lead.made.find()]
        when = urllib.parse.urlencode({"start": forms.write_time(run.start), "end": forms.write_time(run.end)})
        test = urllib.parse.urlencode({"test": '{"type":"idle","spec":{"duration":"PT2S"}}'})
        self.assertEqual([each for each in asked if each], [
            "GET //api", f"GET //tools?{test}&api=6", "POST /tasks/U?participant=1", "GET /tasks/U?detail=True",
            "GET /", f"GET /tasks/U/runtimes?{when}", "PUT /tasks/U/runs/R?key=mine", "GET /tasks/U/runs/R?key=mine",
            "PUT /tasks/U/runs/R?key=mine", "GET /tasks/U/runs/R?wait-local=True&wait=W"])
        posted = self.lead.made.find("POST", r"\?participant=1")[0]
        self.assertEqual(posted.headers["Content-Type"], "application/json")
        self.assertEqual(posted.json, {**document(_key="mine"), "tool": "sleep", "_key": "mine",
                                       "participants": [self.lead.address, self.other.address]})
        self.assertEqual((posted.type, posted.text),
                         ("text/html; charset=utf-8", f"{self.other.url}/tasks/{task.id}\n"))
        self.assertEqual(self.other.record.find("PUT")[0].json,
                         {"start-time": forms.write_time(run.start, self.lead.zone)})
        data = self.other.record.find("PUT")[1].json["part-data-full"]
        self.assertEqual(data[1], {"participant": 1, "_secret": "of 1"}, "shown to who has the key")
        self.assertEqual((run.state(), run.result_full[1]["result"]["_secret"]), ("finished", None), "asked without it")
        self.assertEqual(run.result_full[1]["result"]["data"][1]["_secret"], None)

    def test_tasks_of_schema_5_are_refused_and_those_told_before_stay(self):
        third = self.start_node()
        third.troubles.add("POST", "/tasks/", status=400, text="Not here")
        with self.assertRaises(LeadError):
            self.lead.lead.submit(document(), [self.lead.address, self.other.address, third.address])
        self.assertEqual([task.enabled for task in self.other.book.tasks.values()], [True])
        self.assertEqual(self.other.record.find("DELETE"), [])
        with self.assertRaisesRegex(LeadError, "Schema version 5"):
            self.task(schema=5)

    def test_the_same_run_twice_and_bodies_beyond_ascii_are_internal_problems(self):
        task, identity = self.task(), uuid.uuid4()
        self.assertEqual([self.put_run(task, identity=identity).status for _ in range(2)], [200, 500])
        path = f"/tasks/{uuid.uuid4()}"
        self.assertEqual(self.call("POST", path + "?participant=1", '{"reference": "é"}'.encode()).status, 500)
        self.assertEqual(self.call("POST", path, "{}").status, 500, "without its number")

    def test_a_lead_is_known_by_its_address_alone(self):
        task, identity = self.task(), uuid.uuid4()
        self.assertEqual(self.put_run(task, identity=identity, bind="127.0.0.9").status, 403)
        self.assertEqual(self.put_run(task, identity=identity).status, 200)
        run = f"/tasks/{task.id}/runs/{identity}"
        self.assertEqual(self.call("DELETE", run + "?key=anything", bind="127.0.0.9").status, 403)
        self.assertEqual(self.call("DELETE", run + "?key=anything").status, 200)

    def test_what_is_private_and_what_is_spoilt(self):
        task = self.task(reference={"_secret": 1})
        value = self.call("GET", f"/tasks/{task.id}?detail=True").answer_json
        self.assertEqual((value["_key"], value["reference"]), (None, {"_secret": None}))
        self.assertEqual(value["detail"]["diags"][:4], "P\nr\n")

    def test_limits_answer_200_and_make_a_non_starter(self):
        self.other.limits = lambda task, start: start and "Not on Sundays"
        task, identity = self.task(), uuid.uuid4()
        self.assertEqual(self.put_run(task, identity=identity).status, 200)
        run = self.call("GET", f"/tasks/{task.id}/runs/{identity}").answer_json
        self.assertEqual((run["state"], run["participant-data"]), ("nonstart", None))
        self.assertIn("Not on Sundays", run["errors"])

    def test_what_waits(self):
        task, identity = self.task(), uuid.uuid4()
        self.put_run(task, identity=identity)
        path = f"/tasks/{task.id}/runs/{identity}"
        self.assertEqual(self.call("GET", path + "?wait-local=True&wait=0").status, 500)
        self.assertEqual(self.call("GET", path + "?wait-local=True&wait=-1").status, 400)
        reply = self.call("GET", path + "?wait-local=True&wait=1")
        self.assertEqual((reply.status, reply.answer_json["result"]), (200, None))

    def test_pending_runs_are_no_obstacle_until_they_collide(self):
        self.lead.tools = self.other.tools = [exclusive()]
        tasks = [self.task(test={"type": "idleex", "spec": {}}) for _ in range(2)]
        start = forms.now() + forms.seconds(3600)
        first = self.lead.lead.schedule(tasks[0], start)
        second = self.lead.lead.schedule(tasks[1], start)
        self.assertEqual((first.state(), second.state(), second.refusal),
                         ("pending", "nonstart", "Too many scheduling conflicts."))
        self.assertEqual(len(self.lead.made.find("POST", r"/runs\?")), 6, "once and five times")

    def test_a_cancellation_has_junk_in_its_key_and_is_owed_until_it_succeeds(self):
        task = self.task(_key="K")
        self.other.troubles.add("DELETE", "/tasks/", times=1, status=404)
        self.lead.lead.cancel(task, "?key=X")
        self.assertEqual(self.other.record.find("DELETE")[0].target, f"/tasks/{task.id}?key=X?key=K?")
        self.lead.lead.settle()
        self.assertEqual((len(self.other.record.find("DELETE")), self.lead.lead.owed), (2, []))
        self.assertFalse(self.other.book.tasks[task.id].enabled)

    def test_scripted_troubles(self):
        task = self.task()
        self.other.troubles.add("PUT", "/runs/", times=1, answer=False)
        self.assertEqual(self.put_run(task).status, 400, "for a client, no answer is that")
        self.assertEqual(len(self.other.book.tasks[task.id].runs), 1, "but it was done")
        self.other.troubles.add("GET", "/clock", silent=True)
        self.assertEqual(self.call("GET", "/clock", timeout=0.2).status, 400)
        go_on = threading.Event()
        self.other.troubles.add("GET", "^/$", until=go_on)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answer = pool.submit(self.call, "GET", "/")
            self.other.record.wait_for("GET", "^/$", answered=False)
            self.assertFalse(answer.done())
            go_on.set()
            self.assertEqual(answer.result().status, 200)

    def test_the_level_comes_before_everything_else(self):
        for path, status in (("/nowhere?api=7", 501), ("/api?api=x", 400), ("/api?api=-1", 200), ("/api/", 404)):
            self.assertEqual(self.call("GET", path).status, status, path)
        old = self.start_node(level=4)
        tools = wire.call(wire.Record(), "GET", old.address, '//tools?test={"type":"idle"}&api=4').answer_json
        self.assertEqual([tool["name"] for tool in tools], ["sleep", "snooze"])


class FormsTest(unittest.TestCase):
    def test_times_and_durations(self):
        zone = datetime.timezone(datetime.timedelta(hours=-5))
        at = forms.read_time("2026-03-04T15:15:00.9Z")
        self.assertEqual(forms.write_time(at, zone), "2026-03-04T10:15:00-05:00")
        self.assertEqual(forms.write_time(at), "2026-03-04T15:15:00+00:00")
        for text in ("P1W2DT1H", "P0D", "PT11S", "PT2M", "P1DT12H"):
            self.assertEqual(forms.write_duration(forms.read_duration(text)), text)
        for text in ("P", "P1M", "1S", None):
            self.assertRaises(ValueError, forms.read_duration, text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
