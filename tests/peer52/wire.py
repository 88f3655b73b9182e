"""HTTPS as a host of 5.2 speaks it, with a record of every request and answer: assertions are made on that."""

import atexit
import collections
import functools
import http.client
import http.server
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import urllib.parse

PREFIX = "/pscheduler"
DEADLINE = 60  # seconds; for what only lasts so long when something is broken
AGENT = "PycURL/7.45.1 libcurl/7.76.1 OpenSSL/3.0.7"

Answer = collections.namedtuple("Answer", "status type body")


class Exchange:
    """A request and its answer. `status` is None until it is answered, and stays so if it never is."""

    def __init__(self, method, target, headers, body, source=None, host=None):
        self.method = method
        self.target = target[len(PREFIX):] if target.startswith(PREFIX) else target
        self.headers = headers
        self.body = body
        self.source = source  # address it came from; None if this node made it
        self.host = host      # host:port it went to
        self.status = None
        self.type = None
        self.answer = b""

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def arguments(self):
        """The first of each, as they are after decoding."""
        pairs = urllib.parse.parse_qsl(self.target.partition("?")[2], keep_blank_values=True)
        return dict(reversed(pairs))

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def answer_json(self):
        return json.loads(self.answer)

    @property
    def text(self):
        return self.answer.decode("utf-8")

    def __repr__(self):
        way = f"from {self.source}" if self.source else f"to {self.host}"
        return f"{self.method} {self.target} {way} -> {self.status} {self.answer[:200]!r}"


class Record:
    """What went over the wire, in the order of the requests. `told` is called with each that has been answered."""

    def __init__(self, told=lambda exchange: None):
        self._exchanges = []
        self._told = told
        self._grew = threading.Condition()

    def add(self, exchange):
        with self._grew:
            self._exchanges.append(exchange)
            self._grew.notify_all()

    def answered(self, exchange, status, content_type, body):
        with self._grew:
            exchange.status, exchange.type, exchange.answer = status, content_type, body
            self._grew.notify_all()
        self._told(exchange)

    def find(self, method=None, pattern=""):
        """Those whose target has the pattern in it."""
        with self._grew:
            return [each for each in self._exchanges
                    if method in (None, each.method) and re.search(pattern, each.target)]

    def wait_for(self, method, pattern, count=1, answered=True, deadline=DEADLINE):
        """The count-th that fits, once it is there and (unless told otherwise) answered."""
        def found():
            fit = [each for each in self._exchanges if each.method == method and
                   re.search(pattern, each.target) and (each.status is not None or not answered)]
            return fit[count - 1] if len(fit) >= count else None
        with self._grew:
            if not self._grew.wait_for(found, deadline):
                raise AssertionError(f"no {method} {pattern} number {count} in:\n" +
                                     "\n".join(map(repr, self._exchanges)))
            return found()

    def __repr__(self):
        return "\n".join(map(repr, self.find()))


class Troubles:
    """What is to go wrong. Each trouble is for requests of a method whose target has the pattern in it, as many
    times as given (None: always), after `after` of them that have none:
      status, text  answers with these instead of doing anything
      delay         does nothing for so many seconds before it goes on
      until         the same, until this threading.Event is set
      answer        False: does what is asked, but closes the connection without an answer
      silent        does nothing and never answers
    """

    def __init__(self):
        self._list = []
        self._lock = threading.Lock()

    def add(self, method, pattern, times=None, after=0, **what):
        unknown = set(what) - {"status", "text", "delay", "until", "answer", "silent"}
        if unknown:
            raise ValueError(f"unknown: {unknown}")
        with self._lock:
            self._list.append({"method": method, "pattern": re.compile(pattern), "times": times, "after": after,
                               **what})

    def clear(self):
        with self._lock:
            self._list.clear()

    def take(self, method, target):
        """The first that fits, or an empty one."""
        with self._lock:
            for trouble in self._list:
                if trouble["method"] != method or not trouble["pattern"].search(target):
                    continue
                if trouble["after"] > 0:
                    trouble["after"] -= 1
                    continue
                if trouble["times"] is not None:
                    trouble["times"] -= 1
                    if trouble["times"] <= 0:
                        self._list.remove(trouble)
                return trouble
        return {}


@functools.lru_cache(maxsize=None)
def _server_context():
    """With a certificate of its own, as nearly all hosts have."""
    directory = tempfile.mkdtemp(prefix="peer52-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    key, certificate = os.path.join(directory, "key.pem"), os.path.join(directory, "certificate.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "30", "-subj", "/CN=peer52.example.org"],
                   check=True, capture_output=True, timeout=DEADLINE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Apache", ""
    timeout = DEADLINE

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # the client has gone

    def _serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        exchange = Exchange(self.command, self.path, self.headers, body, source=self.client_address[0],
                            host=self.headers.get("Host"))
        self.close_connection = True
        answer = self.server.node_answer(exchange)
        if answer is None:
            return
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Content-Type", answer.type)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _serve  # pylint: disable=invalid-name

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


class Server(http.server.ThreadingHTTPServer):
    """One request a connection. `serve(exchange)` returns an Answer."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host, port, serve, record):
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), _Handler)
        self._serve, self._record = serve, record
        self.troubles = Troubles()
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        self.closing.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def get_request(self):
        connection, address = super().get_request()
        # The handshake is left to the thread of the connection.
        return _server_context().wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, client_address):
        pass  # connections that were no TLS, or ended in the middle of it

    def node_answer(self, exchange):
        """What to answer; None: nothing."""
        trouble = self.troubles.take(exchange.method, exchange.target)
        self._record.add(exchange)
        if "delay" in trouble:
            self.closing.wait(trouble["delay"])
        if "until" in trouble:
            trouble["until"].wait(DEADLINE)
        if trouble.get("silent"):
            self.closing.wait(DEADLINE)
            return None
        if "status" in trouble:
            answer = text_error(trouble["status"], trouble.get("text", "As the script says."))
        else:
            answer = self._serve(exchange)
        self._record.answered(exchange, answer.status, answer.type, answer.body)
        return None if trouble.get("answer") is False else answer


def text_error(status, text):
    return Answer(status, "text/plain; charset=utf-8", (text + "\n").encode("utf-8"))


def html(text):
    """Bare success, and the other places where the type says nothing about the text."""
    return Answer(200, "text/html; charset=utf-8", (text + "\n").encode("utf-8"))


def call(record, method, host, path, body=None, content_type="application/json", bind=None, timeout=None):
    """One request on a connection of its own. Whatever goes wrong on the way is status 400, as its clients have it."""
    headers = {"User-Agent": AGENT, "Accept": "*/*"}
    data = body.encode("ascii") if isinstance(body, str) else body
    if data is not None:
        headers["Content-Type"] = content_type
    exchange = Exchange(method, PREFIX + path, headers, data, host=host)
    record.add(exchange)
    context = ssl._create_unverified_context()  # pylint: disable=protected-access
    connection = http.client.HTTPSConnection(
        host, timeout=timeout or DEADLINE, context=context, source_address=(bind, 0) if bind else None)
    try:
        connection.request(method, PREFIX + path, body=data, headers=headers)
        answer = connection.getresponse()
        record.answered(exchange, answer.status, answer.headers.get("Content-Type"), answer.read())
    except (OSError, http.client.HTTPException) as error:
        record.answered(exchange, 400, None, str(error).encode("utf-8"))
    finally:
        connection.close()
    return exchange
