"""The archiver `postgresql` against a real PostgreSQL."""

import json
import os
import socket
import unittest

from archivers import RESULT, ArchiverProcess, ask, record, write_configuration
from harness import E2ETestCase, ask_until, main
from postgres_server import PROGRAMS, Postgres
from sinks import make_certificate

POLICY = [{"attempts": 1, "wait": "PT10S"}]
OUTSIDE = {"from-outside": True}


@unittest.skipUnless(PROGRAMS, "PostgreSQL is not installed")
class PostgresqlArchiverTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = cls._new_directory(cls.addClassCleanup)
        cls.certificate, _ = make_certificate(cls.certificates, "127.0.0.1")
        cls.server = Postgres((cls.certificate, os.path.join(cls.certificates, "127.0.0.1.key")))
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.sql("CREATE TABLE results (plain text, doc jsonb); GRANT INSERT ON results TO writer")

    def setUp(self):
        self.configuration = self.new_directory()
        self.archiver = ArchiverProcess("postgresql", self.configuration)
        self.addCleanup(self.archiver.__exit__)
        self.server.sql("TRUNCATE results")
        # Servers notice some time later that the client of the test before has gone.
        ask_until(self.clients, lambda clients: not clients)

    def archive(self, dsn, result=None, column="doc", table="results", attempts=0, **members):
        data = {"_dsn": dsn, "table": table, "column": column, "retry-policy": POLICY}
        return self.archiver.archive(record(data, result, attempts, **members))

    def assert_refused(self, answer, words, retry=None):
        self.assertIs(answer["succeeded"], False)
        self.assertIn(words, answer["error"])
        self.assertNotIn(self.server.password, answer["error"])
        self.assertEqual(answer.get("retry"), retry)

    def clients(self):
        return self.server.sql("SELECT pid FROM pg_stat_activity WHERE usename = 'writer'")

    def test_inserts_rows_over_one_connection(self):
        dsn = self.server.dsn()
        self.assertEqual(self.archive(dsn), {"succeeded": True})
        first = self.clients()
        for result in ({"n": 2}, "'; DROP TABLE results; --"):
            self.assertEqual(self.archive(dsn, result), {"succeeded": True})
        self.assertEqual(self.archive(dsn, "häh", column="PLAIN"), {"succeeded": True})
        rows = self.server.sql("SELECT doc FROM results WHERE doc IS NOT NULL")
        self.assertEqual([json.loads(row) for row in rows], [RESULT, {"n": 2}, "'; DROP TABLE results; --"])
        self.assertEqual(self.server.sql("SELECT plain FROM results WHERE plain IS NOT NULL"), ['"h\\u00e4h"'])
        self.assertEqual(len(first), 1)
        self.assertEqual(self.clients(), first)
        self.assertEqual(self.archiver.close(), (0, ""))

    def test_a_large_result(self):
        result = {"text": "x" * 3_000_000}
        self.assertEqual(self.archive(self.server.dsn(), result), {"succeeded": True})
        self.assertEqual(self.server.sql("SELECT length(doc->>'text') FROM results"), ["3000000"])

    def test_connections_expire_and_come_back(self):
        data = {"_dsn": self.server.dsn(), "table": "results", "column": "doc", "connection-expires": "PT0S"}
        self.archiver.archive(record(data))
        first = self.clients()
        self.archiver.archive(record(data))
        self.assertNotEqual(self.clients(), first)
        self.server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'writer'")
        self.assertEqual(self.archive(self.server.dsn()), {"succeeded": True})
        self.server.stop()
        self.assert_refused(self.archive(self.server.dsn()), "Connection refused", "PT10S")
        self.server.start()
        self.assertEqual(self.archive(self.server.dsn()), {"succeeded": True})
        self.assertEqual(self.server.sql("SELECT count(*) FROM results"), ["4"])

    def test_says_what_the_database_says(self):
        dsn = self.server.dsn()
        answer = self.archive(self.server.dsn(password="wr0ng-one"))
        self.assert_refused(answer, "password authentication failed", "PT10S")
        self.assertNotIn("wr0ng-one", answer["error"])
        self.assert_refused(self.archive(dsn, table="nowhere"), 'relation "nowhere" does not exist', "PT10S")
        self.assert_refused(self.archive(dsn, column="nothing"), 'column "nothing"', "PT10S")
        self.assertNotIn("retry", self.archive(dsn, table="nowhere", attempts=1))
        self.assert_refused(self.archive("host=no-such-host.invalid"), "no-such-host.invalid", "PT10S")
        answer = self.archive(f"what is this {self.server.password}")
        self.assert_refused(answer, "At /_dsn: is not a connection text")

    def test_certificates(self):
        dsn = self.server.dsn(sslmode="verify-full")
        self.assert_refused(self.archive(dsn), "certificate", "PT10S")
        write_configuration(self.configuration, "postgresql", ca_file=self.certificate)
        self.assertEqual(self.archive(dsn), {"succeeded": True})

    def test_goes_to_no_socket_and_no_file_of_this_host(self):
        socket_folder = self.server.directory
        for host in (socket_folder, "''", None, f"127.0.0.1,{socket_folder}", "@abstract"):
            dsn = self.server.dsn(host=host, user="owner", password=None)
            self.assert_refused(self.archive(dsn), "local-sockets = yes")
        dsn = self.server.dsn(host=f"db.example,{socket_folder}", hostaddr="127.0.0.1,", user="owner", password=None)
        self.assert_refused(self.archive(dsn), "local-sockets = yes")
        self.assertEqual(self.archive(self.server.dsn(host=None, hostaddr="127.0.0.1")), {"succeeded": True})
        secret = os.path.join(self.configuration, "secret")
        with open(secret, "w", encoding="utf-8") as file:
            file.write(f"127.0.0.1:{self.server.port}:postgres:writer:{self.server.password}\n")
        os.chmod(secret, 0o600)
        for member in ("passfile", "sslkey", "sslcert", "sslrootcert", "sslcrl", "service"):
            self.assert_refused(self.archive(self.server.dsn(**{member: secret})), f"{member} leads to files")
        self.assert_refused(self.archive(self.server.dsn(replication="true")), "replication cannot be used")
        write_configuration(self.configuration, "postgresql", local_sockets="yes", files="yes")
        dsn = self.server.dsn(host=socket_folder, user="owner", password=None)
        self.assertEqual(self.archive(dsn), {"succeeded": True})
        self.assertEqual(self.archive(self.server.dsn(password=None, passfile=secret)), {"succeeded": True})
        self.assert_refused(self.archive(dsn, **OUTSIDE), "must name one host")
        self.assert_refused(self.archive(self.server.dsn(password=None, passfile=secret), **OUTSIDE),
                            "passfile leads to files")

    def test_a_host_that_keeps_silent_is_not_waited_for_for_long(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            two = self.server.dsn(host="127.0.0.1,127.0.0.1", port=f"{port},{self.server.port}", connect_timeout=2)
            self.assertEqual(self.archive(two), {"succeeded": True}, "the second takes it")
            self.assert_refused(self.archive(self.server.dsn(port=port, connect_timeout=2)), "timeout", "PT10S")

    def test_tasks_from_other_hosts_do_not_reach_this_one(self):
        self.assertEqual(self.archive(self.server.dsn()), {"succeeded": True}, "leaves a connection open")
        for host in ("127.0.0.1", "localhost", "0.0.0.0", "::1"):
            self.assert_refused(self.archive(self.server.dsn(host=host), **OUTSIDE), "this-host = yes")
        self.assert_refused(self.archive(self.server.dsn(host="db.example", hostaddr="127.0.0.1"), **OUTSIDE),
                            "this-host = yes")
        self.assert_refused(self.archive(self.server.dsn(host="db.example,localhost"), **OUTSIDE), "one host")
        write_configuration(self.configuration, "postgresql", this_host="yes")
        self.assertEqual(self.archive(self.server.dsn(host="localhost"), **OUTSIDE), {"succeeded": True})

    def test_judges_data(self):
        good = {"schema": 1, "_dsn": "host=h", "table": "t", "column": "c$_1", "connection-expires": "PT1M",
                "retry-policy": POLICY}
        self.assertEqual(ask("postgresql", "enumerate")["name"], "postgresql")
        self.assertEqual(ask("postgresql", "data-is-valid", good), {"valid": True})
        for more, words in (({"_dsn": "@/etc/passwd"}, "/_dsn: begins with @"), ({"_dsn": ""}, "/_dsn"),
                            ({"_dsn": "host=h\0x"}, "NUL"), ({"table": "a.b"}, "/table"),
                            ({"table": "t; DROP"}, "/table"), ({"column": "1c"}, "/column"),
                            ({"column": "c" * 64}, "/column"), ({"schema": 2}, "schema")):
            answer = ask("postgresql", "data-is-valid", {**good, **more})
            self.assertIs(answer["valid"], False)
            self.assertIn(words, answer["error"])


if __name__ == "__main__":
    main()
