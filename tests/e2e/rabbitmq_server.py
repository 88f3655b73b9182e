"""A real RabbitMQ in a directory of its own, steered by its management interface."""

import base64
import contextlib
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from harness import DEADLINE
from sinks import unused_port

# The one in /usr/sbin would become another user, who cannot write to our directory.
PROGRAM = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin")
EPMD = shutil.which("epmd") or next(iter(glob.glob("/usr/lib/erlang/erts-*/bin/epmd")), None)
START = 3 * DEADLINE  # it takes ten seconds on a machine with nothing else to do

CONFIGURATION = """
listeners.tcp.1 = 127.0.0.1:{port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management}
disk_free_limit.absolute = 1MB
default_user = owner
default_pass = owner
loopback_users.owner = true
log.file.level = info
"""
TLS_CONFIGURATION = """
listeners.ssl.1 = 127.0.0.1:{tls}
ssl_options.cacertfile = {certificate}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {key}
ssl_options.verify = verify_none
"""


class RabbitMq(contextlib.AbstractContextManager):
    """It listens on 127.0.0.1 at `port`, and with TLS at `tls`, for `writer`, whose password is `password`."""

    password = "pa55-of-writer"

    def __init__(self, certificate=None):
        self.directory = tempfile.mkdtemp(prefix="pscheduler-rabbitmq-")
        self._certificate = certificate
        self._processes = []
        for attempt in range(5):  # another program may take a port first
            self._choose_ports()
            try:
                self.start()
                break
            except ChildProcessError:
                if attempt == 4:
                    raise
        self.manage("PUT", "users/writer", {"password": self.password, "tags": ""})
        self.manage("PUT", "users/outsider", {"password": self.password, "tags": ""})
        self.manage("PUT", "permissions/%2F/writer", {"configure": "", "write": ".*", "read": ""})

    def _choose_ports(self):
        self.port, self.tls, self._management, self._epmd, self._distribution = (unused_port() for _ in range(5))
        with open(os.path.join(self.directory, "rabbitmq.conf"), "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(port=self.port, management=self._management))
            if self._certificate:
                certificate, key = self._certificate
                file.write(TLS_CONFIGURATION.format(tls=self.tls, certificate=certificate, key=key))
        with open(os.path.join(self.directory, "enabled_plugins"), "w", encoding="utf-8") as file:
            file.write("[rabbitmq_management].\n")

    def _environment(self):
        """Nothing of it is where an installed node's is, and nothing of that one's configuration is read."""
        inside = {"BASE": "", "MNESIA_BASE": "mnesia", "LOG_BASE": "log", "CONFIG_FILE": "rabbitmq.conf",
                  "ADVANCED_CONFIG_FILE": "advanced.config", "CONF_ENV_FILE": "rabbitmq-env.conf",
                  "ENABLED_PLUGINS_FILE": "enabled_plugins", "GENERATED_CONFIG_DIR": "generated",
                  "FEATURE_FLAGS_FILE": "feature_flags", "PID_FILE": "pid"}
        return {"PATH": os.environ["PATH"], "HOME": self.directory, "LANG": "C.UTF-8",
                "ERL_EPMD_PORT": str(self._epmd), "ERL_EPMD_ADDRESS": "127.0.0.1", "RABBITMQ_NODENAME": "rabbit@localhost",
                "RABBITMQ_DIST_PORT": str(self._distribution),
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
                **{f"RABBITMQ_{name}": os.path.join(self.directory, path) for name, path in inside.items()}}

    def _run(self, *command):
        with open(os.path.join(self.directory, "output"), "ab") as output:
            self._processes.append(subprocess.Popen(
                command, env=self._environment(), cwd=self.directory, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True))

    def start(self):
        """Returns when it can be used. ChildProcessError: it has ended."""
        self._run(EPMD, "-port", str(self._epmd), "-address", "127.0.0.1")
        self._run(PROGRAM)
        end = time.monotonic() + START
        while not self._is_up():
            if self._processes[-1].poll() is not None or time.monotonic() > end:
                self.stop()
                with open(os.path.join(self.directory, "output"), encoding="utf-8", errors="replace") as output:
                    raise ChildProcessError(f"RabbitMQ did not start: {output.read()}")
            time.sleep(0.1)  # nothing tells when it is there

    def _is_up(self):
        try:
            return self.manage("GET", "health/checks/local-alarms") is not None \
                and self.manage("GET", f"health/checks/port-listener/{self.port}") is not None
        except (OSError, ValueError):
            return False

    def stop(self):
        """At once, as by a power failure."""
        for process in reversed(self._processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(DEADLINE)
        self._processes.clear()
        end = time.monotonic() + DEADLINE
        with contextlib.suppress(OSError):  # its processes are not ours to wait for, but their sockets end with them
            while time.monotonic() < end:
                socket.create_connection(("127.0.0.1", self.port), DEADLINE).close()
                time.sleep(0.02)

    def manage(self, method, path, body=None):
        """What the management interface answers; urllib.error.HTTPError if it does not like it."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._management}/api/{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json",
                     "Authorization": "Basic " + base64.b64encode(b"owner:owner").decode()})
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def new_queue(self, name, exchange=None, key=""):
        """A durable one, and if it is to be bound, a direct exchange."""
        self.manage("PUT", f"queues/%2F/{name}", {"durable": True})
        if exchange:
            self.manage("PUT", f"exchanges/%2F/{exchange}", {"type": "direct", "durable": True})
            self.manage("POST", f"bindings/%2F/e/{exchange}/q/{name}", {"routing_key": key})

    def take(self, queue):
        """The messages that are in a queue: what the management interface tells of each."""
        return self.manage("POST", f"queues/%2F/{queue}/get",
                           {"count": 1000, "ackmode": "ack_requeue_false", "encoding": "auto"})

    def connections(self, count):
        """The names of so many that are open; the interface learns of them some seconds later."""
        end = time.monotonic() + DEADLINE
        while True:
            names = [urllib.parse.quote(connection["name"]) for connection in self.manage("GET", "connections")]
            if len(names) >= count:
                return names
            if time.monotonic() > end:
                raise AssertionError(f"only {names}")
            time.sleep(0.1)

    def control(self, *words):
        """By rabbitmqctl, which takes seconds."""
        subprocess.run([os.path.join(os.path.dirname(PROGRAM), "rabbitmqctl"), *words], env=self._environment(),
                       cwd=self.directory, check=True, capture_output=True, timeout=START)

    def payloads(self, queue):
        return [json.loads(message["payload"]) for message in self.take(queue)]

    def url(self, host="127.0.0.1", password=None, user="writer", vhost="/%2F", tls=False):
        scheme, port = ("amqps", self.tls) if tls else ("amqp", self.port)
        return f"{scheme}://{user}:{password or self.password}@{host}:{port}{vhost}"

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
