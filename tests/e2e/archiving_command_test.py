"""`pscheduler archiving`: what keeps results from real servers shows in words, and what was given up goes out again."""

import json
import unittest

from harness import E2ETestCase, main, noop
from postgres_server import PROGRAMS as POSTGRES
from postgres_server import Postgres
from sinks import HttpSink, unused_port

TOKEN = "zqK3-p0YV-77aM"


class ArchivingCommandTest(E2ETestCase):
    def setUp(self):
        self.daemon = self.start_daemon()

    def archiving(self, *words):
        ran = self.daemon.cli("archiving", *words)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran)
        self.assertNotIn(TOKEN, ran.stdout)
        return ran.stdout

    def archived(self, *archives):
        """The run of a task with these archives, each of which has been tried."""
        task = self.daemon.api.new_task(noop(schema=5, archives=list(archives)))
        href = self.daemon.api.final_run(self.daemon.api.first_run(task)["href"])["href"]
        self.daemon.api.archivings_once(self.path(href), lambda archiving: archiving["diags"])
        return href

    @staticmethod
    def path(href):
        return href.split("/pscheduler")[1]

    def wait_until_archived(self, href):
        self.daemon.api.archivings_once(self.path(href), lambda archiving: archiving["archived"])

    @staticmethod
    def http(url, label="web", **data):
        return {"schema": 3, "archiver": "http", "label": label, "data": {"schema": 4, "_url": url, **data}}

    def test_nothing_is_archived(self):
        self.assertIn("none of its tasks asks for that", self.archiving())
        self.assertEqual(self.archiving("--failed"), "Nothing was given up, of the results that are still kept.\n")
        self.assertIn("Nothing is offered again", self.archiving("--retry"))

    def test_a_wrong_host_shows_in_words(self):
        policy = [{"attempts": 9, "wait": "PT1H"}]
        self.archived(self.http(f"http://no-such-host.invalid:8080/{TOKEN}", **{"retry-policy": policy}))
        text = self.archiving()
        self.assertRegex(text, r"(?m)^failing +1 +\d+ seconds? +never +0 +[0-9a-f]{8} http "
                               r"http://no-such-host.invalid:8080 \(web\)$")
        self.assertRegex(" ".join(text.split()), r"ago: .*no-such-host\.invalid")
        ran = self.daemon.cli("troubleshoot", "--quick")
        self.assertIn("Seeing that results arrive ... 1 of 1 destinations take none", ran.stdout)
        self.assertEqual(ran.returncode, 0, ran.stdout)
        metrics = self.daemon.api.get("/metrics").text
        [destination] = json.loads(self.archiving("--format", "json"))
        self.assertIn(f'pscheduler_destination_waiting{{archiver="http",destination="{destination["id"]}"}} 1', metrics)
        self.assertIn('pscheduler_load_max{of="archivings"} 500000', metrics)
        self.assertNotIn(TOKEN, metrics)

    @unittest.skipUnless(POSTGRES, "PostgreSQL is not installed")
    def test_a_wrong_password_shows_in_words(self):
        with Postgres() as server:
            server.sql("CREATE TABLE results (doc jsonb); GRANT INSERT ON results TO writer")
            data = {"_dsn": server.dsn(password=TOKEN), "table": "results", "column": "doc"}
            self.archived({"archiver": "postgresql", "data": data})
            text = " ".join(self.archiving().split())
            self.assertIn(f"postgresql postgresql://127.0.0.1:{server.port}/postgres", text)
            self.assertIn("password authentication failed", text)
            self.assertIn("password authentication failed", " ".join(self.archiving("--failed", "postgresql").split()))

    def test_what_was_given_up_arrives_when_it_is_offered_again(self):
        port = unused_port()
        runs = [self.archived(self.http(f"http://127.0.0.1:{port}/{TOKEN}")) for _ in range(3)]
        other = self.archived(self.http(f"http://127.0.0.1:{unused_port()}/", label="other"))
        failed = self.archiving("--failed", "web")
        for run in runs:
            self.assertIn(run, failed)
        self.assertNotIn(other, failed)
        self.assertIn("Connection refused", " ".join(failed.split()))
        with HttpSink(port=port) as sink:
            self.assertEqual(self.archiving("--retry", runs[0]), "1 result is offered again.\n")
            self.assertEqual(self.path(json.loads(sink.next().body)["run"]["href"]), self.path(runs[0]))
            self.wait_until_archived(runs[0])
            self.assertEqual(self.archiving("--retry", "web"), "2 results are offered again.\n")
            self.assertEqual({self.path(json.loads(sink.next().body)["run"]["href"]) for _ in range(2)},
                             set(map(self.path, runs[1:])))
            for run in runs:
                self.wait_until_archived(run)
            self.assertEqual(self.archiving("--failed", "web"),
                             "Nothing was given up there, of the results that are still kept.\n")
            self.assertTrue(sink.requests.empty())
        before = json.loads(self.archiving("--format", "json"))
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(json.loads(self.archiving("--format", "json")), before)
        self.assertEqual([each["state"] for each in before if each["label"] == "web"], ["idle"])


if __name__ == "__main__":
    main()
