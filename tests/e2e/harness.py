"""What the end-to-end tests share: real daemons, a client of the wire, the command line, processes to watch.

Nothing here sleeps in order to wait. What a test waits for is an event with a deadline: a log line, the end of a
process (pidfd), an answer to a long poll, the end of a connection. The deadline is far away, since it only matters
when something is broken; the tests also run with sanitizers on busy machines.
"""

import http.client
import json
import os
import re
import resource
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

from processes import WatchedProcess

if "PSCHEDULER_E2E_DAEMON" not in os.environ:
    raise SystemExit("The tests are run by ctest -L e2e, which says where the programs are.")
DAEMON = os.environ["PSCHEDULER_E2E_DAEMON"]
CLI = os.environ["PSCHEDULER_E2E_CLI"]
CLASSES = os.environ["PSCHEDULER_E2E_CLASSES"]

DEADLINE = 60  # seconds: something is broken when it takes longer
FINAL_STATES = {"finished", "failed", "overdue", "missed", "preempted", "nonstart", "canceled"}


def ask_until(ask, wanted=bool):
    """The first answer that is as wanted, by the deadline. It is asked again and again: for what no event tells."""
    end = time.monotonic() + DEADLINE
    while not wanted(answer := ask()):
        if time.monotonic() > end:
            raise AssertionError(f"still {answer!r}")
    return answer


def tls_context():
    """Certificates of nodes are self-signed as a rule: clients of pScheduler never verify them."""
    return ssl._create_unverified_context()  # pylint: disable=protected-access


class Reply:
    """An answer as it came."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def type(self):
        return self.headers.get("Content-Type")

    def __repr__(self):
        return f"{self.status} {self.type}: {self.body[:2000]!r}"


class Api:
    """A client with one keep-alive connection, which it opens anew when the server has closed it."""

    def __init__(self, port, host="127.0.0.1"):
        self.host, self.port = host, port
        self._connection = None

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None

    def request(self, method, target, body=None, headers=None, timeout=DEADLINE):
        """`target` is a path below the prefix (such as /tasks?expanded), or an absolute URL of this server."""
        if target.startswith("https://"):
            parts = urllib.parse.urlsplit(target)
            target = parts.path + ("?" + parts.query if parts.query else "")
        else:
            target = "/pscheduler" + target
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode("utf-8")
        for attempt in (1, 2):
            fresh = self._connection is None
            if fresh:
                self._connection = http.client.HTTPSConnection(
                    self.host, self.port, timeout=timeout, context=tls_context())
            elif self._connection.sock is not None:
                self._connection.sock.settimeout(timeout)
            try:
                self._connection.request(method, target, body=body, headers=headers)
                answer = self._connection.getresponse()
                reply = Reply(answer.status, answer.headers, answer.read())
                if answer.will_close:
                    self.close()
                return reply
            except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError):
                self.close()
                if fresh or attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def get(self, target, **kwargs):
        return self.request("GET", target, **kwargs)

    def post(self, target, body=None, **kwargs):
        return self.request("POST", target, body=body, **kwargs)

    def put(self, target, body=None, **kwargs):
        return self.request("PUT", target, body=body, **kwargs)

    def delete(self, target, **kwargs):
        return self.request("DELETE", target, **kwargs)

    def new_task(self, document):
        """Posts a task and returns its URL."""
        reply = self.post("/tasks", document)
        if reply.status != 200:
            raise AssertionError(f"POST /tasks: {reply!r}")
        return reply.json

    def first_run(self, task_url):
        """The first run of a task; a long poll that an event ends."""
        reply = self.get(task_url + "/runs/first?wait=30")
        if reply.status != 200:
            raise AssertionError(f"GET runs/first: {reply!r}")
        return reply.json

    def wait_for_state(self, run_url, states):
        """Follows a run, which may already be there, until its state is one of these. No long poll tells when a
        run starts, so it is asked again and again: use it for what comes soon."""
        reply = ask_until(lambda: self.get(run_url),
                          lambda reply: reply.status != 200 or reply.json["state"] in {*states, *FINAL_STATES})
        if reply.status != 200 or reply.json["state"] not in states:
            raise AssertionError(f"waiting for {states}: {reply!r}")
        return reply.json

    def final_run(self, run_url):
        """The run once its state is final; a long poll that an event ends."""
        reply = ask_until(lambda: self.get(run_url + "?wait-merged=True&wait=20"),
                          lambda reply: reply.status != 200 or reply.json["state"] in FINAL_STATES)
        if reply.status != 200:
            raise AssertionError(f"GET run: {reply!r}")
        return reply.json

    def archivings_once(self, run_url, wanted):
        """The archivings of a run, once each is as wanted. No long poll tells."""
        return ask_until(lambda: self.get(run_url).json.get("archivings", []),
                         lambda archivings: archivings and all(map(wanted, archivings)))

    def finished_run(self, document):
        """Posts a task and returns its first run in its final state."""
        return self.final_run(self.first_run(self.new_task(document))["href"])


class Daemon:
    """A real pschedulerd on a port of its own. Its log is read all the time and kept."""

    def __init__(self, directory, options=(), class_roots=(), environment=None, descriptors=None):
        self.directory = directory
        self.data_dir = os.path.join(directory, "data")
        self._options = list(options)
        self._class_roots = list(class_roots)
        self._environment = environment or {}
        self._descriptors = descriptors
        self.process = None
        self.port = None
        self.log = []
        self._log_grew = threading.Condition()
        self._log_ended = False
        self._reader = None
        self.api = None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"https://{self.address}/pscheduler"

    READY = r"SERVER_READY .*addresses=127\.0\.0\.1:(\d+)"

    def where(self):
        """The options that say where it listens and what it is called."""
        return ["--listen", f"127.0.0.1:{self.port or 0}", "--hostname", "127.0.0.1"]

    def launcher(self):
        """What stands before the program on its command line."""
        return []

    def prepare_process(self):
        """What the new process does before it becomes the program."""
        if self._descriptors:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self._descriptors,) * 2)

    def start(self):
        """Starts it (again, after it ended: on the same port) and returns when it serves."""
        self.launch()
        return self.wait_until_ready()

    def launch(self):
        configuration = os.path.join(self.directory, "pschedulerd.json")  # not the one of this host
        with open(configuration, "w", encoding="utf-8") as file:
            file.write("{}")
        command = [*self.launcher(), DAEMON, "--config", configuration, "--data-dir", self.data_dir, *self.where()]
        for root in [*self._class_roots, CLASSES]:
            command += ["--plugins", root]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PSCHEDULER_")}
        environment.pop("NOTIFY_SOCKET", None)
        environment.update(self._environment)
        self.log, self._log_ended = [], False
        self.process = subprocess.Popen(  # pylint: disable=subprocess-popen-preexec-fn
            command + self._options, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            cwd=self.directory, env=environment, preexec_fn=self.prepare_process)
        self._reader = threading.Thread(target=self._read_log, args=(self.process.stderr,), daemon=True)
        self._reader.start()

    def wait_until_ready(self):
        ready = self.wait_for_log(self.READY)
        self.port = int(ready.group(1))
        self.api = self.new_client()
        return self

    def _read_log(self, stream):
        for line in stream:
            with self._log_grew:
                self.log.append(line.decode("utf-8", "replace").rstrip("\n"))
                self._log_grew.notify_all()
        with self._log_grew:
            self._log_ended = True
            self._log_grew.notify_all()

    def wait_for_log(self, pattern):
        """The match of the first log line that fits."""
        def found():
            return next(filter(None, (re.search(pattern, line) for line in self.log)), None)
        with self._log_grew:
            self._log_grew.wait_for(lambda: found() or self._log_ended, DEADLINE)
            match = found()
            if not match:
                raise AssertionError(f"no log line {pattern!r} in:\n" + "\n".join(self.log))
            return match

    def ask_to_stop(self):
        self.process.send_signal(signal.SIGTERM)

    def wait_for_end(self):
        """Its exit status."""
        status = self.process.wait(DEADLINE)
        self._reader.join(DEADLINE)
        self.process.stderr.close()
        self.api.close()
        return status

    def stop(self):
        self.ask_to_stop()
        return self.wait_for_end()

    def kill(self):
        """As a crash does: without a chance to tidy up."""
        self.process.kill()
        return self.wait_for_end()

    def new_client(self):
        return Api(self.port)

    def close(self):
        """Ends it however the test went."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._reader:
            self._reader.join(10)
            self.process.stderr.close()
        if self.api:
            self.api.close()

    def cli(self, *arguments, **kwargs):
        """Runs the command line against this daemon."""
        return run_cli(*arguments, server=self.address, **kwargs)


def cli_environment(server=None, environment=None):
    """What the command line gets: nothing of the caller's that could lead it elsewhere."""
    result = {key: value for key, value in os.environ.items() if not key.startswith("PSCHEDULER_")}
    if server:
        result["PSCHEDULER_LOCALHOST"] = server
    result.update(environment or {})
    return result


def run_cli(*arguments, server=None, environment=None, stdin=""):
    """Runs pscheduler to its end: returncode, stdout and stderr as text."""
    return subprocess.run([CLI, *arguments], input=stdin, capture_output=True, text=True, timeout=DEADLINE,
                          env=cli_environment(server, environment), check=False)


class E2ETestCase(unittest.TestCase):
    """A test with daemons and directories that are gone when it ends."""

    maxDiff = None

    @staticmethod
    def _new_directory(add_cleanup):
        directory = tempfile.mkdtemp(prefix="pscheduler-e2e-")
        add_cleanup(shutil.rmtree, directory, ignore_errors=True)
        return directory

    def new_directory(self):
        return self._new_directory(self.addCleanup)

    def start_daemon(self, **kwargs):
        daemon = Daemon(kwargs.pop("directory", None) or self.new_directory(), **kwargs)
        self.addCleanup(daemon.close)
        return daemon.start()

    @classmethod
    def start_class_daemon(cls, **kwargs):
        """For tests that can share one."""
        daemon = Daemon(cls._new_directory(cls.addClassCleanup), **kwargs)
        cls.addClassCleanup(daemon.close)
        return daemon.start()

    def watch(self, pids):
        """Watches processes; those that ended meanwhile are left out."""
        watched = []
        for pid in pids:
            try:
                watched.append(WatchedProcess(pid))
            except ProcessLookupError:
                continue
            self.addCleanup(watched[-1].close)
        return watched

    def assert_all_end(self, watched, seconds):
        end = time.monotonic() + seconds
        left = [process.pid for process in watched if not process.ends_within(max(0, end - time.monotonic()))]
        self.assertEqual(left, [], f"processes still there after {seconds} s")

    def assert_text_error(self, reply, status):
        """An error as clients know it: a status and text with something to read."""
        self.assertEqual(reply.status, status, reply)
        self.assertEqual(reply.type, "text/plain; charset=utf-8")
        self.assertTrue(reply.text.strip(), "an error without a word")
        self.assertTrue(reply.text.endswith("\n"))


def query(**arguments):
    """A query string; JSON for what is not text. `_` in names stands for `-`."""
    pairs = [(name.replace("_", "-"), value if isinstance(value, str) else json.dumps(value))
             for name, value in arguments.items()]
    return "?" + urllib.parse.urlencode(pairs)


def idle(duration="PT1S", test="idle", **members):
    """A task that sleeps."""
    return {"test": {"type": test, "spec": {"duration": duration}}, "schedule": {}, **members}


def noop(data="hello", **members):
    """A task that does nothing at all."""
    return {"test": {"type": "noop", "spec": {"data": data}}, "schedule": {}, **members}


def main():
    unittest.main(verbosity=2)
