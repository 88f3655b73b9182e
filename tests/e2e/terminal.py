"""A pseudo-terminal with a program in it, and what its screen shows: as much of a terminal as the tests need."""

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time

from harness import DEADLINE

SEQUENCE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")


class Terminal:
    def __init__(self, command, environment, rows=24, columns=80):
        self.master, slave = os.openpty()
        self.before = termios.tcgetattr(slave)
        self.resize(rows, columns)
        self._slave = slave
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave,
                                        env={**environment, "TERM": "xterm"}, start_new_session=True)
        self.sent = ""     # all that came, escape sequences included
        self.lines = {}    # what the screen shows, by row from 1
        self._position = (1, 1)
        self._rest = ""

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.size = (rows, columns)

    def type(self, text):
        os.write(self.master, text.encode())

    @property
    def attributes(self):
        return termios.tcgetattr(self._slave)

    def _read(self, deadline):
        if not select.select([self.master], [], [], max(0, deadline - time.monotonic()))[0]:
            raise AssertionError(f"the screen still shows:\n{self.text}")
        data = os.read(self.master, 65536).decode("utf-8", "replace")
        self.sent += data
        self._show(self._rest + data)

    def _show(self, data):
        self._rest = ""
        while data:
            if data[0] != "\x1b":
                end = data.find("\x1b")
                piece, data = (data, "") if end < 0 else (data[:end], data[end:])
                row, column = self._position
                line = self.lines.get(row, "").ljust(column - 1)
                self.lines[row] = line[:column - 1] + piece + line[column - 1 + len(piece):]
                self._position = (row, column + len(piece))
                continue
            match = SEQUENCE.match(data)
            if not match:
                self._rest = data  # the rest of the sequence is to come
                return
            data = data[match.end():]
            if match[2] == "H":
                row, _, column = match[1].partition(";")
                self._position = (int(row or 1), int(column or 1))
            elif match[2] == "K":
                row, column = self._position
                self.lines[row] = self.lines.get(row, "")[:column - 1]
            elif match[2] == "J":
                self.lines.clear()

    @property
    def text(self):
        return "\n".join(self.lines.get(row, "") for row in range(1, self.size[0] + 1))

    def wait_for(self, shows):
        """Until the function says that the text on the screen is as wanted."""
        deadline = time.monotonic() + DEADLINE
        while not shows(self.text):
            self._read(deadline)
        return self.text

    def wait_for_end(self):
        """The exit status; what it sends until then is read."""
        deadline = time.monotonic() + DEADLINE
        while self.process.poll() is None:
            try:
                self._read(min(deadline, time.monotonic() + 0.1))
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
        while select.select([self.master], [], [], 0)[0]:
            self._read(deadline)
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._slave)
        os.close(self.master)
