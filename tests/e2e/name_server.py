"""A name server for tests: says what its table says, in that order; a name that is in SILENT gets no answer."""

import socket
import struct
import threading

A, PTR, TXT, AAAA = 1, 12, 16, 28
SILENT = object()
NO_SUCH_NAME, SERVER_FAILURE = 3, 2


def _name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.rstrip(".").split(".")) + b"\0"


def _data(kind, value):
    if kind == A:
        return socket.inet_pton(socket.AF_INET, value)
    if kind == AAAA:
        return socket.inet_pton(socket.AF_INET6, value)
    if kind == PTR:
        return _name(value)
    return bytes([len(value)]) + value.encode()


class NameServer:
    """`table`: name -> {type: [values]}, SILENT or a response code. Other names do not exist."""

    def __init__(self, table):
        self.table = table
        self.was_asked = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        """Ends the thread by a message to itself."""
        host, port = self.address.split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", (host, int(port)))
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            query, sender = self._socket.recvfrom(4096)
            if not query:
                return
            reply = self._reply(query)
            if reply:
                self._socket.sendto(reply, sender)

    def _reply(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind, = struct.unpack("!H", query[at + 1:at + 3])
        question = query[12:at + 5]
        name = ".".join(labels).lower()
        self.was_asked.set()
        entry = self.table.get(name, NO_SUCH_NAME)
        if entry is SILENT:
            return None
        code = entry if isinstance(entry, int) else 0
        values = [] if isinstance(entry, int) else entry.get(kind, [])
        answers = b""
        for value in values:
            data = _data(kind, value)
            answers += b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data
        return query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(values), 0, 0) + question + answers
