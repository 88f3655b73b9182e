"""What a host of 5.2 does as the lead of a task: call by call, in its order and its spelling."""

import concurrent.futures
import json
import random
import threading
import time
import urllib.parse
import uuid

import forms
import wire
from book import Run, Task

TRIES = 5
RESULTS_BUDGET = 15    # seconds for the results of all participants together
ASK, CHANGE, REMOVE = 10, 30, 5  # time limits of calls in seconds


class LeadError(Exception):
    """`status`: what a client gets to see."""

    def __init__(self, text, status=500):
        super().__init__(text)
        self.status = status


class _Conflict(Exception):
    pass


class _NonStart(Exception):
    pass


class Lead:
    """`warning`: seconds from enabling to the first run; `pause`: the most it waits after a conflict; `body_type`:
    the type of what it PUTs (its helpers send text/plain for text that is JSON already)."""

    def __init__(self, node, warning=10, pause=10, body_type="application/json"):
        self._node = node
        self.warning, self.pause, self.body_type = warning, pause, body_type
        self.owed = []  # URLs (host, path) still to be DELETEd

    def call(self, task_or_bind, method, host, path, body=None, timeout=None, content_type=None):
        bind = task_or_bind.document.get("lead-bind") if isinstance(task_or_bind, Task) else task_or_bind
        text = None if body is None else forms.compact(body)
        if method != "GET" and "?" not in path:
            path += "?"
        return wire.call(self._node.made, method, host, path, body=text, bind=bind, timeout=timeout,
                         content_type=content_type or self.body_type)

    # Creating a task

    def submit(self, document, participants=None, requester="127.0.0.1"):
        """Creates it at all participants. LeadError if one of them does not take part."""
        document = dict(document)
        participants = participants or self._participants_of(document)
        tool = self._choose_tool(document, participants)
        document["tool"] = tool.name
        task = Task(str(uuid.uuid4()), document, tool, 0, participants, requester, self._node.host)
        if len(participants) > 1:
            task.new_key()
        self._node.book.tasks[task.id] = task
        sent = {**document, "participants": participants, "_key": task.key}
        for number, host in enumerate(participants[1:], start=1):
            # Those that were told before it stay so: nothing takes a task back that is not enabled yet.
            for method, path, body in (("POST", f"/tasks/{task.id}?participant={number}", sent),
                                       ("GET", f"/tasks/{task.id}?detail=True", None)):
                answer = self.call(task, method, host, path, body, content_type="application/json")
                if answer.status != 200:
                    raise LeadError(f"Error while tasking {host}: {answer.text}")
        task.enabled = True
        return task

    def _participants_of(self, document):
        spec = document["test"].get("spec", {})
        hosts = spec.get("hosts") or spec.get("host") or [spec.get("source"), spec.get("dest")]
        hosts = hosts if isinstance(hosts, list) else [hosts]
        return [host for host in hosts if host] or [self._node.address]

    def _choose_tool(self, document, participants):
        test, bind = document["test"], document.get("lead-bind")
        lists = []
        for host in participants:
            answer = self.call(bind, "GET", host, "//api", timeout=ASK)
            if answer.status != 200 or not isinstance(answer.answer_json, int):
                raise LeadError(f"Error determining tools: {host}: {answer.text}")
            level = answer.answer_json
            arguments = urllib.parse.urlencode({"test": forms.compact(test), "api": level})
            answer = self.call(bind, "GET", host, "//tools?" + arguments)
            if answer.status != 200:
                raise LeadError(f"Error determining tools: {host}: {answer.text}")
            lists.append([(entry["tool"]["name"], entry["can-run"]["can-run"]) if level >= 6 else (entry["name"], True)
                          for entry in answer.answer_json])
        places = [{name: place for place, (name, able) in enumerate(offered) if able} for offered in lists]
        common = [name for name in places[0] if all(name in each for each in places)]
        wanted = [name for name in document.get("tools", common) if name in common]
        if not wanted:
            raise LeadError(f"No tool in common: {lists}", 422)
        best = wanted[0] if "tools" in document else min(wanted, key=lambda name: sum(each[name] for each in places))
        return next(tool for tool in self._node.tools_for(test["type"]) if tool.name == best)

    # One run

    def schedule(self, task, candidate=None):
        """Puts a run on the schedule of all participants. Returns it, or the non-starter it became; None if it was
        put off since a participant does not answer and there is time enough."""
        earliest = forms.datetime.datetime.now(forms.UTC) + forms.seconds(self.warning)
        candidate = max(candidate or task.start or earliest, earliest).replace(microsecond=0)
        for attempt in range(1, TRIES + 1):
            try:
                run = self._schedule_at(task, candidate)
                # A success in the last attempt is taken for a failure; the runs stay where they are.
                if attempt < TRIES or run is None:
                    return run
            except _Conflict:
                self._node.closing.wait(random.uniform(0, self.pause))
            except _NonStart as reason:
                return self._non_starter(task, candidate, str(reason))
        return self._non_starter(task, candidate, "Too many scheduling conflicts.")

    def _schedule_at(self, task, candidate):
        own = f"/tasks/{task.id}"
        hosts = task.participants
        if self.call(task, "GET", hosts[0], own + "?detail=1", timeout=ASK).status != 200:
            raise _NonStart("The task cannot be read.")
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda host: self.call(task, "GET", host, "/", timeout=ASK), hosts))
        for host, answer in zip(hosts, answers):
            if answer.status != 200 or not isinstance(answer.answer_json, str):
                if candidate > forms.now() + forms.seconds(10):
                    return None
                raise _NonStart(f"Participant {host} is not there: {answer.text}")
        start = self._common_start(task, candidate)
        return self._place(task, start)

    def _common_start(self, task, candidate):
        end = candidate + task.tool.duration + task.slip
        arguments = {"start": forms.write_time(candidate), "end": forms.write_time(end)}
        common = self._common_ranges(task, arguments, (candidate, end))
        if not common and task.priority is not None and not task.anytime:
            common = self._common_ranges(task, {**arguments, "priority": task.priority, "api": 4}, (candidate, end))
        if not common:
            raise _NonStart("No times in common.")
        return min(common)[0]

    def _common_ranges(self, task, arguments, window):
        common = [window]
        for host in task.participants:
            path = f"/tasks/{task.id}/runtimes?{urllib.parse.urlencode(arguments)}"
            answer = self.call(task, "GET", host, path, timeout=ASK)
            if answer.status == 501 and "priority" in arguments:
                return []
            if answer.status in (404, 410):
                self.call(task, "DELETE", task.participants[0], f"/tasks/{task.id}?key={task.key}", timeout=CHANGE)
                raise _NonStart(f"The task is gone on {host}.")
            if answer.status != 200:
                raise _NonStart(f"{host} refused to tell its times: {answer.text}")
            theirs = [tuple(forms.read_time(piece[name]) if piece[name] else window[place]
                            for place, name in enumerate(("lower", "upper"))) for piece in answer.answer_json]
            common = [(max(a[0], b[0]), min(a[1], b[1])) for a in common for b in theirs]
            common = [piece for piece in common if piece[1] - piece[0] >= task.tool.duration]
        return common

    def _place(self, task, start):
        key = "?key=" + urllib.parse.quote(task.key) if task.key else ""
        body = {"start-time": forms.write_time(start, self._node.zone)}
        hosts = task.participants
        answer = self.call(task, "POST", hosts[0], f"/tasks/{task.id}/runs{key}", body, CHANGE)
        if answer.status == 409:
            raise _Conflict
        if answer.status != 200:
            raise _NonStart(f"The run was not posted to the lead: {answer.text}")
        path = f"/tasks/{task.id}/runs/{answer.answer_json.rpartition('/')[2]}"
        posted = [hosts[0]]
        problem = None
        for host in hosts[1:]:
            answer = self.call(task, "PUT", host, path + key, body, CHANGE)
            if answer.status == 200:
                posted.append(host)
                continue
            problem = problem or (_Conflict() if answer.status == 409 else
                                  _NonStart(f"{host} did not take the run: {answer.text}"))
            if answer.status == 409:
                break
        if problem is None:
            problem = self._announce(task, path, key)
        if problem is not None:
            for host in posted:
                self.call(task, "DELETE", host, path + key, timeout=CHANGE)
            raise problem
        run = task.runs[path.rpartition("/")[2]]
        run.scheduling = False
        return run

    def _announce(self, task, path, key):
        """What went wrong."""
        data = [task.runs[path.rpartition("/")[2]].data]
        for host in task.participants[1:]:
            answer = self.call(task, "GET", host, path + key, timeout=ASK)
            if answer.status != 200 or "participant-data" not in answer.answer_json:
                return _NonStart(f"{host} has no participant data: {answer.text}")
            data.append(answer.answer_json["participant-data"])
        for host in task.participants:
            answer = self.call(task, "PUT", host, path + key, {"part-data-full": data}, CHANGE)
            if answer.status != 200:
                return _NonStart(f"{host} did not take the participant data: {answer.text}")
        return None

    @staticmethod
    def _non_starter(task, candidate, reason):
        run = Run(task, candidate)
        run.refuse(reason)
        task.runs[run.id] = run
        task.runs_ever += 1
        return run

    # After it

    def collect(self, run):
        """Waits for the end of the slot and for the results of the others, one after the other, and merges them."""
        task = run.task
        self._node.closing.wait(max(0, (run.end - forms.datetime.datetime.now(forms.UTC)).total_seconds()))
        end = time.monotonic() + RESULTS_BUDGET
        results = [task.tool.result(0, run.full)]
        for host in task.participants[1:]:
            left = int(end - time.monotonic())
            path = f"/tasks/{task.id}/runs/{run.id}?wait-local=True&wait={left}"
            answer = self.call(task, "GET", host, path, timeout=left + 0.5)
            results.append(answer.answer_json.get("result") if answer.status == 200 else None)
        good = all(isinstance(result, dict) and result.get("succeeded") for result in results)
        run.result_merged = {"schema": 1, "succeeded": good, "results": results}
        if not good:
            run.clock_survey = self._clock_survey(task)
        run.result_full, run.final = results, "finished" if good else "failed"
        return run

    def _clock_survey(self, task):
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            answers = pool.map(lambda host: self.call(task, "GET", host, "/clock"), task.participants)
            return [json.loads(answer.answer) if answer.status == 200 else {"error": answer.status}
                    for answer in answers]

    def carry_through(self, task):
        """One run, in the background."""
        def work():
            run = self.schedule(task)
            if run is not None and run.state() != "nonstart":
                self.collect(run)
        threading.Thread(target=work, daemon=True).start()

    # The end of a task

    def cancel(self, task, query=""):
        """As its client does, with the query of that."""
        self._node.cancel(task)
        self.tell_of_cancellation(task, f"/tasks/{task.id}{query}")

    def tell_of_cancellation(self, task, target):
        """The client's own URL with the key behind it, whatever there was already, and a ? behind that."""
        for host in task.participants[1:]:
            self.owed.append((task, host, f"{target}?key={task.key}?"))
        self.settle()

    def settle(self):
        """Tries what is owed to others once more; 404 and 403 are no end of it."""
        self.owed = [owed for owed in self.owed
                     if self.call(owed[0], "DELETE", owed[1], owed[2], timeout=REMOVE).status >= 400]
