"""Who may run beside whom: exclusive runs come one after the other, background ones overlap freely."""

import datetime

from harness import E2ETestCase, ask_until, idle, main
from scripted import task, write_plugin


def instant(text):
    return datetime.datetime.fromisoformat(text)


def overlap(one, other):
    return (instant(one["start-time"]) < instant(other["end-time"])
            and instant(other["start-time"]) < instant(one["end-time"]))


class ConflictsTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = cls._new_directory(cls.addClassCleanup)
        write_plugin(cls.root, "normal", scheduling_class="normal", duration="PT1M")

    def setUp(self):
        self.daemon = self.start_daemon(class_roots=[self.root])
        self.api = self.daemon.api

    def planned(self, document):
        return self.api.first_run(self.api.new_task(document))

    def in_an_hour(self, document, slip):
        return {**document, "schedule": {"start": self.start, "slip": slip}}

    @property
    def start(self):
        return getattr(self, "_start", None) or self._set_start()

    def _set_start(self):
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self._start = (now + datetime.timedelta(hours=1)).isoformat()
        return self._start

    def test_an_exclusive_run_waits_for_the_other_within_its_slip(self):
        first = self.planned(self.in_an_hour(idle("PT1M", test="idleex"), "PT0S"))
        second = self.planned(self.in_an_hour(idle("PT1M", test="idleex"), "PT5M"))
        self.assertEqual((first["state"], second["state"]), ("pending", "pending"))
        self.assertGreaterEqual(instant(second["start-time"]), instant(first["end-time"]))
        self.assertLessEqual(instant(second["start-time"]), instant(self.start) + datetime.timedelta(minutes=5))

    def test_without_slip_it_is_a_nonstart_that_names_the_other(self):
        first = self.planned(self.in_an_hour(idle("PT1M", test="idleex"), "PT0S"))
        second = self.planned(self.in_an_hour(idle("PT1M", test="idleex"), "PT0S"))
        self.assertEqual((second["state"], second["state-display"]), ("nonstart", "Non-Starter"))
        self.assertIn(first["href"].rpartition("/")[2], second["errors"])
        shown = self.daemon.cli("result", second["href"])
        self.assertEqual(shown.returncode, 0)
        self.assertIn(first["href"].rpartition("/")[2], shown.stdout)
        # When the first goes, the one that had no room is planned anew.
        self.api.delete(first["task-href"])
        again = self.second_run(second["task-href"])
        self.assertEqual((again["state"], again["start-time"]), ("pending", second["start-time"]))

    def second_run(self, task_url):
        """The run that follows a non-starter; no long poll tells of it."""
        urls = ask_until(lambda: self.api.get(task_url + "/runs").json, lambda urls: len(urls) > 1)
        return self.api.get(urls[1]).json

    def test_two_at_once_really_run_one_after_the_other(self):
        documents = [{**idle("PT1S", test="idleex"), "schedule": {"slip": "PT1M"}} for _ in range(2)]
        urls = [self.api.new_task(document) for document in documents]
        runs = [self.api.final_run(self.api.first_run(url)["href"]) for url in urls]
        self.assertEqual([run["state"] for run in runs], ["finished", "finished"])
        # On the wire a start is truncated and an end rounded up, so neighbours may share a second.
        second = datetime.timedelta(seconds=1)
        self.assertGreaterEqual(instant(runs[1]["start-time"]) + second, instant(runs[0]["end-time"]))

    def test_background_runs_overlap_with_everything(self):
        exclusive = self.planned(self.in_an_hour(idle("PT1M", test="idleex"), "PT0S"))
        for _ in range(3):
            run = self.planned(self.in_an_hour(idle("PT1M"), "PT0S"))
            self.assertEqual(run["state"], "pending")
            self.assertTrue(overlap(exclusive, run))

    def test_normal_runs_overlap_with_each_other_but_not_with_exclusive_ones(self):
        one = self.planned(self.in_an_hour(task("normal"), "PT0S"))
        other = self.planned(self.in_an_hour(task("normal"), "PT0S"))
        self.assertEqual((one["state"], other["state"]), ("pending", "pending"))
        self.assertTrue(overlap(one, other))
        exclusive = self.planned(self.in_an_hour(idle("PT1M", test="idleex"), "PT0S"))
        self.assertEqual(exclusive["state"], "nonstart")
        later = self.planned(self.in_an_hour(idle("PT1M", test="idleex"), "PT1H"))
        self.assertFalse(overlap(one, later))
        self.assertEqual(self.planned(self.in_an_hour(task("normal"), "PT0S"))["state"], "pending")

    def test_placed_runs_conflict_as_well(self):
        url = self.api.new_task(self.in_an_hour(idle("PT1M", test="idleex"), "PT0S"))
        first = self.api.first_run(url)
        self.assert_text_error(self.api.post(url + "/runs", {"start-time": first["start-time"]}), 409)
        free = (instant(first["end-time"])).isoformat()
        self.assertEqual(self.api.post(url + "/runs", {"start-time": free}).status, 200)


if __name__ == "__main__":
    main()
