"""A network of hosts for tests: each is a set of namespaces of its own (network, mounts, host name) on one switch.

    network = Network()                                   # skips the test where it may not make namespaces
    network.add("four", ["192.0.2.4"])                    # four.test; IPv4 only
    network.add("dual", ["192.0.2.2", "2001:db8::2"])
    network.add_nat("hidden", outside="192.0.2.9")        # hidden.test, behind a router that translates addresses
    network.start_daemons("four", "dual")                 # at once, each on its port 443
    network["four"].cli("task", "rtt", "--dest", "dual.test")
    network.close()

Each host has a keeper: a process that holds its namespaces and ends when its standard input does. So whatever becomes
of the test, kill -9 included, the system takes everything back: daemons get a signal when their parent dies, keepers
read the end of the pipe, and interfaces go with the last process of their namespace. Nothing has a name that another
test, or another run of this one, could use as well.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from harness import CLI, DEADLINE, Api, Daemon, cli_environment

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PROGRAMS = ("unshare", "nsenter", "ip", "nft")


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=DEADLINE, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def why_not():
    """Why this process can make no hosts; empty when it can."""
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        return "not installed: " + ", ".join(missing) + "; run packaging/install-dependencies test"
    tried = subprocess.run(["unshare", "--net", "--mount", "--uts", "ip", "link", "add", "type", "veth"],
                           capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else \
        "hosts are made of namespaces, which needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN): " + tried.stderr.strip()


class Namespace:
    """A network of its own with a host name, empty but for the loopback interface."""

    def __init__(self, name):
        self.name = name
        self._keeper = subprocess.Popen(  # pylint: disable=subprocess-popen-preexec-fn
            ["unshare", "--net", "--mount", "--uts", "sh", "-c", "hostname \"$0\"; echo; read -r _", name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=die_with_parent)
        self._keeper.stdout.readline()
        self.pid = self._keeper.pid
        self.run("ip", "link", "set", "lo", "up")

    def inside(self, *options):
        """What has to stand before a command that is to run here."""
        return ["nsenter", "--target", str(self.pid), "--net", "--mount", "--uts", *options, "--"]

    def run(self, *command, text=None):
        return run([*self.inside(), *command], text)

    @contextlib.contextmanager
    def network(self):
        """Sockets that this thread makes meanwhile belong to this host."""
        with open("/proc/thread-self/ns/net", "rb") as home, open(f"/proc/{self.pid}/ns/net", "rb") as there:
            self._enter(there)
            try:
                yield
            finally:
                self._enter(home)

    @staticmethod
    def _enter(namespace):
        if LIBC.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def close(self):
        self._keeper.stdin.close()
        self._keeper.wait(DEADLINE)
        self._keeper.stdout.close()


class HostApi(Api):
    """A client on the host itself."""

    def __init__(self, host):
        super().__init__(443, host=host.addresses[0])
        self._namespace = host

    def request(self, *args, **kwargs):
        with self._namespace.network():
            return super().request(*args, **kwargs)


class HostDaemon(Daemon):
    """The daemon of a host, on the port that others expect and by the host's name."""

    READY = r"SERVER_READY .*addresses=.*:(443)\b"

    def __init__(self, host, directory, **kwargs):
        super().__init__(directory, **kwargs)
        self.host = host

    def where(self):
        families = {":" in address for address in self.host.addresses}
        listen = [f"{any_address}:443" for any_address, is_v6 in (("0.0.0.0", False), ("[::]", True))
                  if is_v6 in families]
        return [word for address in listen for word in ("--listen", address)] + ["--hostname", self.host.domain_name]

    def launcher(self):
        return self.host.inside()

    def prepare_process(self):
        super().prepare_process()
        die_with_parent()

    @property
    def address(self):
        return self.host.domain_name

    def new_client(self):
        return HostApi(self.host)


class Host(Namespace):
    def __init__(self, network, name, addresses):
        super().__init__(name)
        self.domain_name = name + ".test"
        self.own_server = self.domain_name  # as programs here reach the daemon
        self.addresses = addresses
        self.daemon = None
        self._network = network

    @property
    def api(self):
        return self.daemon.api

    def use_files(self, directory):
        """Name service by a file that all hosts share and nothing else."""
        for file in ("hosts", "resolv.conf"):
            self.run("mount", "--bind", os.path.join(directory, file), "/etc/" + file)

    def give_addresses(self, interface, addresses, router=None):
        if not any(":" in address for address in addresses):
            self.run("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6")
        lines = [f"addr add {address}/{'64' if ':' in address else '24'} dev {interface}"
                 f"{' nodad' if ':' in address else ''}" for address in addresses]
        lines.append(f"link set {interface} up")
        if router:
            lines.append(f"route add default via {router}")
        self.run("ip", "-batch", "-", text="\n".join(lines) + "\n")

    def cli_command(self, *arguments):
        return [*self.inside(), CLI, *arguments]

    def cli_environment(self):
        return cli_environment(self.own_server)

    def cli(self, *arguments):
        """Runs pscheduler here to its end: returncode, stdout and stderr as text."""
        return subprocess.run(self.cli_command(*arguments), input="", capture_output=True, text=True,
                              timeout=2 * DEADLINE, env=self.cli_environment(), check=False)

    def drop_everything(self):
        """From now on whatever comes in is dropped without a word."""
        self.run("nft", "-f", "-", text="table inet deaf { chain input {\n"
                                        "  type filter hook input priority 0; policy drop;\n"
                                        "  iif lo accept\n}\n}\n")

    def close(self):
        if self.daemon:
            self.daemon.close()
        super().close()


class Network:
    """Hosts on one switch, which is a namespace of its own: nothing of it is seen outside."""

    def __init__(self):
        reason = why_not()
        if reason:
            raise unittest.SkipTest(reason)
        self._closing = contextlib.ExitStack()
        self._directory = tempfile.mkdtemp(prefix="pscheduler-e2e-")
        self._closing.callback(shutil.rmtree, self._directory, ignore_errors=True)
        self._hosts = {}
        self._ports = 0
        self._names = {"localhost": ["127.0.0.1", "::1"]}
        self._write_files()
        self._switch = Namespace("switch")
        self._closing.callback(self._switch.close)
        self._switch.run("ip", "link", "add", "bridge", "type", "bridge", "mcast_snooping", "0")
        self._switch.run("ip", "link", "set", "bridge", "up")

    def __getitem__(self, name):
        return self._hosts[name]

    def close(self):
        self._closing.close()

    def _write_files(self):
        """In place, since the file itself is what the hosts have mounted."""
        lines = [f"{address} {name}" for name, addresses in self._names.items() for address in addresses]
        for file, text in (("hosts", "\n".join(lines) + "\n"), ("resolv.conf", "options timeout:1 attempts:1\n")):
            with open(os.path.join(self._directory, file), "w", encoding="utf-8") as stream:
                stream.write(text)

    def name(self, name, *addresses):
        """Lets all hosts know the name, of which NAME.test is made."""
        self._names[name + ".test"] = list(addresses)
        self._write_files()

    def _new_host(self, name, addresses):
        host = Host(self, name, addresses)
        self._closing.callback(host.close)
        host.use_files(self._directory)
        return host

    def _plug_in(self, namespace, interface):
        self._ports += 1
        port = f"port{self._ports}"
        self._switch.run("ip", "-batch", "-", text=f"link add {port} type veth peer name {interface} "
                                                   f"netns {namespace.pid}\n"
                                                   f"link set {port} master bridge up\n")

    def add(self, name, addresses):
        """A host with these addresses, which NAME.test leads to; its last one is no less its own."""
        host = self._hosts[name] = self._new_host(name, addresses)
        self._plug_in(host, "eth0")
        host.give_addresses("eth0", addresses)
        self.name(name, *addresses)
        return host

    def add_nat(self, name, outside, inside="10.0.0.2", router_inside="10.0.0.1"):
        """A host behind a router that lets it out under its own address, and nobody in: all others find the router
        under NAME.test."""
        router = self._new_host(name + "-router", [outside])
        self._plug_in(router, "eth0")
        router.give_addresses("eth0", [outside])
        host = self._hosts[name] = self._new_host(name, [inside])
        router.run("ip", "link", "add", "eth1", "type", "veth", "peer", "name", "eth0", "netns", str(host.pid))
        router.give_addresses("eth1", [router_inside])
        router.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        router.run("nft", "-f", "-", text="table ip nat { chain out {\n"
                                          "  type nat hook postrouting priority 100;\n"
                                          "  oif eth0 masquerade\n}\n}\n")
        host.give_addresses("eth0", [inside], router_inside)
        host.own_server = inside
        self.name(name, outside)
        return host

    def start_daemons(self, *names, **kwargs):
        """All at once, as each takes a while with sanitizers."""
        for name in names:
            directory = os.path.join(self._directory, name)
            os.mkdir(directory)
            self._hosts[name].daemon = HostDaemon(self._hosts[name], directory, **kwargs)
            self._hosts[name].daemon.launch()
        for name in names:
            self._hosts[name].daemon.wait_until_ready()
