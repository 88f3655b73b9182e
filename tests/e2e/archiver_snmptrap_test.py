"""The archiver `snmptrap` against a real snmptrapd."""

import os
import unittest

from archivers import ArchiverProcess, ask, record, write_configuration
from harness import E2ETestCase, main
from trap_receiver import PROGRAM, TrapReceiver

OUTSIDE = {"from-outside": True}
ENGINE = "0x80001f8804706572662d31"
AUTH, PRIV = "s3cret-auth", "s3cret-priv"
USERS = [("plain", "noauth", ""), ("md5", "auth", f"MD5 {AUTH}"), ("sha", "auth", f"SHA {AUTH}"),
         ("aes", "priv", f"SHA {AUTH} AES {PRIV}"), ("aes256", "priv", f"SHA-512 {AUTH} AES-256 {PRIV}")]
TRAP = "1.3.6.1.4.1.99999.0.7"
NAME = ".1.3.6.1.4.1.99999"
MODULE = """
SAMPLE-MIB DEFINITIONS ::= BEGIN
sample OBJECT IDENTIFIER ::= { iso org(3) dod(6) internet(1) private(4) enterprises(1) 99999 }
state OBJECT-TYPE
    SYNTAX INTEGER { good(1), bad(2) }
    MAX-ACCESS read-only
    STATUS current
    DESCRIPTION "A value with names."
    ::= { sample 5 }
done NOTIFICATION-TYPE
    STATUS current
    DESCRIPTION "A trap."
    ::= { sample 6 }
END
"""


def received(trap=TRAP, *variables):
    """What snmptrapd writes of a trap's variables after the uptime."""
    return "\t".join([f".1.3.6.1.6.3.1.1.4.1.0 .{trap}", *variables])


@unittest.skipUnless(PROGRAM, "snmptrapd is not installed")
class SnmptrapArchiverTest(E2ETestCase):
    def setUp(self):
        self.directory = self.new_directory()
        self.configuration = self.new_directory()
        users = [(f"-e {ENGINE} {name}", level, secrets) for name, level, secrets in USERS]
        self.receiver = TrapReceiver(self.directory, users)
        self.addCleanup(self.receiver.__exit__)
        self.configure()
        self.archiver = self.new_archiver()

    def configure(self, **settings):
        write_configuration(self.configuration, "snmptrap", engine_id=ENGINE, **settings)

    def new_archiver(self):
        archiver = ArchiverProcess("snmptrap", self.configuration)
        self.addCleanup(archiver.__exit__)
        return archiver

    def data(self, *variables, **members):
        data = {"dest": f"127.0.0.1:{self.receiver.port}", "trap-oid": TRAP, "_community": self.receiver.community,
                "trap-varbinds": list(variables), **members}
        return {name: value for name, value in data.items() if value is not None}

    def send(self, *variables, **members):
        return self.archiver.archive(record(self.data(*variables, **members)))

    def traps(self, count):
        """Without the uptime, which they have first."""
        return [line.split("\t", 1)[1] for line in self.receiver.traps(count)]

    def assert_refused(self, answer, words):
        self.assertIs(answer["succeeded"], False)
        self.assertIn(words, answer["error"])
        self.assertNotIn("s3cret", answer["error"])
        self.assertNotIn("retry", answer)

    def test_sends_what_is_configured_and_nothing_else(self):
        variables = [{"oid": "1.3.6.1.4.1.99999.1.0", "value": value}
                     for value in (5, -7, 3000000000, 5000000000, 1.5, True, False, "häh")]
        self.assertEqual(self.send(*variables), {"succeeded": True})
        self.assertEqual(self.send(), {"succeeded": True})
        first, second = self.traps(2)
        values = [line.split(" ", 1)[1] for line in first.split("\t")[1:]]
        self.assertEqual(values[:7], ["5", "-7", "3000000000", "5000000000", '"1.5"', "1", "2"])
        self.assertEqual(second, received())
        self.assertEqual(self.archiver.close(), (0, ""))

    def test_types(self):
        cases = {"Integer": (5, "5"), "Unsigned32": (6, "6"), "Gauge32": (7, "7"), "Counter32": (8, "8"),
                 "Counter64": (9, "9"), "TimeTicks": (100, "0:0:00:01.00"), "IpAddress": ("192.0.2.1", "192.0.2.1"),
                 "ObjectIdentifier": (".1.3.6.1", ".1.3.6.1"), "OctetString": (10, '"10"'), "HexString": ("4142", '"AB"')}
        for kind, (value, _) in cases.items():
            self.assertEqual(self.send({"oid": NAME + ".1", "type": kind, "value": value}, schema=2),
                             {"succeeded": True}, kind)
        self.assertEqual(self.traps(len(cases)), [received(TRAP, f"{NAME}.1 {text}") for _, text in cases.values()])
        answer = self.send({"oid": NAME + ".1", "type": "IpAddress", "value": "here"}, schema=2)
        self.assert_refused(answer, f"The value of {NAME}.1 does not fit its type, IpAddress.")

    def test_version_1(self):
        for trap in (TRAP, "1.3.6.1.4.1.99999.3", "1.3.6.1.6.3.1.1.5.3"):
            answer = self.send({"oid": NAME + ".1", "value": 5}, schema=2, version="1", **{"trap-oid": trap})
            self.assertEqual(answer, {"succeeded": True})
        traps = self.receiver.traps(3)
        self.assertEqual(traps, [f"{NAME}|6|.7|{NAME}.1 5", f"{NAME}|6|.3|{NAME}.1 5",
                                 f".1.3.6.1.6.3.1.1.5|2|0|{NAME}.1 5"])

    def user(self, name, auth=None, priv=None, **members):
        return self.send({"oid": NAME + ".1", "value": name}, _community=None, **{
            "security-name": name, "auth-protocol": auth, "_auth-key": AUTH if auth else None,
            "priv-protocol": priv, "_priv-key": PRIV if priv else None, **members})

    def test_version_3(self):
        for _ in range(2):  # a new process goes on where the one before it was
            self.assertEqual(self.user("plain"), {"succeeded": True})
            self.assertEqual(self.user("md5", "MD5"), {"succeeded": True})
            self.assertEqual(self.user("sha", "SHA", **{"_auth-key": "wr0ng-one"}), {"succeeded": True})
            self.assertEqual(self.user("sha", "SHA"), {"succeeded": True}, "with its own key again")
            self.assertEqual(self.user("aes", "SHA", "AES128"), {"succeeded": True})
            self.assertEqual(self.user("aes256", "SHA512", "AES256", schema=2), {"succeeded": True})
            self.archiver = self.new_archiver()
        names = ["plain", "md5", "sha", "aes", "aes256"] * 2
        self.assertEqual(self.traps(10), [received(TRAP, f'{NAME}.1 "{name}"') for name in names])
        self.assert_refused(self.user("aes", "SHA", "3DES"), "3DES is not known to the SNMP library of this host")

    def test_names_of_modules(self):
        self.assert_refused(self.send(**{"trap-oid": "SAMPLE-MIB::done"}), "no module installed on this host has")
        with open(os.path.join(self.directory, "SAMPLE-MIB.txt"), "w", encoding="utf-8") as file:
            file.write(MODULE)
        self.configure(mib_directories=self.directory)
        self.archiver = self.new_archiver()
        variables = [{"oid": "SAMPLE-MIB::state.1", "value": "bad"}, {"oid": "SAMPLE-MIB::state", "value": 1}]
        answer = self.send(*variables, **{"trap-oid": "SAMPLE-MIB::done", "instance-index": 4})
        self.assertEqual(answer, {"succeeded": True})
        self.assertEqual(self.traps(1), [received("1.3.6.1.4.1.99999.6", f"{NAME}.5.1 2", f"{NAME}.5.4 1")])
        self.assert_refused(self.send(**{"trap-oid": "SAMPLE-MIB::nothing"}), "SAMPLE-MIB::nothing is not known here")
        self.assertEqual(self.archiver.close(), (0, ""))

    def test_reads_and_writes_no_files_of_its_user(self):
        home = self.new_directory()
        os.makedirs(os.path.join(home, ".snmp"))
        with open(os.path.join(home, ".snmp", "snmp.conf"), "w", encoding="utf-8") as file:
            file.write("defVersion 3\nnoSuchDirective\n")
        os.environ["HOME"], before = home, os.environ.get("HOME", "/")
        self.addCleanup(os.environ.__setitem__, "HOME", before)
        self.archiver = self.new_archiver()
        self.assertEqual(self.send(), {"succeeded": True})
        self.assertEqual(self.traps(1), [received()])
        self.assertEqual(self.archiver.close(), (0, ""))
        self.assertEqual([os.path.join(folder, name) for folder, _, names in os.walk(home) for name in names],
                         [os.path.join(home, ".snmp", "snmp.conf")])

    def test_says_what_stands_in_the_way(self):
        self.assert_refused(self.send(dest="no-such-host.invalid"), "no-such-host.invalid has no address")
        self.assert_refused(self.user("sha", "SHA", **{"_auth-key": "s3cret"}), "has fewer than 8 characters")
        write_configuration(self.configuration, "snmptrap", engine_id="12")
        self.assert_refused(self.send(), "engine-id is \"12\"; give 5 to 32 bytes")

    def test_tasks_from_other_hosts_do_not_reach_this_one(self):
        data = self.data()
        for host in ("127.0.0.1", "localhost", "0.0.0.0", "[::1]"):
            outside = {**data, "dest": f"{host}:{self.receiver.port}"}
            self.assert_refused(self.archiver.archive(record(outside, **OUTSIDE)), "this-host = yes")
        self.configure(this_host="yes")
        self.assertEqual(self.archiver.archive(record(data, **OUTSIDE)), {"succeeded": True})
        self.assertEqual(self.traps(1), [received()])

    def test_secrets_are_not_in_the_process_list(self):
        self.assertEqual(self.user("aes", "SHA", "AES"), {"succeeded": True})
        with open(f"/proc/{self.archiver.pid}/cmdline", "rb") as line, \
                open(f"/proc/{self.archiver.pid}/environ", "rb") as environment:
            self.assertNotIn(b"s3cret", line.read() + environment.read())

    def test_says_what_it_is(self):
        self.assertEqual(ask("snmptrap", "enumerate")["name"], "snmptrap")


if __name__ == "__main__":
    main()
