"""The daemon as the lead of tasks in which hosts of 5.2 take part: what it asks them, and what it makes of their
answers and faults, until a run is agreed on."""

import json
import urllib.parse

import forms
from book import Run
from cases import spelled
from interop import InteropTestCase, tools
from harness import main


class AsLeadTest(InteropTestCase):
    def peer(self, **settings):
        return self.start_node(tools=settings.pop("tools", None) or tools(), **settings)

    def create(self, *peers, **members):
        """Returns the UUID of a task of the daemon and these."""
        url = self.api.new_task(self.pair(self.daemon, *peers, **members))
        task = url.rpartition("/")[2]
        self.addCleanup(self.api.delete, f"/tasks/{task}?key={urllib.parse.quote(members.get('_key', ''))}")
        return task

    def agreed(self, peer, task):
        """The run, once the peer knows that it will be."""
        peer.record.wait_for("PUT", f"/tasks/{task}/runs/", count=2)
        return self.api.first_run(f"/tasks/{task}")

    def test_every_call_is_spelled_as_a_lead_of_5_2_does(self):
        peer = self.peer()
        task = self.create(peer, _key="a b&c")
        run = self.agreed(peer, task)
        calls = [spelled(each, task) for each in peer.record.find()]
        asked = peer.record.find("GET", "//tools")[0]
        self.assertEqual(json.loads(asked.arguments["test"]), self.pair(self.daemon, peer)["test"])
        times = peer.record.find("GET", "runtimes")[0]
        self.assertRegex(times.target, r"\?start=[\dT-]+%3A\d\d%3A\d\dZ&end=[\dT-]+%3A\d\d%3A\d\dZ\Z")
        key = "?key=a%20b%26c"
        self.assertEqual(calls, [
            "GET //api", spelled(asked, task), "POST /tasks/U?participant=1", "GET /tasks/U?detail=True", "GET /",
            spelled(times, task), f"PUT /tasks/U/runs/R{key}", f"GET /tasks/U/runs/R{key}",
            f"PUT /tasks/U/runs/R{key}"])
        self.assertTrue(asked.target.endswith("&api=6"), asked.target)
        self.assertEqual({each.status for each in peer.record.find()}, {200})
        self.assertEqual({each.headers["Content-Type"] for each in peer.record.find() if each.body},
                         {"application/json"})

        posted = peer.record.find("POST")[0].json
        self.assertEqual((posted["tool"], posted["participants"], posted["_key"], posted["schedule"]),
                         ("pair-tool", [self.daemon.address, peer.address], "a b&c", {}))
        place, announcement = peer.record.find("PUT")
        self.assertEqual(list(place.json), ["start-time"])
        self.assertRegex(place.json["start-time"], r"\A[\d-]+T\d\d:\d\d:\d\d[+-]\d\d:\d\d\Z", "no Z, no fraction")
        self.assertEqual(forms.read_time(place.json["start-time"]), forms.read_time(run["start-time"]))
        self.assertEqual(announcement.json, {"part-data-full": [
            {"of": "the daemon", "_secret": "its own"}, {"participant": 1, "_secret": "of 1"}]})
        theirs = next(iter(peer.book.tasks[task].runs.values()))
        self.assertGreaterEqual(theirs.start - theirs.added, forms.seconds(9), "10 s when it was decided")

    def test_a_key_is_made_up_where_none_was_given(self):
        peer = self.peer()
        task = self.create(peer)
        self.agreed(peer, task)
        key = peer.record.find("POST")[0].json["_key"]
        self.assertRegex(key, r"\A[A-Za-z0-9]{32,64}\Z")
        self.assertEqual({each.arguments["key"] for each in peer.record.find(None, "/runs/")}, {key})

    def test_what_5_2_does_not_know_or_cannot_read_is_not_sent(self):
        peer = self.peer()
        reference = {"place": "Zürich", "sign": "✓"}
        task = self.create(peer, schema=5, reference=reference, **{"keep-after-archive": "PT1H"})
        self.agreed(peer, task)
        posted = peer.record.find("POST")[0]
        self.assertEqual(posted.json["schema"], 4)
        self.assertNotIn("keep-after-archive", posted.json)
        self.assertEqual(posted.json["reference"], reference)
        self.assertTrue(posted.body.isascii())
        self.assertEqual(self.api.get(f"/tasks/{task}").json["schema"], 5)

    def test_all_calls_come_from_lead_bind(self):
        peer = self.peer()
        task = self.create(peer, **{"lead-bind": "127.0.0.2"})
        self.agreed(peer, task)
        self.assertEqual({each.source for each in peer.record.find()}, {"127.0.0.2"})
        self.assertEqual({each.status for each in peer.record.find()}, {200}, "where it is known by that")

    def test_an_older_level_is_echoed_and_its_tools_are_all_able(self):
        peer = self.peer(level=4, tools=tools(reasons=["Not today"]) + tools())
        self.agreed(peer, self.create(peer))
        self.assertEqual(peer.record.find("GET", "//tools")[0].arguments["api"], "4")

    def test_a_refusal_says_which_host_declines_which_tool_and_why(self):
        peer = self.peer(tools=tools(reasons=["Not on Sundays"]))
        reply = self.api.post("/tasks", self.pair(self.daemon, peer))
        self.assert_text_error(reply, 422)
        for text in (peer.address, "pair-tool", "Not on Sundays"):
            self.assertIn(text, reply.text)

    def test_a_host_without_pscheduler_is_named(self):
        peer = self.peer()
        peer.troubles.add("GET", "//api", status=404, text="<html>It works!</html>")
        reply = self.api.post("/tasks", self.pair(self.daemon, peer))
        self.assertGreaterEqual(reply.status, 400)
        self.assertIn(f"{peer.address} does not seem to run pScheduler", reply.text)

    def test_a_task_that_one_host_refuses_is_taken_back_from_the_others(self):
        good, bad = self.peer(), self.peer()
        bad.limits = lambda task, start: "Nobody may"
        reply = self.api.post("/tasks", self.pair(self.daemon, good, bad))
        self.assertGreaterEqual(reply.status, 400)
        for text in (bad.address, "403", "Nobody may"):
            self.assertIn(text, reply.text)
        posted = good.record.find("POST")[0]
        removal = good.record.wait_for("DELETE", "^" + posted.path)
        self.assertEqual((removal.status, removal.arguments), (200, {"key": posted.json["_key"]}))
        self.assertEqual(good.record.find("PUT"), [], "no run of it was tried")

    def test_a_run_that_is_in_the_way_though_its_time_was_offered_is_gone_round(self):
        peer = self.peer()
        blocked_until = forms.now() + forms.seconds(40)
        self.block(peer, blocked_until - forms.seconds(30), blocked_until)
        task = self.create(peer, test="pairex", schedule={"slip": "PT5M"})
        run = self.api.get(f"/tasks/{task}/runs/first?wait=30").json
        self.assertEqual((run["state"], run["errors"]), ("pending", None))
        self.assertGreaterEqual(forms.read_time(run["start-time"]), blocked_until)
        refused = [each for each in peer.record.find("PUT") if each.status == 409]
        self.assertGreater(len(refused), 0)
        starts = [each.json["start-time"] for each in refused]
        self.assertEqual(len(set(starts)), len(starts), "no time was tried twice")
        self.assertEqual(len(peer.book.tasks[task].runs), 1)

    def test_no_conflict_moves_a_run_beyond_its_slip(self):
        for slip in (0, 2):
            with self.subTest(slip=slip):
                peer = self.peer()
                start = forms.now() + forms.seconds(300)
                self.block(peer, start, start + forms.seconds(60))
                schedule = {"start": forms.write_time(start), "slip": f"PT{slip}S"}
                task = self.create(peer, test="pairex", schedule=schedule)
                run = self.api.first_run(f"/tasks/{task}")
                self.assertEqual(run["state"], "nonstart")
                for text in (peer.address, "409"):
                    self.assertIn(text, run["errors"], "whose fault it was")
                tried = [forms.read_time(each.json["start-time"]) for each in peer.record.find("PUT")]
                self.assertGreater(len(tried), 0)
                self.assertLessEqual(max(tried), start + forms.seconds(slip))

    def block(self, peer, start, end):
        """A pending run of somebody else, which the peer's free times leave out."""
        other = peer.lead.submit(self.pair(peer, test="pairex"))
        run = Run(other, start)
        run.end, run.full, run.scheduling = end, [{}], False
        other.runs[run.id] = run

    def test_limits_that_answer_200_are_seen_and_the_run_is_taken_back_everywhere(self):
        good, bad = self.peer(), self.peer()
        bad.limits = lambda task, start: start and "Only at night"
        task = self.create(good, bad, _key="K")
        run = self.api.first_run(f"/tasks/{task}")
        self.assertEqual(run["state"], "nonstart")
        for text in (bad.address, "Only at night"):
            self.assertIn(text, run["errors"])
        for peer in (good, bad):
            put = peer.record.find("PUT", f"/tasks/{task}/")
            self.assertEqual(len(put), 1, "it was not announced")
            removal = peer.record.wait_for("DELETE", f"^{put[0].path}")
            self.assertEqual((removal.target, removal.status), (put[0].path + "?key=K", 200))

    def test_a_run_whose_answer_was_lost_is_taken_back(self):
        peer = self.peer()
        peer.troubles.add("PUT", "/runs/", times=1, answer=False)
        task = self.create(peer)
        run = self.api.first_run(f"/tasks/{task}")
        self.assertEqual(run["state"], "nonstart")
        self.assertIn(peer.address, run["errors"])
        placed = peer.record.find("PUT", f"/tasks/{task}/")
        self.assertEqual(len(placed), 1, "one that is repeated would give 500")
        self.assertEqual(peer.record.wait_for("DELETE", placed[0].path).status, 200)
        self.assertEqual(peer.book.tasks[task].runs, {})

    def test_participant_data_that_cannot_be_had_or_told_end_the_run(self):
        for method, after in (("GET", 0), ("PUT", 1)):
            with self.subTest(method=method):
                peer = self.peer()
                peer.troubles.add(method, "/runs/", after=after, status=500, text="Internal problem")
                task = self.create(peer)
                run = self.api.first_run(f"/tasks/{task}")
                self.assertEqual(run["state"], "nonstart")
                self.assertIn(peer.address, run["errors"])
                self.assertIn("500", run["errors"])
                peer.record.wait_for("DELETE", f"/tasks/{task}/runs/")
                self.assertEqual(peer.book.tasks[task].runs, {})

    def test_a_task_that_a_host_has_lost_is_given_up(self):
        peer = self.peer()
        peer.troubles.add("GET", "/runtimes", status=404, text="No such task")
        task = self.create(peer, schedule={"repeat": "PT1H"})
        peer.record.wait_for("DELETE", f"^/tasks/{task}")
        self.assertFalse(self.api.get(f"/tasks/{task}?detail").json["detail"]["enabled"])

    def test_only_when_nothing_else_is_free_priority_is_asked_for(self):
        peer = self.peer()
        peer.troubles.add("GET", "/runtimes", times=1, status=501)
        task = self.create(peer, test="pairex", schema=3, priority=7)
        self.agreed(peer, task)
        first, second = peer.record.find("GET", "/runtimes")
        self.assertEqual(set(first.arguments), {"start", "end"})
        self.assertEqual((second.arguments["priority"], second.arguments["api"]), ("7", "4"))

    def test_a_cancellation_is_told(self):
        peer = self.peer()
        task = self.create(peer, _key="K")
        self.agreed(peer, task)
        self.assertEqual(self.api.delete(f"/tasks/{task}?key=K").status, 200)
        removal = peer.record.wait_for("DELETE", f"^/tasks/{task}")
        self.assertEqual((removal.target, removal.status), (f"/tasks/{task}?key=K", 200))
        self.assertEqual(peer.book.tasks[task].runs, {})


if __name__ == "__main__":
    main()
