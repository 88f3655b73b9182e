"""The archiver `syslog` against a real rsyslog, and against a socket for what rsyslog would not show."""

import os
import re
import socket
import unittest

from archivers import ArchiverProcess, ask, payload, record, write_configuration
from harness import DEADLINE, E2ETestCase, main
from sinks import RSYSLOG, Rsyslog

class SyslogArchiverTest(E2ETestCase):
    def setUp(self):
        self.directory = self.new_directory()
        self.path = os.path.join(self.directory, "log")
        self.configure()
        self.archiver = ArchiverProcess("syslog", self.directory)
        self.addCleanup(self.archiver.__exit__)

    def configure(self, **settings):
        write_configuration(self.directory, "syslog", socket=self.path, **settings)

    def listen(self):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(listener.close)
        listener.bind(self.path)
        listener.settimeout(DEADLINE)
        return listener

    @unittest.skipUnless(RSYSLOG, "rsyslog is not installed")
    def test_rsyslog_receives_results(self):
        rsyslog = Rsyslog(self.directory)
        self.addCleanup(rsyslog.__exit__)
        self.assertEqual(self.archiver.archive(record({})), {"succeeded": True})
        data = {"schema": 1, "ident": "lab 7", "facility": "local3", "priority": "warning"}
        self.assertEqual(self.archiver.archive(record(data, "a text as it is")), {"succeeded": True})
        large = {"text": "x" * 30000}
        self.assertEqual(self.archiver.archive(record(data, large)), {"succeeded": True})
        self.assertEqual(rsyslog.lines(3), [
            f"user.info pScheduler <{payload()}>", "local3.warning lab_7 <a text as it is>",
            f"local3.warning lab_7 <{payload(large)}>"])
        self.assertEqual(self.archiver.close(), (0, ""))

    def test_messages_have_the_form_that_loggers_read(self):
        listener = self.listen()
        self.assertEqual(self.archiver.archive(record({"ident": "a:b\n<0>"}, 7)), {"succeeded": True})
        message = listener.recv(65536).decode()
        self.assertRegex(message, r"^<14>[A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d a_b_<0>\[\d+\]: 7$")
        facilities = ["kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron"]
        numbers = dict(zip(facilities, range(10))) | {f"local{number}": 16 + number for number in range(8)}
        priorities = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]
        for facility, number in numbers.items():
            for priority in (priorities[0], priorities[-1]):
                self.archiver.archive(record({"facility": facility, "priority": priority}, 7))
                value = int(re.match(r"<(\d+)>", listener.recv(65536).decode()).group(1))
                self.assertEqual(value, number * 8 + priorities.index(priority))

    def test_says_when_there_is_no_logger(self):
        answer = self.archiver.archive(record({}))
        self.assertIn(f"{self.path}: No such file or directory; is a logger running?", answer["error"])
        self.assertEqual(answer["retry"], "PT10S")
        self.assertNotIn("retry", self.archiver.archive(record({}, attempts=6)))
        listener = self.listen()
        self.assertEqual(self.archiver.archive(record({}, 1)), {"succeeded": True})
        self.assertTrue(listener.recv(65536))
        answer = self.archiver.archive(record({}, "x" * 10_000_000))
        self.assertIn("let a transform keep less", answer["error"])
        self.assertNotIn("retry", answer)

    def test_tasks_from_other_hosts_write_no_log_here(self):
        listener = self.listen()
        answer = self.archiver.archive(record({}, **{"from-outside": True}))
        self.assertIn("outside = yes\" in section [syslog]", answer["error"])
        self.assertNotIn("retry", answer)
        self.configure(outside="yes")
        self.assertEqual(self.archiver.archive(record({}, 1, **{"from-outside": True})), {"succeeded": True})
        self.assertTrue(listener.recv(65536).endswith(b": 1"))

    def test_judges_data(self):
        self.assertEqual(ask("syslog", "enumerate")["name"], "syslog")
        for data in ({}, {"schema": 1, "ident": "x", "facility": "local7", "priority": "debug"}):
            self.assertEqual(ask("syslog", "data-is-valid", data), {"valid": True})
        for data, words in (({"facility": "authpriv"}, "/facility"), ({"priority": 3}, "/priority"), (None, "At /"),
                            ({"schema": 2}, "schema"), ({"retry-policy": []}, "retry-policy")):
            answer = ask("syslog", "data-is-valid", data)
            self.assertIs(answer["valid"], False)
            self.assertIn(words, answer["error"])


if __name__ == "__main__":
    main()
