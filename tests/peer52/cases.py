"""What the tests share."""

import re
import unittest

from node import Node


class Peer52TestCase(unittest.TestCase):
    """A test with pretended hosts that are gone when it ends."""

    maxDiff = None

    @classmethod
    def start_class_node(cls, **settings):
        node = Node(**settings).start()
        cls.addClassCleanup(node.close)
        return node

    def start_node(self, **settings):
        node = Node(**settings).start()
        self.addCleanup(node.close)
        return node


def document(**members):
    return {"test": {"type": "idle", "spec": {"duration": "PT2S"}}, "schedule": {}, **members}


def spelled(exchange, task, run=None):
    """The request line with U for the task, R for the run and W for seconds."""
    line = f"{exchange.method} {exchange.target}".replace(task if isinstance(task, str) else task.id, "U")
    line = re.sub(r"(?<=/runs/)[0-9a-f-]{36}", "R", line) if run is None else line.replace(run.id, "R")
    return re.sub(r"(?<=[?&]wait=)\d+", "W", line)
