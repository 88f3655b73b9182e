"""What the tests with a real daemon share: the harness of the end-to-end tests, and plug-ins for two hosts."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

# pylint: disable=wrong-import-position
from harness import E2ETestCase
from scripted import write_plugin

from book import Tool
from cases import Peer52TestCase

_METHODS = {
    ("test", "participants"): """
sed -n 's/.*"hosts":\\(\\[[^]]*\\]\\).*/{"participants":\\1}/p'
""",
    ("tool", "participant-data"): """
cat >/dev/null; echo '{"of": "the daemon", "_secret": "its own"}'
""",
    ("tool", "merged-results"): """
input=$(cat)
case "$input" in
  *,null*|*'[null'*) echo '{"schema": 1, "succeeded": false, "error": "A result is missing."}' ;;
  *) printf '{"schema": 1, "succeeded": true, "input": %s}\\n' "$input" ;;
esac
""",
}

# It brings what it was given, so that this can be looked at.
_RUN = """
printf '{"succeeded": true, "result": {"input": %s}}\\n' "$(cat)"
"""


def tools(**settings):
    """What a pretended host has for the tests of the plug-ins."""
    return [Tool("pair-tool", "pair", **settings),
            Tool("pairex-tool", "pairex", scheduling_class="exclusive", **settings)]


class InteropTestCase(Peer52TestCase, E2ETestCase):
    """One daemon for all tests of a class, with the tests `pair` (background) and `pairex` (exclusive). Their
    participants are the `hosts` of the spec."""

    @classmethod
    def setUpClass(cls):
        root = cls._new_directory(cls.addClassCleanup)
        for name, scheduling_class in (("pair", "background"), ("pairex", "exclusive")):
            write_plugin(root, name, run=_RUN, scheduling_class=scheduling_class, methods=_METHODS)
        cls.daemon = cls.start_class_daemon(class_roots=[root])

    def setUp(self):
        self.api = self.daemon.new_client()
        self.addCleanup(self.api.close)

    def pair(self, *hosts, test="pair", **members):
        """A task for hosts: pretended ones, the daemon, or names."""
        names = [host if isinstance(host, str) else host.address for host in hosts]
        return {"test": {"type": test, "spec": {"hosts": names}}, "schedule": {}, **members}
