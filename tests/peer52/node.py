"""A pretended host of 5.2: it serves its API as participant and as lead, and leads tasks (lead.py)."""

import datetime
import ipaddress
import json
import re

import forms
import wire
from book import Book, Task, Tool
from lead import Lead, LeadError
from runs import RunPages, Refusal

LEVEL = 6
LEAD_SCHEMA_MAX = 5
PARTICIPANT_SCHEMA_MAX = 4  # so that tasks of schema 5 cannot have several participants


class Node:
    """`local`: addresses that may write whatever they like, as those of a real host's interfaces may; none here,
    since a test on one machine would otherwise never see a refusal. `limits(task, start)`: a sentence if the task
    (start is None) or its run is not admitted. `zone`: that of its times. `told`: called with each exchange that has
    ended. The others are those of Lead.

    `record` has the requests it was sent, `made` those it sent."""

    def __init__(self, host="127.0.0.1", port=0, tools=(), **settings):
        self.tools = list(tools) or [Tool("snooze", "idle"), Tool("sleep", "idle")]
        self.local = set(settings.pop("local", ()))
        self.limits = settings.pop("limits", lambda task, start: None)
        self.level = settings.pop("level", LEVEL)
        self.zone = settings.pop("zone", datetime.timezone(datetime.timedelta(hours=-5)))
        told = settings.pop("told", lambda exchange: None)
        self.record, self.made = wire.Record(told), wire.Record(told)
        self.book = Book()
        self._runs = RunPages(self)
        self._server = wire.Server(host, port, self._answer, self.record)
        self.troubles = self._server.troubles
        self.closing = self._server.closing
        self.host, self.port = self._server.server_address[:2]
        self.lead = Lead(self, **settings)

    def start(self):
        self._server.start()
        return self

    def close(self):
        self._server.stop()

    @property
    def address(self):
        """As it stands in lists of participants."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self):
        return f"https://{self.address}{wire.PREFIX}"

    def tools_for(self, test):
        """As they are offered: by preference, then by name."""
        return sorted((tool for tool in self.tools if tool.test == test),
                      key=lambda tool: (-tool.preference, tool.name))

    def _answer(self, exchange):
        try:
            return self._route(exchange)
        except Refusal as refusal:
            return wire.text_error(refusal.status, str(refusal))
        except LeadError as error:
            return wire.text_error(error.status, str(error))
        except Exception as error:  # pylint: disable=broad-except
            return wire.text_error(500, f"Internal problem: {error!r}")

    def _route(self, exchange):
        level = exchange.arguments.get("api")
        if level is not None and not re.fullmatch(r"[+-]?\d+", level):
            raise Refusal(400, "Invalid API level.")
        if level is not None and int(level) > self.level:
            raise Refusal(501, f"No API above {self.level}")
        path = "/" + exchange.path.lstrip("/")
        for pattern, methods in self._pages():
            match = re.fullmatch(pattern, path)
            if match:
                if exchange.method not in methods:
                    raise Refusal(500, f"Method {exchange.method} is not there.")
                return methods[exchange.method](exchange, *match.groups())
        raise Refusal(404, "Not found.")

    def _pages(self):
        runs = self._runs
        return [
            ("/", {"GET": lambda e: self.json(e, f"This is the pScheduler API server on {self.host}")}),
            ("/api", {"GET": lambda e: self.json(e, self.level)}),
            ("/clock", {"GET": self._clock}),
            ("/tools", {"GET": self._tools}),
            ("/tasks", {"POST": self._post_tasks}),
            ("/tasks/([^/]+)", {"GET": self._get_task, "POST": self._post_task, "DELETE": self._delete_task}),
            ("/tasks/([^/]+)/runtimes", {"GET": runs.get_runtimes}),
            ("/tasks/([^/]+)/runs", {"GET": runs.get_runs, "POST": runs.post_run}),
            ("/tasks/([^/]+)/runs/([^/]+)", {"GET": runs.get_run, "PUT": runs.put_run, "DELETE": runs.delete_run}),
        ]

    # What the pages have in common

    @staticmethod
    def flag(exchange, name):
        return exchange.arguments.get(name, "false").lower() in {"", "true", "yes", "1"}

    def json(self, exchange, value):
        text = forms.pretty(value) if self.flag(exchange, "pretty") else forms.compact(value)
        return wire.Answer(200, "application/json", (text + "\n").encode("ascii"))

    @staticmethod
    def document(exchange, schema_max):
        """The JSON object in a body, which may be in ASCII only."""
        try:
            text = exchange.body.decode("ascii")
        except UnicodeDecodeError as error:
            raise Refusal(500, f"Internal problem: {error}") from error
        try:
            value = forms.without_comments(json.loads(text))
        except ValueError as error:
            raise Refusal(400, f"Invalid JSON: {error}") from error
        if not isinstance(value, dict):
            raise Refusal(400, "Must be an object.")
        schema = value.get("schema", 1)
        if type(schema) is not int or schema > schema_max:  # pylint: disable=unidiomatic-typecheck
            raise Refusal(400, f"Schema version {schema} is not supported (highest is {schema_max}).")
        return value

    def task(self, text):
        try:
            identity = forms.read_uuid(text)
        except ValueError as error:
            raise Refusal(404, "Invalid task UUID.") from error
        if identity not in self.book.tasks:
            raise Refusal(404, "No such task.")
        return self.book.tasks[identity]

    def check_may_write(self, exchange, task):
        """A lead of several participants wants the key; all others only look at the address."""
        if exchange.source in self.local:
            return
        if task.key:
            allowed = exchange.arguments.get("key") == task.key
        else:
            allowed = ipaddress.ip_address(exchange.source) == ipaddress.ip_address(task.requester)
        if not allowed:
            raise Refusal(403, "Access to this task is not permitted.")

    @staticmethod
    def url_of(exchange, *parts):
        return "/".join([f"https://{exchange.host}{wire.PREFIX}", *parts])

    # Pages

    def _clock(self, exchange):
        # With ntpd the offset is misspelled.
        return self.json(exchange, {"time": datetime.datetime.now(self.zone).isoformat(), "synchronized": True,
                                    "source": "ntp", "offest": 1e-05, "reference": "time.example.org"})

    def _tools(self, exchange):
        test = json.loads(exchange.arguments["test"])
        offers = [tool.offer() for tool in self.tools_for(test["type"])]
        if int(exchange.arguments.get("api", 1)) < 6:
            offers = [offer["tool"] for offer in offers if offer["can-run"]["can-run"]]
        return self.json(exchange, forms.sanitised(offers))

    def _post_tasks(self, exchange):
        document = self.document(exchange, LEAD_SCHEMA_MAX)
        task = self.lead.submit(document, requester=exchange.source)
        self.lead.carry_through(task)
        return self.json(exchange, self.url_of(exchange, "tasks", task.id))

    def _get_task(self, exchange, text):
        task = self.task(text)
        url = self.url_of(exchange, "tasks", task.id)
        value = {name: item for name, item in task.document.items()
                 if task.participant > 0 or name != "participants"}
        value["href"] = url
        if self.flag(exchange, "detail"):
            value["detail"] = task.detail(url, self.zone)
        key, given = task.document.get("_key") if task.participant == 0 else None, exchange.arguments.get("key")
        return self.json(exchange, self.private(value, key, given))

    @staticmethod
    def private(value, key, given):
        """Only the right key shows what is private."""
        if key is None or given is None:
            return forms.sanitised(value)
        if given != key:
            raise Refusal(403, "Invalid key.")
        return value

    def _post_task(self, exchange, text):
        try:
            identity = forms.read_uuid(text)
        except ValueError as error:
            raise Refusal(404, "Invalid task UUID.") from error
        document = self.document(exchange, PARTICIPANT_SCHEMA_MAX)
        if "participant" not in exchange.arguments:
            raise Refusal(500, "Internal problem: no participant.")
        try:
            number = int(exchange.arguments["participant"])
        except ValueError as error:
            raise Refusal(400, "Invalid participant.") from error
        if number < 1:
            raise Refusal(400, "Invalid participant.")
        reason = self.limits(document, None)
        if reason:
            raise Refusal(403, "Task forbidden by limits:\n" + reason)
        participants = document.get("participants", [])
        if number >= len(participants) or identity in self.book.tasks:
            raise Refusal(400, "Task cannot be created here.")
        self.book.tasks[identity] = self._checked_task(identity, document, number, exchange)
        return wire.html(self.url_of(exchange, "tasks", identity))  # without quotes

    def _checked_task(self, identity, document, number, exchange):
        test = document.get("test", {}).get("type")
        tool = next((tool for tool in self.tools_for(test) if tool.name == document.get("tool")), None)
        contexts = document.get("contexts", {}).get("contexts")
        if tool is None or "schedule" not in document:
            raise Refusal(400, "Unknown test or tool, or no schedule.")
        if contexts is not None and len(contexts) != len(document["participants"]):
            raise Refusal(400, "Number of contexts does not match the participants.")
        try:
            return Task(identity, document, tool, number, document["participants"], exchange.source, self.host)
        except ValueError as error:
            raise Refusal(400, str(error)) from error

    def _delete_task(self, exchange, text):
        task = self.task(text)
        self.check_may_write(exchange, task)
        if task.key and "%" in exchange.target.partition("?")[2]:
            raise Refusal(500, "Internal problem: format")
        self.cancel(task)
        if task.participant == 0:
            self.lead.tell_of_cancellation(task, exchange.target)
        return wire.html("OK")

    @staticmethod
    def cancel(task):
        """What is to come goes, what is under way is canceled."""
        task.enabled = False
        now = forms.now()
        for run in list(task.runs.values()):
            if run.start > now:
                del task.runs[run.id]
            elif run.state() not in {"nonstart", "finished", "failed", "missed", "cleanup"} and run.end > now:
                run.final = "canceled"
