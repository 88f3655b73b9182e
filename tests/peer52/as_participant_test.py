"""The daemon as participant of tasks that hosts of 5.2 lead."""

import concurrent.futures
import threading

import forms
import wire
from cases import document, spelled
from interop import InteropTestCase, tools
from harness import main


class AsParticipantTest(InteropTestCase):
    def lead_node(self, **settings):
        settings = {"warning": 5, "pause": 0.5, "tools": tools(), **settings}
        return self.start_node(**settings)

    def submit(self, node, *others, **members):
        """A task that the node leads and in which the daemon is participant 1."""
        hosts = [node, self.daemon, *others]
        task = node.lead.submit(self.pair(*hosts, **members), [host.address for host in hosts])
        self.addCleanup(self.api.delete, f"/tasks/{task.id}")
        return task

    def here(self, run):
        """The daemon's copy."""
        return self.api.get(f"/tasks/{run.task.id}/runs/{run.id}")

    def to_daemon(self, node):
        return [each for each in node.made.find() if each.host == self.daemon.address]

    def test_a_whole_run_of_native_plugins_with_the_warning_of_5_2(self):
        node = self.start_node()
        members = document()
        task = node.lead.submit(members, [node.address, self.daemon.address])
        self.assertEqual(task.tool.name, "snooze")
        run = node.lead.schedule(task)
        self.assertGreaterEqual(run.start - run.added, forms.seconds(8))
        node.lead.collect(run)
        self.assertEqual(run.state(), "finished", run.result_full)
        self.assertEqual(run.result_full[1]["result"]["time-slept"], "PT2S")
        calls = self.to_daemon(node)
        self.assertEqual([(each.method, each.status) for each in calls if each.status != 200], [])
        self.assertEqual(spelled(calls[-1], task, run), "GET /tasks/U/runs/R?wait-local=True&wait=W")
        here = self.here(run).json
        self.assertEqual((here["state"], here["participant"], here["result-merged"]), ("finished", 1, None))
        self.assertEqual(forms.read_time(here["start-time"]), run.start)

    def test_data_of_all_reach_the_tool_with_what_is_private_in_them(self):
        node = self.lead_node(body_type="text/plain")
        task = self.submit(node)
        run = node.lead.schedule(task)
        self.assertEqual(run.full, [{"participant": 0, "_secret": "of 0"}, {"of": "the daemon", "_secret": "its own"}])
        node.lead.collect(run)
        self.assertEqual(run.state(), "finished", run.result_full)
        given = run.result_full[1]["result"]["input"]
        self.assertEqual((given["participant"], given["task-uuid"]), (1, task.id))
        self.assertEqual(given["participant-data"],
                         [{"participant": 0, "_secret": None}, {"of": "the daemon", "_secret": None}], "sanitised")
        key = wire.call(wire.Record(), "GET", self.daemon.address,
                        f"/tasks/{task.id}/runs/{run.id}?key={task.key}").answer_json
        self.assertEqual(key["result"]["result"]["input"]["participant-data"], run.full)

    def test_a_run_that_is_never_announced_is_made_all_the_same(self):
        node = self.lead_node()
        task = self.submit(node)
        path = f"/tasks/{task.id}/runs/7d100000-0000-4000-8000-000000000001"
        start = forms.now() + forms.seconds(4)
        placed = node.lead.call(task, "PUT", self.daemon.address, f"{path}?key={task.key}",
                                {"start-time": forms.write_time(start, node.zone)})
        self.assertEqual((placed.status, placed.text, placed.type), (200, "OK\n", "text/html; charset=utf-8"))
        waited = node.lead.call(task, "GET", self.daemon.address, path + "?wait-local=True&wait=30").answer_json
        self.assertIsNone(waited["result"]["result"]["input"]["participant-data"])
        self.assertEqual(waited["state"], "finished")

    def test_times_that_are_taken_are_not_offered(self):
        first, second = self.lead_node(), self.lead_node()
        start = forms.now() + forms.seconds(1800)
        runs = []
        for node in (first, second):
            task = self.submit(node, test="pairex", schedule={"slip": "PT5M"})
            runs.append(node.lead.schedule(task, start))
        self.assertEqual([run.state() for run in runs], ["pending", "pending"])
        self.assertEqual(runs[1].start, runs[0].end, "the next that is free")
        self.assertEqual([each.status for each in second.made.find("PUT")], [200, 200, 200])

    def test_two_leads_at_the_same_second_both_get_a_run(self):
        nodes = [self.lead_node(), self.lead_node()]
        start = forms.now() + forms.seconds(3600)
        tasks = [self.submit(node, test="pairex", schedule={"slip": "PT5M"}) for node in nodes]
        ready = threading.Barrier(len(nodes))

        def schedule(node, task):
            ready.wait()
            return node.lead.schedule(task, start)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            runs = sorted(pool.map(schedule, nodes, tasks), key=lambda run: run.start)
        self.assertEqual([run.state() for run in runs], ["pending", "pending"], [run.refusal for run in runs])
        self.assertLessEqual(runs[0].end, runs[1].start)
        for run in runs:
            self.assertEqual(self.here(run).json["state"], "pending")

    def test_a_run_that_another_participant_refuses_is_gone_here(self):
        node, refusing = self.lead_node(), self.start_node(tools=tools())
        refusing.troubles.add("PUT", "/runs/", status=500, text="Internal problem")
        run = node.lead.schedule(self.submit(node, refusing))
        self.assertEqual(run.state(), "nonstart")
        put = next(each for each in self.to_daemon(node) if each.method == "PUT")
        self.assertEqual(put.status, 200)
        self.assertEqual(self.api.get(put.path).status, 404)

    def test_an_occupied_second_is_a_conflict(self):
        node = self.lead_node()
        tasks = [self.submit(node, test="pairex") for _ in range(2)]
        body = {"start-time": forms.write_time(forms.now() + forms.seconds(7200))}
        answers = [node.lead.call(task, "PUT", self.daemon.address,
                                  f"/tasks/{task.id}/runs/7d100000-0000-4000-8000-00000000000{number}", body)
                   for number, task in enumerate(tasks)]
        self.assertEqual([answer.status for answer in answers], [200, 409])

    def test_a_task_that_is_taken_back_with_junk_behind_its_key(self):
        node = self.lead_node()
        for query, arrives in (("", "?key=K?"), ("?key=X", "?key=X?key=K?")):
            task = self.submit(node, _key="K")
            run = node.lead.schedule(task, forms.now() + forms.seconds(3600))
            node.lead.cancel(task, query)
            removal = node.made.find("DELETE", f"/tasks/{task.id}")[-1]
            self.assertEqual((removal.target, removal.status), (f"/tasks/{task.id}{arrives}", 200))
            self.assertFalse(self.api.get(f"/tasks/{task.id}?detail").json["detail"]["enabled"])
            self.assertEqual(self.here(run).status, 404)

    def test_a_lead_without_time_left_is_answered_at_once(self):
        node = self.lead_node()
        run = node.lead.schedule(self.submit(node), forms.now() + forms.seconds(3600))
        answer = node.lead.call(run.task, "GET", self.daemon.address,
                                f"/tasks/{run.task.id}/runs/{run.id}?wait-local=True&wait=0")
        self.assertEqual((answer.status, answer.answer_json["state"]), (200, "pending"))

    def test_the_address_a_lead_binds_to_is_the_requester(self):
        node = self.lead_node()
        task = self.submit(node, **{"lead-bind": "127.0.0.3"})
        self.assertEqual(self.api.get(f"/tasks/{task.id}?detail").json["detail"]["hints"]["requester"], "127.0.0.3")
        self.assertEqual(node.lead.schedule(task).state(), "pending")


if __name__ == "__main__":
    main()
