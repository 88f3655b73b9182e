"""A host that has named network namespaces of its own: its /run and /etc are seen by nobody else."""

import os
import shutil
import subprocess
import tempfile

from harness import CLASSES, DAEMON, DEADLINE
from hosts import HostDaemon, Network

BIN = os.path.dirname(DAEMON)
SOURCES = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "enter"))
NOBODY = 65534
UNPRIVILEGED = 1  # a user who is in none of that one's groups
# As the service manager starts the daemon: a user of its own who may use low ports, and whose tools may, too.
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
             "--inh-caps=-all,+net_bind_service", "--ambient-caps=-all,+net_bind_service"]


class NobodysDaemon(HostDaemon):
    """A daemon without any right but that."""

    def launcher(self):
        return [*self.host.inside(), *AS_NOBODY]


def new_host(test, name="host"):
    """Skips the test where it may not be made."""
    network = Network()
    test.addCleanup(network.close)
    host = network.add(name, ["192.0.2.1"])
    etc = tempfile.mkdtemp(prefix="pscheduler-e2e-")
    test.addCleanup(shutil.rmtree, etc, ignore_errors=True)
    os.chmod(etc, 0o755)
    host.run("cp", "-a", "/etc/.", etc)
    host.run("mount", "--bind", etc, "/etc")
    host.run("mount", "-t", "tmpfs", "none", "/run")
    return network, host


def add_namespace(host, name, address):
    """A network that nothing leads to but being in it."""
    host.run("ip", "netns", "add", name)
    host.run("ip", "-n", name, "link", "set", "lo", "up")
    host.run("ip", "-n", name, "address", "add", address + "/32", "dev", "lo")


def write_file(host, path, text):
    host.run("sh", "-c", 'mkdir -p "$(dirname "$0")" && cat >"$0"', path, text=text)


class OwnPrograms:
    """A copy of the plug-ins with a pscheduler-enter that may be given capabilities."""

    def __init__(self, test):
        self.top = tempfile.mkdtemp(prefix="pscheduler-e2e-")
        test.addCleanup(shutil.rmtree, self.top, ignore_errors=True)
        os.chmod(self.top, 0o755)
        self.classes = os.path.join(self.top, "classes")
        shutil.copytree(CLASSES, self.classes, symlinks=True)
        programs = os.path.join(self.top, "bin")
        os.mkdir(programs)
        for program in os.listdir(BIN):
            if program.startswith("pscheduler-") and program not in ("pscheduler-enter", "pscheduler-plugin"):
                os.symlink(os.path.join(BIN, program), os.path.join(programs, program))
        plugin = os.path.join(programs, "pscheduler-plugin")
        try:
            os.link(os.path.join(BIN, "pscheduler-plugin"), plugin)
        except OSError:  # another file system
            shutil.copy2(os.path.join(BIN, "pscheduler-plugin"), plugin)
        self.enter = shutil.copy2(os.path.join(BIN, "pscheduler-enter"), programs)
        self.enable = shutil.copy2(os.path.join(SOURCES, "enable-contexts"), programs)
        os.chmod(self.enter, 0o750)

    def let(self, group):
        """Runs enable-contexts for the group: its exit status, and what it said."""
        ran = subprocess.run([self.enable, group], capture_output=True, text=True, timeout=DEADLINE, check=False)
        return ran.returncode, ran.stderr


def others_can_run(program):
    """Whether the folders it is in let everybody through."""
    ran = subprocess.run([*AS_NOBODY, program, "--version"], capture_output=True, timeout=DEADLINE, check=False)
    return ran.returncode == 0
