"""Servers that results are sent to: they keep what they are given, and behave as a test wants."""

import contextlib
import http.server
import os
import queue
import shutil
import socket
import ssl
import subprocess
import threading
import time
import typing

from harness import DEADLINE


class Request(typing.NamedTuple):
    """What a client sent, and on which of its connections."""
    method: str
    path: str
    headers: typing.Any
    body: str
    client: tuple


class HttpSink(contextlib.AbstractContextManager):
    """A server on a port of its own that keeps connections open. `answers` are (status, headers, body) for the next
    requests, after them 200; while it is `silent` it answers nothing."""

    def __init__(self, tls=None, port=0):
        self.requests = queue.Queue()
        self.answers = []
        self.silent = threading.Event()
        self._ending = threading.Event()
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):  # pylint: disable=invalid-name
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                sink.requests.put(Request(self.command, self.path, self.headers, body, self.client_address))
                if sink.silent.is_set():
                    sink._ending.wait(DEADLINE)
                    self.close_connection = True
                    return
                status, headers, text = sink.answers.pop(0) if sink.answers else (200, {}, "")
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())
                self.wfile.flush()

            do_PUT = do_POST

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):  # clients that hang up or do not trust it are part of the tests
                pass

            def get_request(self):
                connection, address = super().get_request()
                if tls:  # the handshake is for the connection's own thread
                    connection = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                return connection, address

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def next(self):
        """The next request that has come or will come."""
        return self.requests.get(timeout=DEADLINE)

    def __exit__(self, *_):
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(DEADLINE)


def unused_port():
    """One at which nobody listens; whoever binds to it next may get it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(directory, name):
    """A certificate for a host name and its key, signed by itself: what a server shows and what trusts it."""
    certificate, key = (os.path.join(directory, f"{name}.{end}") for end in ("pem", "key"))
    kind = "IP" if name[0].isdigit() else "DNS"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName={kind}:{name}"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context

RSYSLOG = shutil.which("rsyslogd", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
RSYSLOG_CONFIGURATION = """
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{directory}/log" CreatePath="on" RateLimit.Interval="0")
global(workDirectory="{directory}" maxMessageSize="64k")
template(name="line" type="string"
         string="%syslogfacility-text%.%syslogseverity-text% %programname% <%msg:2:$%>\n")
*.* action(type="omfile" file="{directory}/messages" template="line")
"""


class Rsyslog(contextlib.AbstractContextManager):
    """A real one that takes messages at DIRECTORY/log."""

    def __init__(self, directory):
        self._messages = os.path.join(directory, "messages")
        configuration = os.path.join(directory, "rsyslog.conf")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(RSYSLOG_CONFIGURATION.format(directory=directory))
        self._process = subprocess.Popen(
            [RSYSLOG, "-n", "-f", configuration, "-i", os.path.join(directory, "pid")], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        end = time.monotonic() + DEADLINE
        while not os.path.exists(os.path.join(directory, "log")):  # nothing tells when it is there
            if self._process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"rsyslogd did not start: {self._process.stderr.read().decode()}")

    def lines(self, count):
        """So many lines of what it wrote; it is asked again and again until they are there."""
        end = time.monotonic() + DEADLINE
        lines = []
        while len(lines) < count:
            if time.monotonic() > end:
                raise AssertionError(f"only {lines}")
            if os.path.exists(self._messages):
                with open(self._messages, encoding="utf-8") as file:
                    lines = file.read().split("\n")[:-1]
        return lines

    def __exit__(self, *_):
        self._process.terminate()
        self._process.communicate(timeout=DEADLINE)
