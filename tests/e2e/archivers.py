"""Archiver plug-ins asked as a daemon asks them: methods by themselves, and `archive` as a process that stays."""

import contextlib
import json
import os
import signal
import subprocess

from harness import CLASSES, DEADLINE

RUN = "4f1c0d8e-2b1a-4c3d-9e8f-7a6b5c4d3e2f"
TASK = "0a1b2c3d-4e5f-4a6b-8c7d-9e8f0a1b2c3d"
RESULT = {"id": RUN, "test": {"type": "rtt", "spec": {"dest": "192.0.2.1"}}, "result": {"succeeded": True, "n": 1}}


def record(data, result=None, attempts=0, **members):
    """What a daemon gives an archiver."""
    href = f"https://node.example/pscheduler/tasks/{TASK}"
    return {"data": data, "task-href": href, "run-href": f"{href}/runs/{RUN}", "attempts": attempts,
            "last-attempt": None, "result": RESULT if result is None else result, **members}


def payload(result=None):
    """How a result is sent: compact JSON."""
    return json.dumps(RESULT if result is None else result, separators=(",", ":"), sort_keys=True)


def plugin_environment(configuration=None):
    """The environment with the folder of the archivers' configuration, which otherwise is empty."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PSCHEDULER_")}
    environment["PSCHEDULER_ARCHIVER_CONFIG"] = configuration or "/nonexistent"
    return environment


def ask(archiver, method, document=None, environment=None):
    """The answer of a method that is not `archive`."""
    ran = subprocess.run([os.path.join(CLASSES, "archiver", archiver, method)], input=json.dumps(document),
                         capture_output=True, text=True, timeout=DEADLINE, check=True, env=environment)
    return json.loads(ran.stdout)


def write_configuration(folder, archiver, **settings):
    """Sets what an operator would; `_` in names stands for `-`."""
    with open(os.path.join(folder, archiver + ".conf"), "w", encoding="utf-8") as file:
        file.write(f"[{archiver}]\n")
        for key, value in settings.items():
            file.write(f"{key.replace('_', '-')} = {value}\n")


class ArchiverProcess(contextlib.AbstractContextManager):
    """`archive` of an archiver, asked one record after another."""

    def __init__(self, archiver, configuration=None):
        self._process = subprocess.Popen(
            [os.path.join(CLASSES, "archiver", archiver, "archive")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=plugin_environment(configuration))

    @property
    def pid(self):
        return self._process.pid

    def send(self, document):
        self._process.stdin.write(b"\x1e" + json.dumps(document).encode() + b"\n")
        self._process.stdin.flush()

    def answer(self):
        line = self._process.stdout.readline()
        if line[:1] != b"\x1e" or line[-1:] != b"\n":
            raise AssertionError(f"no record: {line!r}")
        return json.loads(line[1:])

    def archive(self, document):
        self.send(document)
        return self.answer()

    def close(self):
        """Ends its input. The exit status, and what it printed to stderr."""
        _, errors = self._process.communicate(timeout=DEADLINE)
        return self._process.returncode, errors.decode()

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.communicate()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            stream.close()
