"""Input that nobody sends by accident: huge strings everywhere, broken JSON. Each gets an answer, never a crash."""

import copy
import json
import random
import urllib.parse
import uuid

from harness import E2ETestCase, idle, main, noop

LONG = "x" * 40_000

# A task with everything a task may have.
EVERYTHING = {
    "schema": 5,
    "test": {"type": "rtt", "spec": {
        "schema": 1, "dest": "::1", "source": "::1", "source-node": "127.0.0.1", "count": 1,
        "interval": "PT1S", "deadline": "PT5S", "timeout": "PT1S", "length": 64, "ttl": 64, "ip-tos": 0,
        "ip-version": 6, "hostnames": False, "suppress-loopback": False, "flow-label": 0}},
    "tool": "ping",
    "tools": ["ping"],
    "schedule": {"schema": 2, "start": "PT1H", "slip": "PT5M", "sliprand": False, "repeat": "PT1H",
                 "until": "2099-01-01T00:00:00Z", "max-runs": 1},
    "archives": [{"schema": 3, "archiver": "bitbucket", "data": {"x": 1}, "transform": {"script": ".", "args": {}},
                  "ttl": "PT1H", "runs": "all", "uri-host": "a.example", "label": "l"}],
    "reference": {"x": 1},
    "lead-bind": "127.0.0.1",
    "_key": "k",
    "contexts": {"schema": 1, "contexts": [[{"context": "nosuch", "data": {}}]]},
    "priority": 1,
    "debug": False,
    "keep-after-archive": "PT1H",
}


def paths_of(value, path=()):
    """The paths of all members and elements, at every depth."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield path + (key,)
        yield from paths_of(child, path + (key,))


def holder_of(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


class HostileInputTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.start_class_daemon()
        cls.api = cls.daemon.api

    def setUp(self):
        self.addCleanup(self.assert_it_lives)

    def assert_it_lives(self):
        self.assertIsNone(self.daemon.process.poll(), "\n".join(self.daemon.log[-20:]))
        self.assertEqual(self.api.get("/api").text, "6\n")

    def assert_civil(self, reply):
        """Done, or refused with words that are not longer than anybody wants to read."""
        if reply.status == 200:
            return
        self.assertIn(reply.status // 100, (3, 4), repr(reply))
        if reply.status >= 400:
            self.assert_text_error(reply, reply.status)
            self.assertLess(len(reply.body), 10_000, "the huge value comes back: " + repr(reply)[:300])

    def test_without_damage_the_document_is_fine(self):
        document = copy.deepcopy(EVERYTHING)
        del document["archives"], document["contexts"]
        self.assertEqual(self.api.delete(self.api.new_task(document)).status, 200)

    def test_a_huge_string_in_every_field_of_a_task(self):
        for path in paths_of(EVERYTHING):
            document = copy.deepcopy(EVERYTHING)
            del document["archives"], document["contexts"]  # no such plug-ins here; they come again below
            if path[0] in ("archives", "contexts"):
                document[path[0]] = copy.deepcopy(EVERYTHING[path[0]])
            holder_of(document, path)[path[-1]] = LONG
            with self.subTest(path=path):
                self.assert_civil(self.api.post("/tasks", document))

    def test_a_huge_name_of_a_member_everywhere(self):
        for path in [(), *paths_of(EVERYTHING)]:
            document = copy.deepcopy(EVERYTHING)
            holder = document
            for key in path:
                holder = holder[key]
            if isinstance(holder, dict):
                holder[LONG] = 1
                with self.subTest(path=path):
                    self.assert_civil(self.api.post("/tasks", document))

    def test_a_huge_string_in_every_field_of_each_test(self):
        specs = {
            "idle": {"duration": "PT1S", "host": "127.0.0.1", "starting-comment": "a", "parting-comment": "b"},
            "idleex": {"duration": "PT1S", "host": "127.0.0.1", "host-node": "127.0.0.1", "starting-comment": "a"},
            "idlebgm": {"duration": "PT1S", "host": "127.0.0.1", "interval": "PT1S", "parting-comment": "b"},
            "noop": {"data": 1, "host": "127.0.0.1", "host-node": "127.0.0.1", "fail": 0},
            "clock": {"dest": "127.0.0.1", "source": "127.0.0.1", "timeout": "PT1S"},
            "rtt": EVERYTHING["test"]["spec"],
        }
        for test, spec in specs.items():
            self.api.new_task({"test": {"type": test, "spec": spec}, "schedule": {"start": "PT1H"}})
            for field in spec:
                document = {"test": {"type": test, "spec": {**spec, field: LONG}}, "schedule": {"start": "PT1H"}}
                with self.subTest(test=test, field=field):
                    self.assert_civil(self.api.post("/tasks", document))

    def test_a_huge_comment_and_parameter_run_through(self):
        run = self.api.finished_run(noop(data=LONG, reference=LONG))
        self.assertEqual(run["state"], "finished", run)
        self.assertEqual(self.api.get(run["task-href"]).json["reference"], LONG)
        self.assertIn(LONG[:1000], self.api.get(run["task-href"] + "/cli").text)
        spec = {"duration": "PT1S", "starting-comment": LONG, "parting-comment": LONG}
        run = self.api.finished_run({"test": {"type": "idle", "spec": spec}, "schedule": {}})
        self.assertEqual(run["state"], "finished", str(run)[:2000])

    def test_a_huge_string_in_every_argument(self):
        task = self.api.new_task({**idle(), "schedule": {"start": "PT1H"}})
        run = self.api.first_run(task)["href"]
        long_json = json.dumps(LONG)
        for target, names in (
                ("/", ["api", "pretty", "bogus"]), ("/tests", ["expanded"]), ("/tests/idle/spec", ["args"]),
                ("/tests/idle/spec/is-valid", ["spec"]), ("/tests/idle/participants", ["spec"]), ("/tools", ["test"]),
                ("/archivers/x/data-is-valid", ["data"]), ("/tasks", ["json", "detail", "expanded"]),
                ("/mtu-safe", ["dest"]), (task, ["key", "detail"]), (run, ["key", "wait", "wait-local"]),
                (run + "/result", ["key", "format"]), (task + "/runs", ["start", "end", "limit", "upcoming"]),
                (task + "/runtimes", ["start", "end", "priority"])):
            for name in names:
                for value in (LONG, long_json):
                    with self.subTest(target=target, argument=name):
                        self.assert_civil(self.api.get(f"{target}?{name}={urllib.parse.quote(value)}"))
        for target in ("/" + LONG, "/tests/" + LONG, "/tasks/" + LONG, f"{task}/runs/{LONG}"):
            self.assert_civil(self.api.get(target))
        for method, target in (("POST", "/tasks/" + LONG), ("DELETE", "/tasks/" + LONG), ("PUT", f"{task}/runs/{LONG}"),
                               ("X" * 40_000, "/")):
            self.assert_civil(self.api.request(method, target, body="{}"))
        self.assert_civil(self.api.post(task + "/runs", {"start-time": LONG}))
        self.assert_civil(self.api.put(f"{task}/runs/{uuid.uuid4()}", {"start-time": LONG}))

    def test_a_huge_header(self):
        for headers in ({"X-Long": LONG}, {"X-pScheduler-Requester": LONG}, {"Host": LONG}):
            with self.subTest(headers=list(headers)):
                self.assert_civil(self.api.get("/api", headers=headers))

    def test_broken_json(self):
        good = json.dumps(EVERYTHING)
        bodies = {f"cut off at {at}": good[:at] for at in range(1, len(good) - 1, 37)}
        bodies.update({
            "deep arrays": "[" * 100_000, "deep objects": '{"a":' * 100_000, "closed deep arrays":
            "[" * 5000 + "]" * 5000, "deep reference": '{"test":{"type":"noop","spec":{"data":' + "[" * 5000 + "]" * 5000
            + '}},"schedule":{}}',
            "huge number": '{"schema": 1' + "0" * 5000 + "}", "huge exponent": '{"schema": 1e999999}',
            "negative exponent": '{"priority": -1e-999999, "schema": 3}', "NaN": '{"schema": NaN}',
            "infinity": '{"schema": Infinity}', "bad escape": '{"test": "\\q"}', "lone surrogate": '{"test": "\\ud800"}',
            "single quotes": "{'test': 1}", "trailing comma": '{"test": 1,}', "two documents": "{}{}", "a BOM only": "\ufeff",
            "control characters": '{"test": "\x01\x02"}', "an escaped zero": '{"test": {"type": "\\u0000", "spec": {}}}',
            "blanks": " " * 100_000,
        })
        raw = {name: body.encode() for name, body in bodies.items()}
        raw.update({"bad UTF-8": b'{"test": "\xff\xfe"}', "cut UTF-8": b'{"test": "\xe2\x98', "overlong": b'{"a": "\xc0\xaf"}',
                    "zero bytes": b"\0" * 1000, "UTF-16": good.encode("utf-16")})
        for name, body in raw.items():
            with self.subTest(case=name):
                reply = self.api.post("/tasks", body)
                self.assert_civil(reply)
                self.assertEqual(reply.status // 100, 4, repr(reply))

    def test_damaged_documents(self):
        dice = random.Random(7)  # the same damage each time
        good = json.dumps({**idle(), "schedule": {"start": "PT1H"}}).encode()
        for number in range(300):
            body = bytearray(good)
            for _ in range(dice.randint(1, 4)):
                at = dice.randrange(len(body))
                body[at:at + dice.randint(0, 3)] = bytes(dice.randrange(256) for _ in range(dice.randint(0, 3)))
            with self.subTest(number=number, body=bytes(body)):
                self.assert_civil(self.api.post("/tasks", bytes(body)))

    def test_every_wrong_type_in_every_field(self):
        for path in paths_of(EVERYTHING):
            for value in (None, True, -1, 1.5, 10 ** 40, "", [], {}, [[]], "\0"):
                document = copy.deepcopy(EVERYTHING)
                del document["archives"], document["contexts"]
                if path[0] in ("archives", "contexts"):
                    document[path[0]] = copy.deepcopy(EVERYTHING[path[0]])
                holder_of(document, path)[path[-1]] = value
                with self.subTest(path=path, value=value):
                    self.assert_civil(self.api.post("/tasks", document))

    def test_a_body_that_is_too_large(self):
        client = self.daemon.new_client()
        self.addCleanup(client.close)
        try:
            reply = client.post("/tasks", b" " * (9 << 20))
        except (ConnectionError, OSError):
            return  # it may close while we still send; that it lives is checked in the end
        self.assert_text_error(reply, 413)


if __name__ == "__main__":
    main()
