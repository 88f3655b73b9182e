"""Processes a test looks after though they are not its children."""

import os
import select


class WatchedProcess:
    """A process whose end can be waited for though it is no child of ours, immune to reuse of its number."""

    def __init__(self, pid):
        self.pid = pid
        self._descriptor = os.pidfd_open(pid)

    def ends_within(self, seconds):
        return bool(select.select([self._descriptor], [], [], seconds)[0])

    def close(self):
        os.close(self._descriptor)


def processes():
    """(pid, parent) of all processes that are there now."""
    result = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    result.append((int(name), int(file.read().rpartition(")")[2].split()[1])))
            except OSError:
                pass  # it ended meanwhile
    return result


def descendants(pid):
    """The numbers of all processes below this one."""
    known, grew = {pid}, True
    table = processes()
    while grew:
        more = {child for child, parent in table if parent in known} - known
        grew = bool(more)
        known |= more
    return known - {pid}


def marked(marker):
    """The numbers of all processes that carry the text in their command line or environment."""
    found = set()
    for pid, _ in processes():
        for file in ("cmdline", "environ"):
            try:
                with open(f"/proc/{pid}/{file}", "rb") as stream:
                    if marker.encode() in stream.read():
                        found.add(pid)
            except OSError:
                pass
    return found - {os.getpid()}
