"""The archiver `rabbitmq` against a real RabbitMQ."""

import json
import os
import socket
import threading
import unittest

from archivers import RESULT, ArchiverProcess, ask, payload, record, write_configuration
from harness import E2ETestCase, main, noop
from rabbitmq_server import EPMD, PROGRAM, RabbitMq
from sinks import make_certificate, unused_port

POLICY = [{"attempts": 1, "wait": "PT10S"}]
OUTSIDE = {"from-outside": True}


@unittest.skipUnless(PROGRAM and EPMD, "RabbitMQ is not installed")
class RabbitmqArchiverTest(E2ETestCase):
    @classmethod
    def setUpClass(cls):
        certificates = cls._new_directory(cls.addClassCleanup)
        cls.certificate, _ = make_certificate(certificates, "localhost")
        cls.server = RabbitMq((cls.certificate, os.path.join(certificates, "localhost.key")))
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.new_queue("results", "measurements", "rtt")

    def setUp(self):
        self.configuration = self.new_directory()
        self.archiver = ArchiverProcess("rabbitmq", self.configuration)
        self.addCleanup(self.archiver.__exit__)
        self.server.take("results")

    def archive(self, url, result=None, attempts=0, outside=False, **data):
        data = {"_url": url, "exchange": "measurements", "routing-key": "rtt", "retry-policy": POLICY,
                **{name.replace("_", "-"): value for name, value in data.items()}}
        return self.archiver.archive(record(data, result, attempts, **(OUTSIDE if outside else {})))

    def assert_refused(self, answer, words, retry=None):
        self.assertIs(answer["succeeded"], False)
        self.assertIn(words, answer["error"])
        self.assertNotIn(self.server.password, answer["error"])
        self.assertEqual(answer.get("retry"), retry)

    def sockets(self):
        """Those of the archiver, by which its connections are told apart."""
        folder = f"/proc/{self.archiver.pid}/fd"
        links = [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]
        return sorted(link for link in links if link.startswith("socket:"))

    def test_publishes_over_one_connection(self):
        url = self.server.url()
        self.assertEqual(self.archive(url), {"succeeded": True})
        first = self.sockets()
        results = [{"n": 1}, "häh", {"text": "x" * 3_000_000}]
        for result in results:
            self.assertEqual(self.archive(url, result), {"succeeded": True})
        self.assertEqual(self.archiver.archive(record({"_url": url, "routing-key": "results"}, 4)), {"succeeded": True})
        self.assertEqual(self.sockets(), first)
        self.assertEqual(len(first), 1)
        messages = self.server.take("results")
        self.assertEqual([message["payload"] for message in messages],
                         [payload(), *(payload(result) for result in results), "4"])
        self.assertEqual([(message["exchange"], message["routing_key"]) for message in messages],
                         [("measurements", "rtt")] * 4 + [("", "results")])
        self.assertFalse(messages[0]["properties"])
        self.assertEqual(self.archiver.close(), (0, ""))

    def test_says_what_the_server_says(self):
        answer = self.archive(self.server.url(password="wr0ng-one"))
        self.assert_refused(answer, f"127.0.0.1 port {self.server.port} refused: ACCESS_REFUSED - Login was refused",
                            "PT10S")
        self.assertNotIn("wr0ng-one", answer["error"])
        self.assert_refused(self.archive(self.server.url(vhost="/nowhere")), "vhost nowhere not found", "PT10S")
        self.assert_refused(self.archive(self.server.url(vhost="")), "vhost  not found", "PT10S")
        self.assert_refused(self.archive(self.server.url(vhost="/%2e%2E")), "vhost .. not found", "PT10S")
        self.assert_refused(self.archive(self.server.url(user="outsider")), "access to vhost '/' refused", "PT10S")
        for _ in range(2):  # also on a connection that was good before
            self.assertEqual(self.archive(self.server.url()), {"succeeded": True})
            answer = self.archive(self.server.url(), exchange="nothing")
            self.assert_refused(answer, "no exchange 'nothing' in vhost '/'", "PT10S")
        self.assert_refused(self.archive(f"amqp://127.0.0.1:{unused_port()}/"), "Connection refused", "PT10S")
        self.assert_refused(self.archive("amqp://no-such-host.invalid/"), "no-such-host.invalid has no", "PT10S")
        self.assertNotIn("retry", self.archive(self.server.url(), exchange="nothing", attempts=1))

    def test_a_message_without_a_queue_has_failed(self):
        url = self.server.url()
        answer = self.archive(url, routing_key="throughput")
        self.assert_refused(answer, "has no queue for the message: NO_ROUTE", "PT10S")
        before = self.sockets()
        self.assertEqual(self.archive(url), {"succeeded": True})
        self.assertEqual(self.sockets(), before, "the connection is still good")
        self.assertEqual(self.server.payloads("results"), [RESULT])

    def test_a_full_queue_has_failed(self):
        self.server.manage("PUT", "queues/%2F/full", {"durable": True, "arguments": {
            "x-max-length": 0, "x-overflow": "reject-publish"}})
        url = self.server.url()
        answer = self.archive(url, exchange="", routing_key="full")
        self.assert_refused(answer, "could not keep the message", "PT10S")

    def test_connections_expire_and_come_back(self):
        url = self.server.url()
        self.archive(url, schema=2, connection_expires="PT0S")
        first = self.sockets()
        self.archive(url, schema=2, connection_expires="PT0S")
        self.assertNotEqual(self.sockets(), first)
        for connection in self.server.connections(1):
            self.server.manage("DELETE", f"connections/{connection}")
        self.assertEqual(self.archive(url), {"succeeded": True})
        self.server.stop()
        self.assert_refused(self.archive(url), "Connection refused", "PT10S")
        self.server.start()
        self.assertEqual(self.archive(url, 7), {"succeeded": True})
        self.assertEqual(self.server.payloads("results"), [7])

    def test_after_an_outage_each_arrives_once(self):
        daemon = self.start_daemon(environment={"PSCHEDULER_ARCHIVER_CONFIG": self.configuration})
        self.server.stop()
        archive = {"archiver": "rabbitmq", "data": {
            "_url": self.server.url(), "exchange": "measurements", "routing-key": "rtt",
            "retry-policy": [{"attempts": 1000, "wait": "PT1S"}]}}
        tasks = [daemon.api.new_task(noop(data=number, archives=[archive])) for number in range(6)]
        runs = [daemon.api.final_run(daemon.api.first_run(task)["href"])["href"] for task in tasks]
        for run in runs:
            daemon.api.archivings_once(run, lambda archiving: archiving["diags"])  # it has failed once
        self.server.start()
        for run in runs:
            daemon.api.archivings_once(run, lambda archiving: archiving["archived"])
        arrived = [result["id"] for result in self.server.payloads("results")]
        self.assertEqual(sorted(arrived), sorted(run.rsplit("/", 1)[1] for run in runs))
        diags = json.dumps([daemon.api.get(run).json["archivings"] for run in runs])
        self.assertIn("Connection refused", diags)
        self.assertNotIn(self.server.password, diags)

    def test_the_routing_key_may_be_made_of_the_result(self):
        for place in ("paris", "oslo"):
            self.server.new_queue(f"results-{place}", "measurements", f"noop.{place}")
        daemon = self.start_daemon(environment={"PSCHEDULER_ARCHIVER_CONFIG": self.configuration})
        archive = {"archiver": "rabbitmq", "data": {
            "schema": 2, "_url": self.server.url(), "exchange": "measurements",
            "routing-key": {"script": "\"\\(.test.type).\\(.test.spec.data | ascii_downcase)\""}}}
        for place in ("Paris", "Oslo"):
            run = daemon.api.finished_run(noop(data=place, archives=[archive]))["href"]
            [archiving] = daemon.api.archivings_once(run, lambda archiving: archiving["completed"])
            self.assertTrue(archiving["archived"], archiving)
            [message] = self.server.take(f"results-{place.lower()}")
            self.assertEqual(message["routing_key"], f"noop.{place.lower()}")
            self.assertEqual(json.loads(message["payload"])["id"], run.rsplit("/", 1)[1])

    def test_waits_no_longer_than_it_may(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"amqp://127.0.0.1:{silent.getsockname()[1]}/"
            for scheme in ("amqp", "amqps"):
                answer = self.archive(url.replace("amqp", scheme), schema=3, timeout="PT0.2S")
                self.assert_refused(answer, "did not answer within the time", "PT10S")

    def test_a_server_that_does_not_read_ends_nothing_else(self):
        """It takes messages no more when it is short of memory."""
        url = self.server.url()
        self.assertEqual(self.archive(url, 1), {"succeeded": True})
        self.server.control("set_vm_memory_high_watermark", "absolute", "1")
        try:
            answer = self.archive(url, "x" * 30_000_000, schema=3, timeout="PT3S")
            self.assert_refused(answer, "takes no messages for now", "PT10S")
        finally:
            self.server.control("set_vm_memory_high_watermark", "0.4")
        self.assertEqual(self.archive(url, 2), {"succeeded": True})

    def test_certificates(self):
        good, other = self.server.url("localhost", tls=True), self.server.url("127.0.0.1", tls=True)
        self.assertEqual(self.archive(good, schema=3), {"succeeded": True}, "as pScheduler 5.2 does")
        self.assertEqual(self.archive(good, schema=4, verify_ssl=False), {"succeeded": True})
        self.assert_refused(self.archive(good, schema=4), "is not trusted: self-signed certificate", "PT10S")
        write_configuration(self.configuration, "rabbitmq", ca_file=self.certificate)
        self.assertEqual(self.archive(good, schema=4), {"succeeded": True})
        before = self.sockets()
        self.assertEqual(self.archive(good, schema=4), {"succeeded": True})
        self.assertEqual(self.sockets(), before, "kept open")
        self.assert_refused(self.archive(other, schema=4), "IP address mismatch", "PT10S")
        write_configuration(self.configuration, "rabbitmq", verify_ssl="yes")
        self.assert_refused(self.archive(good, schema=4, verify_ssl=False), "is not trusted", "PT10S")
        write_configuration(self.configuration, "rabbitmq", ca_file="/nonexistent")
        self.assert_refused(self.archive(good, schema=4), "ca-file: /nonexistent cannot be read", "PT10S")
        plain = self.server.url().replace("amqp:", "amqps:")
        self.assert_refused(self.archive(plain, schema=4, verify_ssl=False), "does not speak TLS", "PT10S")

    def test_tls_asks_for_the_server_by_its_name(self):
        names = []
        _, tls = make_certificate(self.new_directory(), "localhost")
        tls.sni_callback = lambda _, name, __: names.append(name)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def serve():
                for _ in range(2):
                    listener.accept()[0].close()  # that it can be reached is found out first
                    connection, _ = listener.accept()
                    try:
                        tls.wrap_socket(connection, server_side=True).close()
                    except OSError:
                        connection.close()
            thread = threading.Thread(target=serve)
            thread.start()
            for host in ("localhost", "127.0.0.1"):
                self.archive(f"amqps://{host}:{listener.getsockname()[1]}/")
            thread.join()
        self.assertEqual(names, ["localhost", None])

    def test_tasks_from_other_hosts_do_not_reach_this_one(self):
        self.assertEqual(self.archive(self.server.url()), {"succeeded": True}, "leaves a connection open")
        for host in ("127.0.0.1", "localhost", "0.0.0.0", "[::1]"):
            for tls in (False, True):
                answer = self.archive(self.server.url(host, tls=tls), outside=True)
                self.assert_refused(answer, "this-host = yes")
        write_configuration(self.configuration, "rabbitmq", this_host="yes")
        self.assertEqual(self.archive(self.server.url(), outside=True), {"succeeded": True})

    def test_a_transform_that_nobody_ran_is_given_up(self):
        answer = self.archive(self.server.url(), schema=2, routing_key={"script": ".test.type"})
        self.assert_refused(answer, "At /routing-key: is a transform")

    def test_secrets_are_not_in_the_process_list(self):
        self.archive(self.server.url())
        with open(f"/proc/{self.archiver.pid}/cmdline", "rb") as line, \
                open(f"/proc/{self.archiver.pid}/environ", "rb") as environment:
            self.assertNotIn(self.server.password.encode(), line.read() + environment.read())

    def test_tells_which_members_are_transforms(self):
        self.assertEqual(ask("rabbitmq", "enumerate")["transforms"], ["routing-key"])


if __name__ == "__main__":
    main()
