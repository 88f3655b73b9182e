"""The archiver `kafka` against the brokers of its library."""

import os
import socket
import ssl
import subprocess
import unittest

from archivers import RESULT, ArchiverProcess, ask, payload, record, write_configuration
from harness import E2ETestCase, main
from kafka_cluster import LIBRARY, KafkaCluster, KafkaRelay
from sinks import make_certificate, unused_port

POLICY = [{"attempts": 1, "wait": "PT10S"}]
OUTSIDE = {"from-outside": True}
KEY_PASSWORD = "pa55-of-key"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


@unittest.skipUnless(LIBRARY, "librdkafka is not installed")
class KafkaArchiverTest(E2ETestCase):
    def setUp(self):
        self.configuration = self.new_directory()
        self.archiver = ArchiverProcess("kafka", self.configuration)
        self.addCleanup(self.archiver.__exit__)
        self.cluster = self.enter(KafkaCluster())
        self.cluster.new_topic("results")

    def enter(self, context):
        self.addCleanup(context.__exit__)
        return context

    def archive(self, server, result=None, attempts=0, outside=False, **data):
        data = {"schema": 2, "topic": "results", "server": server, "security-protocol": "PLAINTEXT",
                "retry-policy": POLICY, **data}
        return self.archiver.archive(record(data, result, attempts, **(OUTSIDE if outside else {})))

    def assert_refused(self, answer, words, retry=None):
        self.assertIs(answer["succeeded"], False)
        self.assertIn(words, answer["error"])
        self.assertNotIn(KEY_PASSWORD, answer["error"])
        self.assertEqual(answer.get("retry"), retry)

    def test_sends_to_the_topic(self):
        server = self.cluster.brokers
        results = [{"n": 1}, "häh", {"text": "x" * 3_000_000}]
        self.assertEqual(self.archive(server), {"succeeded": True})
        for result in results:
            self.assertEqual(self.archive(server, result, **{"archiver-id": "here", "kafka-retries": 3, "more": 1}),
                             {"succeeded": True})
        self.assertEqual(self.cluster.take("results", 4), [payload(result) for result in (RESULT, *results)])
        self.assertEqual(self.archiver.close(), (0, ""))

    def test_data_of_version_1_will_do(self):
        for data in ({}, {"schema": 1}):
            data = {**data, "topic": "results", "server": self.cluster.brokers}
            self.assertEqual(self.archiver.archive(record(data, 1)), {"succeeded": True})
        self.assertEqual(self.cluster.take("results", 2), ["1", "1"])

    def test_what_is_not_acknowledged_has_failed(self):
        message_too_large, not_authorized, unknown_topic = 10, 29, 3
        self.cluster.refuse_messages(message_too_large)
        self.assert_refused(self.archive(self.cluster.brokers), "Kafka: Broker: Message size too large.", "PT10S")
        self.cluster.refuse_topic("results", not_authorized)
        self.assert_refused(self.archive(self.cluster.brokers), "Topic authorization failed", "PT10S")
        self.cluster.refuse_topic("results", unknown_topic)
        self.assert_refused(self.archive(self.cluster.brokers), "Unknown topic", "PT10S")

    def test_comes_back_after_an_outage(self):
        server = self.cluster.brokers
        self.assertEqual(self.archive(server, 1), {"succeeded": True})
        self.cluster.stop()
        self.assert_refused(self.archive(server, 2), "Kafka: No broker can be reached: ", "PT10S")
        self.cluster.start()
        self.assertEqual(self.archive(server, 2), {"succeeded": True})
        self.assertEqual(self.cluster.take("results", 2), ["1", "2"])

    def test_goes_to_whichever_broker_is_there(self):
        away = f"127.0.0.1:{unused_port()}"
        self.assert_refused(self.archive(away), "Connection refused", "PT10S")
        self.assertNotIn("retry", self.archive(away, attempts=1))
        answer = self.archive("no-such-host.invalid")
        self.assert_refused(answer, "no-such-host.invalid:9092", "PT10S")
        self.assertNotIn("in state", answer["error"], "what the library thinks of itself")
        self.assertEqual(self.archive(f"{away}, {self.cluster.brokers}", 1), {"succeeded": True})
        self.assertEqual(self.cluster.take("results", 1), ["1"])

    def tls(self, name="localhost"):
        """A relay with TLS that wants the client's certificate; the data for it."""
        directory = self.new_directory()
        certificate, tls = make_certificate(directory, name)
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_verify_locations(certificate)
        relay = self.enter(KafkaRelay(self.cluster, tls))
        encrypted = os.path.join(directory, "encrypted.key")
        subprocess.run(["openssl", "pkcs8", "-topk8", "-in", os.path.join(directory, name + ".key"), "-out", encrypted,
                        "-passout", f"pass:{KEY_PASSWORD}"], check=True, capture_output=True)
        return relay, {"security-protocol": "SSL", "_ssl-cacert": read(certificate), "_ssl-cert": read(certificate),
                       "_ssl-key": read(encrypted), "_ssl-password": KEY_PASSWORD, "ssl-checkhostname": False}

    def test_tls(self):
        relay, data = self.tls()
        server = f"localhost:{relay.port}"
        self.assertEqual(self.archive(server, 1, **data), {"succeeded": True})
        address = f"127.0.0.1:{relay.port}"  # which the certificate does not say
        for checks in ({"ssl-checkhostname": True}, {"ssl-checkhostname": None}):
            self.assert_refused(self.archive(address, 2, **{**data, **checks}), "certificate verify failed", "PT10S")
        good = self.tls("127.0.0.1")
        self.assertEqual(self.archive(f"127.0.0.1:{good[0].port}", 3, **{**good[1], "ssl-checkhostname": None}),
                         {"succeeded": True})
        self.assertEqual(self.cluster.take("results", 2), ["1", "3"])
        stranger = {**data, "ssl-checkhostname": False, "_ssl-cacert": good[1]["_ssl-cacert"]}
        self.assert_refused(self.archive(server, 2, **stranger), "certificate verify failed", "PT10S")
        self.assert_refused(self.archive(server, 2, **{**data, "_ssl-password": "wr0ng"}), "ssl.key.pem")
        self.assert_refused(self.archive(server, 2, **{**data, "_ssl-cacert": "no PEM"}), "ssl.ca.pem")

    def test_secrets_are_in_no_file_and_not_in_the_process_list(self):
        relay, data = self.tls()
        self.assertEqual(self.archive(f"localhost:{relay.port}", **data), {"succeeded": True})
        with open(f"/proc/{self.archiver.pid}/cmdline", "rb") as line, \
                open(f"/proc/{self.archiver.pid}/environ", "rb") as environment:
            self.assertNotIn(KEY_PASSWORD.encode(), line.read() + environment.read())
        folder = f"/proc/{self.archiver.pid}/fd"
        links = [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]
        self.assertEqual([link for link in links if link.startswith("/") and not link.startswith("/dev/")], [])

    def test_a_configured_authority_is_trusted(self):
        relay, data = self.tls()
        authority = os.path.join(self.configuration, "authority.pem")
        with open(authority, "w", encoding="utf-8") as file:
            file.write(data.pop("_ssl-cacert"))
        self.assert_refused(self.archive(f"localhost:{relay.port}", **data), "certificate verify failed", "PT10S")
        write_configuration(self.configuration, "kafka", ca_file=authority)
        self.assertEqual(self.archive(f"localhost:{relay.port}", **data), {"succeeded": True})

    def test_tasks_from_other_hosts_do_not_reach_this_one(self):
        server = self.cluster.brokers
        self.assertEqual(self.archive(server), {"succeeded": True}, "leaves a connection open")
        _, port = server.split(":")
        for host in ("127.0.0.1", "localhost", "0.0.0.0"):
            self.assert_refused(self.archive(f"{host}:{port}", outside=True), "this-host = yes")
        write_configuration(self.configuration, "kafka", this_host="yes")
        self.assertEqual(self.archive(server, outside=True), {"succeeded": True})

    def test_nor_do_they_where_a_cluster_leads_them(self):
        write_configuration(self.configuration, "kafka", this_host="yes", private="no")
        relay = self.enter(KafkaRelay(self.cluster, instead=b"10.1.2.33"))
        self.assert_refused(self.archive(f"127.0.0.1:{relay.port}", outside=True), "10.1.2.33 is a private address")

    def test_a_broker_that_does_not_answer(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.listen()
            self.archiver.send(record({"topic": "results", "server": f"127.0.0.1:{silent.getsockname()[1]}"}))
            silent.accept()[0].close()
            self.assertIn("No broker can be reached", self.archiver.answer()["error"])

    def test_says_what_it_is(self):
        self.assertEqual(ask("kafka", "enumerate")["name"], "kafka")


if __name__ == "__main__":
    main()
