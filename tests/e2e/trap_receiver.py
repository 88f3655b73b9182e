"""A real snmptrapd in a directory of its own."""

import contextlib
import os
import shutil
import subprocess
import time

from harness import DEADLINE
from sinks import unused_port

PROGRAM = shutil.which("snmptrapd", path=os.environ["PATH"] + ":/usr/sbin:/sbin")


class TrapReceiver(contextlib.AbstractContextManager):
    """Takes traps at 127.0.0.1, port `port`, of `community` and of the users whom createUser lines name."""

    community = "c0mmunity"

    def __init__(self, directory, users=(), port=None):
        self._output = os.path.join(directory, "traps")
        state = os.path.join(directory, "state")
        os.makedirs(state, exist_ok=True)
        configuration = os.path.join(directory, "snmptrapd.conf")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(f"authCommunity log {self.community}\nformat1 %N|%w|%q|%v\\n\nformat2 %v\\n\n")
            for user, level, secrets in users:
                file.write(f"createUser {user} {secrets}\nauthUser log {user.split()[-1]} {level}\n")
        environment = {"PATH": os.environ["PATH"], "HOME": directory, "SNMPCONFPATH": directory,
                       "SNMP_PERSISTENT_DIR": state, "MIBS": ""}
        for _ in range(5):  # another program may take the port first
            self.port = port or unused_port()
            self._process = subprocess.Popen(
                [PROGRAM, "-f", "-C", "-c", configuration, "-Lf", self._output, "-Oneq", "-n", "-p",
                 os.path.join(directory, "pid"), f"udp:127.0.0.1:{self.port}"], env=environment, cwd=directory,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if self._is_up():
                return
        raise AssertionError("snmptrapd did not start")

    def _is_up(self):
        end = time.monotonic() + DEADLINE
        while self._process.poll() is None and time.monotonic() < end:
            if any(line.startswith("NET-SNMP version") for line in self._all_lines()):
                return True
            time.sleep(0.02)  # nothing tells when it listens
        return False

    def _all_lines(self):
        with contextlib.suppress(FileNotFoundError), open(self._output, encoding="utf-8") as file:
            return file.read().split("\n")[:-1]
        return []

    def traps(self, count):
        """So many lines of what it wrote of traps, not of itself; it is asked again and again until they are there."""
        end = time.monotonic() + DEADLINE
        while True:
            lines = [line for line in self._all_lines() if "\t" in line or "|" in line]
            if len(lines) >= count:
                return lines
            if time.monotonic() > end:
                raise AssertionError(f"only {lines}")
            time.sleep(0.02)

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(DEADLINE)
