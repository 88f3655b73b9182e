"""What a host of 5.2 keeps: tasks, runs, and the pretended tools that these need."""

import random
import string
import uuid

import forms

MARGIN = forms.seconds(3)     # a tool is begun so long before its run
GRACE = forms.seconds(30)     # after it, a run that has not begun is missed, one that has not ended overdue
HORIZON = forms.seconds(86400)

FINISHED_STATES = {"cleanup", "finished", "overdue", "missed", "failed", "preempted", "nonstart", "canceled"}
DISPLAY = {"nonstart": "Non-Starter", "on-deck": "On Deck"}


class Tool:
    """A tool that only pretends to measure, and the test it is for.

    `reasons`: why it declines every test; empty: it does not. `takes`: how many seconds after the start of its run
    it ends; None: it never does. `result`: what it brings, made from the participant's number and the data of all.
    """

    def __init__(self, name, test, **settings):
        self.name, self.test = name, test
        self.scheduling_class = settings.pop("scheduling_class", "background")
        self.preference = settings.pop("preference", 0)
        self.reasons = settings.pop("reasons", [])
        self.duration = settings.pop("duration", forms.seconds(2))
        self.takes = settings.pop("takes", 1)
        self.data = settings.pop("data", lambda number: {"participant": number, "_secret": f"of {number}"})
        self.result = settings.pop("result", lambda number, full: {
            "schema": 1, "succeeded": True, "result": {"participant": number, "data": full, "_secret": "hidden"}})
        if settings:
            raise TypeError(f"unknown: {', '.join(settings)}")

    @property
    def enumeration(self):
        return {"schema": 1, "name": self.name, "description": "Pretends to measure", "version": "5.2.5",
                "maintainer": {"name": "Tests", "email": "tests@example.org", "href": "https://www.example.org"},
                "tests": [self.test], "preference": self.preference}

    def offer(self):
        verdict = {"can-run": False, "reasons": list(self.reasons)} if self.reasons else {"can-run": True}
        return {"can-run": verdict, "tool": self.enumeration}


class Task:
    """A task as it is stored. `key` is the participant key, which only leads of several participants have."""

    def __init__(self, identity, document, tool, participant, participants, requester, server):
        self.id = identity
        self.document = document
        self.tool = tool
        self.participant = participant
        self.participants = participants
        self.requester, self.server = requester, server
        self.added = forms.now()
        self.enabled = participant > 0
        self.key = ""
        self.diags = "Pretended limits: passed.\n"
        self.runs = {}
        self.runs_ever = 0
        schedule = document["schedule"]
        self.priority = document.get("priority")
        self.slip = forms.read_duration(schedule.get("slip", "P0D"))
        self.start = forms.read_time(schedule["start"]) if "T" in schedule.get("start", "") else None

    @property
    def scheduling_class(self):
        return self.tool.scheduling_class

    @property
    def anytime(self):
        return self.scheduling_class.startswith("background")

    def new_key(self):
        letters = string.ascii_letters + string.digits
        self.key = self.document.get("_key") or "".join(random.choices(letters, k=random.randint(32, 64)))

    def detail(self, url, zone):
        diags = self.diags
        if self.participant > 0:
            diags = "".join(character + "\n" for character in diags)  # as it is stored there
        return {"added": forms.write_time(self.added, zone),
                "start": forms.write_time(self.start, zone) if self.start else None,
                "slip": forms.write_duration(self.slip), "duration": forms.write_duration(self.tool.duration),
                "post": "P0D", "runs": self.runs_ever,
                "runs-started": sum(run.state() not in {"scheduling", "pending", "nonstart", "missed"}
                                    for run in self.runs.values()),
                "enabled": self.enabled, "anytime": self.anytime,
                "exclusive": self.scheduling_class == "exclusive",
                "multi-result": self.scheduling_class == "background-multi", "participant": self.participant,
                "participants": self.participants, "cli": [], "diags": diags,
                "hints": {"requester": self.requester, "server": self.server}, "href": url,
                "runs-href": url + "/runs", "first-run-href": url + "/runs/first",
                "next-run-href": url + "/runs/next"}


class Run:
    """A run. What the clock decides about it is worked out when somebody asks."""

    def __init__(self, task, start, identity=None):
        self.id = identity or str(uuid.uuid4())
        self.task = task
        self.start, self.end = start, start + task.tool.duration
        self.added = forms.now()
        self.scheduling = task.participant == 0
        self.refusal = None
        self.data = task.tool.data(task.participant)
        self.full = None
        self.result_full = self.result_merged = self.clock_survey = None
        self.final = None

    def refuse(self, reason):
        """A non-starter has no data."""
        self.refusal, self.data, self.scheduling = reason, None, False

    def state(self):
        if self.final:
            return self.final
        if self.refusal is not None:
            return "nonstart"
        if self.scheduling:
            return "scheduling"
        now = forms.datetime.datetime.now(forms.UTC)
        # Its runner only knows of it once the data of all participants have come.
        if self.full is None or now < self.start - MARGIN:
            return "missed" if now > self.start + GRACE else "pending"
        if self._tool_has_ended(now):
            return "cleanup" if self.task.participant == 0 else "finished"
        return "overdue" if now > self.end + GRACE else "running"

    def _tool_has_ended(self, now):
        takes = self.task.tool.takes
        return takes is not None and now >= self.start + forms.seconds(takes)

    def result(self):
        ended = self.state() in {"cleanup", "finished", "failed"}
        return self.task.tool.result(self.task.participant, self.full) if ended else None

    def overlaps(self, start, end):
        """Runs that are over keep the last instant to themselves."""
        last = self.end >= start if self.state() in {"finished", "failed"} else self.end > start
        return self.start < end and last


class Book:
    """The tasks and runs of a host, and what may stand beside what."""

    def __init__(self):
        self.tasks = {}

    def _others(self, task):
        return [run for other in self.tasks.values() if not other.anytime for run in other.runs.values()
                if run.state() != "nonstart" and "exclusive" in (task.scheduling_class, other.scheduling_class)]

    def collides(self, task, start):
        """Whether a run cannot be inserted."""
        if task.anytime:
            return False
        wanted, now = task.priority or 0, forms.now()
        for run in self._others(task):
            if not run.overlaps(start, start + task.tool.duration):
                continue
            its = run.task.priority or 0
            if its >= wanted or (run.start - MARGIN <= now <= run.start and run.start - MARGIN <= start <= run.start):
                return True
        return False

    def free_ranges(self, task, start, end, priority):
        """When a run could be. Pending runs without a priority are not seen, and a task that has one sees no
        pending run at all; the collision then shows when the run is inserted."""
        now = forms.now()
        start = max(start or now + MARGIN, now + MARGIN)
        end = min(end or now + HORIZON, now + HORIZON)
        if end <= start:
            return []
        def is_busy(run):
            seen = task.priority is None and run.task.priority is not None
            return run.state() == "running" or (seen and run.task.priority >= (priority or run.task.priority))
        free, at = [], start
        for run in sorted((run for run in self._others(task) if is_busy(run)), key=lambda run: run.start):
            if run.end <= start or run.start >= end:
                continue
            free.append((at, run.start))
            at = run.end  # of the last one, even if an earlier one ends later
        free.append((at, end))
        return [piece for piece in free if piece[1] - piece[0] >= task.tool.duration]
