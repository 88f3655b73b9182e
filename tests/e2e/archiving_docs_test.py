"""Every example of docs/archiving.md: its files are written and its commands run, and the results arrive."""

import json
import os
import re
import socket
import subprocess
import unittest

from archivers import write_configuration
from harness import CLI, DEADLINE, E2ETestCase, ask_until, cli_environment, main
from kafka_cluster import LIBRARY as KAFKA
from kafka_cluster import KafkaCluster
from postgres_server import PROGRAMS as POSTGRES
from postgres_server import Postgres
from rabbitmq_server import EPMD, RabbitMq
from rabbitmq_server import PROGRAM as RABBITMQ
from sinks import RSYSLOG, HttpSink, Rsyslog, make_certificate
from trap_receiver import PROGRAM as SNMPTRAPD
from trap_receiver import TrapReceiver

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
MANUAL = os.path.join(TOP, "docs", "archiving.md")
CONFIGURATION = "/etc/pscheduler/archiver/"
FILE_OR_COMMANDS = re.compile(r"(?:`([\w./-]+)`:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)


def examples():
    """By the archiver whose section they are in: [(name of a file or None, language, text)]."""
    with open(MANUAL, encoding="utf-8") as file:
        sections = re.split(r"^## (.+)\n", file.read(), flags=re.MULTILINE)
    return {title.split()[0]: FILE_OR_COMMANDS.findall(text) for title, text in zip(sections[1::2], sections[2::2])}


class ArchivingManualTest(E2ETestCase):
    def setUp(self):
        self.directory = self.new_directory()
        self.configuration = self.new_directory()
        # What the manual measures on the Internet, and where it keeps results, is here.
        self.instead = {"www.example.org": "127.0.0.1"}
        self.daemon = self.start_daemon(environment={"PSCHEDULER_ARCHIVER_CONFIG": self.configuration})

    def enter(self, context):
        self.addCleanup(context.__exit__)
        return context

    def here(self, text):
        for there, here in self.instead.items():
            text = text.replace(there, here)
        return text

    def wait_until_archived(self):
        def waiting():
            return [self.daemon.api.get(f"/stat/archiving/{which}").text for which in ("backlog", "upcoming")]
        ask_until(waiting, lambda counts: counts == ["0\n", "0\n"])

    def follow(self, section):
        """Does what the section says; what each of its commands printed."""
        printed = []
        environment = cli_environment(self.daemon.address, {
            "PATH": os.path.dirname(CLI) + os.pathsep + os.environ["PATH"]})
        for name, language, text in examples()[section]:
            text = self.here(text)
            if name:
                path = name.replace(CONFIGURATION, self.configuration + "/")
                with open(os.path.join(self.directory, path), "w", encoding="utf-8") as file:
                    file.write(text)
            elif language == "sh":
                for command in text.splitlines():
                    ran = subprocess.run(["bash", "-c", command], cwd=self.directory, env=environment,
                                         capture_output=True, text=True, timeout=DEADLINE, check=False)
                    self.assertEqual(ran.returncode, 0, f"{command}\n{ran.stdout}\n{ran.stderr}")
                    self.wait_until_archived()
                    printed.append(ran.stdout)
        return printed

    def archivings(self):
        """Of all runs there are."""
        runs = [run for task in self.daemon.api.get("/tasks").json for run in self.daemon.api.get(task + "/runs").json]
        return [archiving for run in runs for archiving in self.daemon.api.get(run).json.get("archivings", [])]

    def assert_all_archived(self, count):
        self.assertEqual([archiving["archived"] for archiving in self.archivings()], [True] * count)

    def test_every_archiver_has_an_example(self):
        self.assertEqual(set(examples()), {"Seeing", "file", "http", "tcp", "syslog", "postgresql", "rabbitmq", "kafka",
                                           "snmptrap", "bitbucket"})

    def test_seeing_what_happens(self):
        _, shown, failed, offered = self.follow("Seeing")
        self.assertRegex(shown, r"(?m)^failing .* 1  [0-9a-f]{8} failer .*\(nowhere\)$")
        self.assertIn("after 1 attempt\n", failed)
        self.assertEqual(offered, "1 result is offered again.\n")
        [archiving] = self.archivings()
        self.assertEqual([archiving["archived"], len(archiving["diags"])], [False, 3])

    def test_file(self):
        self.instead["/var/lib/pscheduler/results"] = os.path.join(self.directory, "results")
        *_, line = self.follow("file")
        self.assertRegex(line, r'^"20\d\d-.*","127\.0\.0\.1",true\n$')
        self.assert_all_archived(1)

    def test_http(self):
        certificate, tls = make_certificate(self.directory, "127.0.0.1")
        sink = self.enter(HttpSink(tls=tls))
        self.instead |= {"collector.example.org": f"127.0.0.1:{sink.port}", "/etc/ssl/our-authority.pem": certificate}
        self.follow("http")
        request = sink.next()
        result = json.loads(request.body)
        self.assertEqual((request.method, request.path), ("PUT", f"/results/rtt/{result['id']}"))
        self.assertTrue(request.headers["Authorization"].startswith("Bearer "))
        self.assertIs(result["result"]["succeeded"], True)
        self.assert_all_archived(1)

    def test_tcp_and_udp(self):
        with socket.create_server(("127.0.0.1", 0)) as stream, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.bind(("127.0.0.1", 0))
            for listener, port in ((stream, 5170), (datagrams, 5171)):
                listener.settimeout(DEADLINE)
                self.instead[f'"collector.example.org", "port": {port}'] = \
                    f'"127.0.0.1", "port": {listener.getsockname()[1]}'
            self.follow("tcp")
            connection, _ = stream.accept()
            with connection, connection.makefile("rb") as sent:
                connection.settimeout(DEADLINE)
                result = json.loads(sent.read())
            self.assertEqual(json.loads(datagrams.recv(65536)),
                             {"id": result["id"], "ok": True, "from": "127.0.0.1", "to": "127.0.0.1"})
        self.assert_all_archived(2)

    @unittest.skipUnless(RSYSLOG, "rsyslog is not installed")
    def test_syslog(self):
        rsyslog = self.enter(Rsyslog(self.directory))
        write_configuration(self.configuration, "syslog", socket=os.path.join(self.directory, "log"))
        self.follow("syslog")
        [line] = rsyslog.lines(1)
        self.assertRegex(line, r"^local3\.info measurements <[0-9a-f-]{36} rtt to 127\.0\.0\.1: true>$")
        self.assert_all_archived(1)

    @unittest.skipUnless(POSTGRES, "PostgreSQL is not installed")
    def test_postgresql(self):
        server = self.enter(Postgres())
        [(_, _, table)] = [block for block in examples()["postgresql"] if block[1] == "sql"]
        server.sql(table)
        server.sql("GRANT INSERT ON results TO writer")
        self.instead["host=db.example.org port=5432 dbname=measurements user=writer password=zqK3-p0YV"] = server.dsn()
        self.follow("postgresql")
        self.assertEqual(server.sql("SELECT doc#>>'{test,spec,dest}', doc#>>'{result,succeeded}' FROM results"),
                         ["127.0.0.1|true"])
        self.assert_all_archived(1)

    @unittest.skipUnless(RABBITMQ and EPMD, "RabbitMQ is not installed")
    def test_rabbitmq(self):
        certificate, _ = make_certificate(self.directory, "localhost")
        server = self.enter(RabbitMq((certificate, os.path.join(self.directory, "localhost.key"))))
        server.new_queue("results", "measurements", "rtt")
        self.instead["amqps://writer:zqK3-p0YV@rabbit.example.org/%2F"] = server.url("localhost", tls=True)
        self.instead["/etc/ssl/our-authority.pem"] = certificate
        self.follow("rabbitmq")
        [result] = server.payloads("results")
        self.assertEqual((result["test"]["spec"]["dest"], result["result"]["succeeded"]), ("127.0.0.1", True))
        self.assert_all_archived(1)

    @unittest.skipUnless(KAFKA, "librdkafka is not installed")
    def test_kafka(self):
        cluster = self.enter(KafkaCluster(2))
        cluster.new_topic("measurements")
        self.instead["kafka-1.example.org:9092,kafka-2.example.org:9092"] = cluster.brokers
        self.follow("kafka")
        [result] = map(json.loads, cluster.take("measurements", 1))
        self.assertEqual((result["test"]["spec"]["dest"], result["result"]["succeeded"]), ("127.0.0.1", True))
        self.assert_all_archived(1)

    @unittest.skipUnless(SNMPTRAPD, "snmptrapd is not installed")
    def test_snmptrap(self):
        receiver = self.enter(TrapReceiver(self.directory))
        self.instead["traps.example.org"] = f"127.0.0.1:{receiver.port}"
        self.instead["zqK3-p0YV"] = receiver.community
        self.follow("snmptrap")
        [trap] = receiver.traps(1)
        self.assertEqual(trap.split("\t")[1:], [".1.3.6.1.6.3.1.1.4.1.0 .1.3.6.1.4.1.99999.0.7",
                                                '.1.3.6.1.4.1.99999.1.0 "rtt to 127.0.0.1"'])
        self.assert_all_archived(1)

    def test_bitbucket_and_failer(self):
        self.follow("bitbucket")
        self.assert_all_archived(2)
        self.assertEqual({archiving["archiver"]["name"] for archiving in self.archivings()}, {"bitbucket", "failer"})


if __name__ == "__main__":
    main()
