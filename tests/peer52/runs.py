"""The pages of a pretended host about runs and when they could be."""

import time

import forms
import wire
from book import DISPLAY, FINISHED_STATES, HORIZON, Run

POLL = 0.5          # seconds between two looks while somebody waits
FIRST_POLL = 1.0    # the same for first and next, though twice a second is meant
WAIT_DEFAULT = 30


class Refusal(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class RunPages:
    def __init__(self, node):
        self._node = node

    def get_runtimes(self, exchange, text):
        task = self._node.task(text)
        arguments = exchange.arguments
        try:
            start, end = (forms.read_time(arguments[name], self._node.zone) if name in arguments else None
                          for name in ("start", "end"))
        except ValueError as error:
            raise Refusal(400, str(error)) from error
        if start and end and end < start:
            raise Refusal(500, "Internal problem: range lower bound must be less than or equal to upper bound")
        priority = int(arguments["priority"]) if "priority" in arguments else None
        if task.anytime:
            free = [(start, end)]
        else:
            free = self._node.book.free_ranges(task, start, end, priority)
        return self._node.json(exchange, [{"lower": self._time(lower), "upper": self._time(upper)}
                                          for lower, upper in free])

    def _time(self, at):
        return at and forms.write_time(at, self._node.zone)

    def get_runs(self, exchange, text):
        try:
            task = self._node.book.tasks.get(forms.read_uuid(text))
        except ValueError as error:
            raise Refusal(404, "Invalid task UUID.") from error
        runs = self._visible(task) if task else []
        return self._node.json(exchange, [self._url(exchange, run) for run in runs])

    def post_run(self, exchange, text):
        """From the lead to itself."""
        task = self._node.task(text)
        self._node.check_may_write(exchange, task)
        run = self._new_run(exchange, task, None)
        return self._node.json(exchange, self._url(exchange, run))

    def put_run(self, exchange, text, run_text):
        identity = self._run_id(run_text)
        task = self._node.task(text)
        self._node.check_may_write(exchange, task)
        run = self._find(identity)
        if run is None:
            if task.participant == 0:
                raise Refusal(500, "Internal problem: cannot set the UUID.")
            self._new_run(exchange, task, identity)
            return wire.html("OK")
        body = self._node.document(exchange, 1)
        if "part-data-full" in body:
            run.full = body["part-data-full"]
        elif "result-full" in body:
            if "succeeded" not in body:
                raise Refusal(400, "Must have succeeded.")
            run.result_full, run.final = body["result-full"], "finished" if body["succeeded"] else "failed"
        else:
            raise Refusal(500, "Internal problem: nothing to update.")  # the start again, for one
        return wire.html("OK")

    def _new_run(self, exchange, task, identity):
        body = self._node.document(exchange, 1)
        try:
            start = forms.read_time(body["start-time"], self._node.zone).replace(microsecond=0)
        except (KeyError, ValueError) as error:
            raise Refusal(400, f"Missing or invalid start-time: {error}") from error
        if start - forms.now() > HORIZON:
            raise Refusal(500, "Internal problem: beyond the schedule horizon.")
        run = Run(task, start, identity)
        reason = self._node.limits(task.document, start)
        if reason:
            run.refuse("Run forbidden by limits:\n" + reason)
        elif self._node.book.collides(task, start):
            raise Refusal(409, "Run would result in a scheduling conflict.")
        task.runs[run.id] = run
        task.runs_ever += 1
        return run

    def get_run(self, exchange, text, run_text):
        wait = exchange.arguments.get("wait", str(WAIT_DEFAULT))
        local, merged = (self._node.flag(exchange, name) for name in ("wait-local", "wait-merged"))
        if local and merged:
            raise Refusal(400, "Cannot wait on local and merged results")
        wait = int(wait)
        if wait < 0:
            raise Refusal(400, "Wait must be zero or more")
        if wait == 0 and (local or merged):
            raise Refusal(500, "Internal problem: no tries.")
        run = self._named(text, run_text, wait)
        tries = wait * 2 if local or merged else 1
        end = time.monotonic() + wait
        while tries > 1 and not self._is_there(run, local) and time.monotonic() < end:
            self._node.closing.wait(POLL)
            tries -= 1
        key, given = run.task.document.get("_key"), exchange.arguments.get("key")
        return self._node.json(exchange, self._node.private(self._shown(exchange, run), key, given))

    @staticmethod
    def _is_there(run, local):
        if local:
            return run.result() is not None
        return run.result_full is not None and run.state() in FINISHED_STATES

    def _named(self, text, run_text, wait):
        task = self._node.task(text)
        if run_text not in {"first", "next"}:
            run = task.runs.get(self._run_id(run_text))
            if run is None or run.state() == "scheduling":
                raise Refusal(404, "No such run.")
            return run
        for _ in range(max(1, wait * 2)):
            runs = [run for run in self._visible(task) if run_text == "first" or run.start >= forms.now()]
            if runs:
                return runs[0]
            if wait == 0 or self._node.closing.wait(FIRST_POLL):
                break
        raise Refusal(404, "No such run.")

    def delete_run(self, exchange, text, run_text):
        identity = self._run_id(run_text)
        task = self._node.task(text)
        self._node.check_may_write(exchange, task)
        if task.runs.pop(identity, None) is None:
            raise Refusal(404, "No such run.")
        return wire.html("OK")

    def _find(self, identity):
        """Whatever task it belongs to."""
        return next((task.runs[identity] for task in list(self._node.book.tasks.values()) if identity in task.runs),
                    None)

    @staticmethod
    def _run_id(text):
        try:
            return forms.read_uuid(text)
        except ValueError as error:
            raise Refusal(404, "Invalid run UUID.") from error

    @staticmethod
    def _visible(task):
        return sorted((run for run in list(task.runs.values()) if run.state() != "scheduling"),
                      key=lambda run: run.start)

    def _url(self, exchange, run):
        return self._node.url_of(exchange, "tasks", run.task.id, "runs", run.id)

    def _shown(self, exchange, run):
        state, href = run.state(), self._url(exchange, run)
        shown = {
            "start-time": self._time(run.start), "end-time": self._time(run.end),
            "duration": forms.write_duration(run.end - run.start), "added": self._time(run.added),
            "participant": run.task.participant, "participants": run.task.participants,
            "participant-data": run.data, "participant-data-full": run.full, "state": state,
            "state-display": DISPLAY.get(state, state.capitalize()), "errors": run.refusal,
            "priority": run.task.priority, "limit-diags": run.refusal, "result": run.result(),
            "result-full": run.result_full, "result-merged": run.result_merged, "href": href,
            "task-href": self._node.url_of(exchange, "tasks", run.task.id), "result-href": href + "/result"}
        if run.clock_survey is not None:
            shown["clock-survey"] = run.clock_survey
        return shown
