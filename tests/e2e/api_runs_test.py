"""Runs over the API: what they look like, long polls, results in every format, filters, free times."""

import datetime
import threading
import time
import uuid

from harness import FINAL_STATES, E2ETestCase, idle, main, noop, query

MEMBERS = {
    "start-time", "end-time", "duration", "added", "participant", "participants", "participant-data",
    "participant-data-full", "state", "state-display", "errors", "priority", "limit-diags", "result", "result-full",
    "result-merged", "href", "task-href", "result-href",
}


def instant(text):
    return datetime.datetime.fromisoformat(text)


def in_an_hour():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(hours=1)


class RunsTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.start_class_daemon()
        cls.api = cls.daemon.api

    def waiting_task(self, **schedule):
        """A task whose first run is due in an hour."""
        url = self.api.new_task({**idle(), "schedule": {"start": "PT1H", **schedule}})
        self.addCleanup(self.api.delete, url)
        return url

    def test_a_finished_run(self):
        run = self.api.finished_run(noop(data=[1, 2], priority=7, schema=3))
        self.assertLessEqual(MEMBERS, set(run))
        self.assertEqual((run["state"], run["state-display"]), ("finished", "Finished"))
        self.assertEqual((run["participant"], run["participants"]), (0, ["127.0.0.1"]))
        self.assertEqual(run["priority"], 7)
        self.assertEqual(len(run["result-full"]), 1)
        self.assertEqual(len(run["participant-data-full"]), 1)
        self.assertIs(run["result-merged"]["succeeded"], True)
        self.assertEqual(run["result-href"], run["href"] + "/result")
        self.assertTrue(run["href"].startswith(run["task-href"] + "/runs/"))
        self.assertLessEqual(instant(run["added"]), instant(run["end-time"]))
        self.assertLessEqual(instant(run["start-time"]), instant(run["end-time"]))

    def test_first_is_an_event_and_gives_the_canonical_url(self):
        url = self.api.new_task(noop())
        run = self.api.first_run(url)
        self.assertRegex(run["href"], "^" + url + "/runs/[0-9a-f-]{36}$")
        self.assertEqual(self.api.get(url + "/runs").json, [run["href"]])

    def test_a_client_that_already_waits_sees_the_result_as_it_comes(self):
        url = self.api.new_task(idle("PT1S"))
        run = self.api.first_run(url)
        answers = {}
        def wait(flag):
            client = self.daemon.new_client()
            answers[flag] = client.get(f"{run['href']}?{flag}=True&wait=60").json
            client.close()
        waiting = [threading.Thread(target=wait, args=(flag,)) for flag in ("wait-local", "wait-merged")]
        for thread in waiting:
            thread.start()
        for thread in waiting:
            thread.join()
        self.assertIsNotNone(answers["wait-local"]["result"])
        self.assertEqual(answers["wait-merged"]["state"], "finished")
        self.assertIsNotNone(answers["wait-merged"]["result-full"])

    def test_waiting_with_no_time_looks_once(self):
        url = self.waiting_task()
        run = self.api.first_run(url)
        for flags in ("wait-local&wait=0", "wait-merged&wait=0", "wait=0"):
            with self.subTest(flags=flags):
                reply = self.api.get(f"{run['href']}?{flags}")
                self.assertEqual((reply.status, reply.json["state"]), (200, "pending"))

    def test_a_wait_that_expires_answers_with_the_run_as_it_is(self):
        run = self.api.first_run(self.waiting_task())
        began = time.monotonic()
        reply = self.api.get(run["href"] + "?wait-merged&wait=1")
        self.assertEqual((reply.status, reply.json["state"]), (200, "pending"))
        self.assertGreaterEqual(time.monotonic() - began, 0.9)

    def test_an_ended_run_is_not_waited_for(self):
        run = self.api.finished_run({"test": {"type": "rtt", "spec": {"dest": "no.such.host.invalid"}},
                                     "schedule": {}})
        self.assertEqual(run["state"], "failed")
        began = time.monotonic()
        self.assertEqual(self.api.get(run["href"] + "?wait-merged&wait=50").json["state"], "failed")
        self.assertLess(time.monotonic() - began, 40)

    def test_bad_waits(self):
        run = self.api.finished_run(noop())["href"]
        for arguments in ("wait-local&wait-merged", "wait=-1", "wait=x", "wait=", "wait-local&wait=1.5"):
            with self.subTest(arguments=arguments):
                self.assert_text_error(self.api.get(f"{run}?{arguments}"), 400)

    def test_next(self):
        url = self.waiting_task()
        first = self.api.first_run(url)
        self.assertEqual(self.api.get(url + "/runs/next?wait=0").json["href"], first["href"])
        over = self.api.finished_run({"test": {"type": "noop", "spec": {"data": 1}}, "schedule": {}})
        end = time.monotonic() + 20
        reply = self.api.get(over["task-href"] + "/runs/next?wait=0")
        while reply.status == 200 and time.monotonic() < end:  # it still belongs to the current second
            reply = self.api.get(over["task-href"] + "/runs/next?wait=0")
        self.assert_text_error(reply, 404)

    def test_runs_that_are_not_there(self):
        one, other = self.api.finished_run(noop()), self.api.finished_run(noop())
        stranger = one["task-href"] + "/runs/" + other["href"].rpartition("/")[2]
        nobody = str(uuid.uuid4())
        for path in (stranger, stranger + "/result", one["task-href"] + "/runs/" + nobody,
                     one["task-href"] + "/runs/x", one["task-href"] + "/runs/first/result",
                     f"/tasks/{nobody}/runs/first?wait=0", "/tasks/x/runs"):
            with self.subTest(path=path):
                self.assert_text_error(self.api.get(path), 404)
        self.assertEqual(self.api.get(f"/tasks/{nobody}/runs").json, [])

    def test_results_in_every_format(self):
        run = self.api.finished_run({"test": {"type": "rtt", "spec": {"dest": "127.0.0.1", "count": 1}},
                                     "schedule": {}})
        result = self.api.get(run["result-href"])
        self.assertEqual((result.status, result.type), (200, "application/json"))
        self.assertIs(result.json["succeeded"], True)
        self.assertEqual(result.json["loss"], 0)
        self.assertEqual(self.api.get(run["result-href"] + "?wait-merged=True&format=application/json").json,
                         result.json)
        text = self.api.get(run["result-href"] + "?format=text/plain")
        self.assertEqual((text.status, text.type.split(";")[0]), (200, "text/plain"))
        self.assertIn("127.0.0.1", text.text)
        html = self.api.get(run["result-href"] + "?format=text/html")
        self.assertEqual((html.status, html.type.split(";")[0]), (200, "text/html"))
        self.assertIn("<t", html.text)
        self.assert_text_error(self.api.get(run["result-href"] + "?format=image/png"), 400)

    def test_a_failed_result_is_stated(self):
        run = self.api.finished_run({"test": {"type": "rtt", "spec": {"dest": "no.such.host.invalid"}},
                                     "schedule": {}})
        self.assertIn("no.such.host.invalid", self.api.get(run["result-href"]).json["error"])
        self.assertIn("fail", self.api.get(run["result-href"] + "?format=text/plain").text.lower())
        self.assertIn("<p>", self.api.get(run["result-href"] + "?format=text/html").text.lower())

    def test_no_result_yet(self):
        run = self.api.first_run(self.waiting_task())
        self.assert_text_error(self.api.get(run["result-href"]), 404)

    def test_filters(self):
        tag = in_an_hour()
        url = self.api.new_task({**noop(), "schedule": {"start": "PT1H", "repeat": "PT1H", "max-runs": 1}})
        self.addCleanup(self.api.delete, url)
        run = self.api.first_run(url)["href"]
        earlier, later = [(tag + datetime.timedelta(hours=hours)).isoformat() for hours in (-1, 1)]
        def listed(**arguments):
            return self.api.get(url + "/runs" + query(**arguments)).json
        self.assertEqual(listed(start=earlier), [run])
        self.assertEqual(listed(start=later), [])
        self.assertEqual(listed(end=later), [run])
        self.assertEqual(listed(end=earlier), [])
        self.assertEqual(listed(start=earlier, end=later, limit="1", upcoming=""), [run])
        self.assertEqual(listed(upcoming="no"), [run])
        over = self.api.finished_run(noop())
        self.assertEqual(self.api.get(over["task-href"] + "/runs?upcoming").json, [])
        for bad in ("limit=0", "limit=-1", "limit=x", "start=2030-01-01", "start=x", "end="):
            with self.subTest(bad=bad):
                self.assert_text_error(self.api.get(f"{url}/runs?{bad}"), 400)

    def test_times_on_the_wire_are_whole_seconds(self):
        run = self.api.finished_run(noop())
        for member in ("start-time", "end-time", "added"):
            self.assertRegex(run[member], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")

    def test_free_times_of_background_tests_are_an_echo(self):
        url = self.waiting_task()
        self.assertEqual(self.api.get(url + "/runtimes").json, [{"lower": None, "upper": None}])
        start, end = "2031-01-01T00:00:00+00:00", "2031-01-02T00:00:00+00:00"
        self.assertEqual(self.api.get(url + "/runtimes" + query(start=start, end=end)).json,
                         [{"lower": start, "upper": end}])
        for bad in ("start=x", "start=2031-01-02T00:00:00Z&end=2031-01-01T00:00:00Z", "priority=x&api=4"):
            with self.subTest(bad=bad):
                self.assert_text_error(self.api.get(f"{url}/runtimes?{bad}"), 400)
        self.assert_text_error(self.api.get(f"/tasks/{uuid.uuid4()}/runtimes"), 404)

    def test_free_times_of_exclusive_tests_leave_out_what_is_taken(self):
        taken = self.api.new_task({**idle("PT1M", test="idleex"), "schedule": {"start": "PT1H"}})
        self.addCleanup(self.api.delete, taken)
        run = self.api.first_run(taken)
        start, end = instant(run["start-time"]), instant(run["end-time"])
        window = query(start=(start - datetime.timedelta(minutes=5)).isoformat(),
                       end=(end + datetime.timedelta(minutes=5)).isoformat())
        ranges = self.api.get(taken + "/runtimes" + window).json
        self.assertEqual(len(ranges), 2)
        self.assertLessEqual(instant(ranges[0]["upper"]), start)
        self.assertGreaterEqual(instant(ranges[1]["lower"]), end)
        self.assertEqual(self.api.get(taken + "/runtimes" + query(
            start=start.isoformat(), end=(start + datetime.timedelta(seconds=30)).isoformat())).json, [])

    def test_the_lead_can_place_runs_itself(self):
        url = self.waiting_task()
        self.api.first_run(url)
        when = in_an_hour() + datetime.timedelta(hours=2)
        reply = self.api.post(url + "/runs", {"start-time": when.isoformat()})
        self.assertEqual((reply.status, reply.type), (200, "application/json"))
        run = self.api.get(reply.json)
        self.assertEqual(run.status, 200, run)
        self.assertEqual(instant(run.json["start-time"]), when)
        deleted = self.api.delete(reply.json)
        self.assertEqual((deleted.status, deleted.text), (200, "OK\n"))
        self.assert_text_error(self.api.delete(reply.json), 404)
        for body in ("", "{", "{}", '{"start-time": "x"}', '{"start-time": 5}', '["x"]',
                     '{"schema": 2, "start-time": "%s"}' % when.isoformat()):
            with self.subTest(body=body):
                self.assert_text_error(self.api.post(url + "/runs", body), 400)
        self.assert_text_error(self.api.post(f"/tasks/{uuid.uuid4()}/runs", {"start-time": when.isoformat()}), 404)

    def test_streamed_results_are_runs_of_their_own(self):
        url = self.api.new_task({"test": {"type": "idlebgm", "spec": {"duration": "PT3S", "interval": "PT1S"}},
                                 "schedule": {}})
        self.assertIs(self.api.get(url + "?detail").json["detail"]["multi-result"], True)
        parent = self.api.final_run(self.api.first_run(url)["href"])
        self.assertEqual(parent["state"], "finished", parent)
        self.assertIsNone(parent["result-merged"])
        self.assert_text_error(self.api.get(parent["result-href"]), 404)
        runs = self.api.get(url + "/runs").json
        self.assertGreaterEqual(len(runs), 2, "the parent and a result")
        for href in runs:
            if href == parent["href"]:
                continue
            run = self.api.get(href).json
            self.assertEqual((run["state"], run["priority"]), ("finished", 0))
            self.assertEqual(run["start-time"], run["end-time"])
            self.assertIsNone(run["result"])
            self.assertIsNone(run["participant-data"])
            self.assertIs(run["result-merged"]["succeeded"], True)
            self.assertEqual(self.api.get(run["result-href"]).json, run["result-merged"])
        self.assertIn(parent["state"], FINAL_STATES)


if __name__ == "__main__":
    main()
