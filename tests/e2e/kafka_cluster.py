"""Kafka brokers as librdkafka imitates them for its own tests, in this process; and a relay before one of them."""

import contextlib
import ctypes
import ctypes.util
import socket
import struct
import threading
import time

from harness import DEADLINE

LIBRARY = ctypes.util.find_library("rdkafka")
PRODUCER, CONSUMER = 0, 1
BEGINNING = -2
PRODUCE = 0  # the number of this request


class _Message(ctypes.Structure):
    _fields_ = [("error", ctypes.c_int), ("topic", ctypes.c_void_p), ("partition", ctypes.c_int32),
                ("payload", ctypes.c_void_p), ("length", ctypes.c_size_t), ("key", ctypes.c_void_p),
                ("key_length", ctypes.c_size_t), ("offset", ctypes.c_int64), ("private", ctypes.c_void_p)]


def _load():
    kafka = ctypes.CDLL(LIBRARY)
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, *arguments in (
            ("conf_new", pointer), ("conf_set", number, pointer, text, text, text, ctypes.c_size_t),
            ("new", pointer, number, pointer, text, ctypes.c_size_t), ("destroy", None, pointer),
            ("mock_cluster_new", pointer, pointer, number), ("mock_cluster_destroy", None, pointer),
            ("mock_cluster_bootstraps", text, pointer), ("mock_topic_create", number, pointer, text, number, number),
            ("mock_topic_set_error", None, pointer, text, number),
            ("mock_broker_set_down", number, pointer, ctypes.c_int32),
            ("mock_broker_set_up", number, pointer, ctypes.c_int32),
            ("mock_push_request_errors_array", None, pointer, ctypes.c_int16, ctypes.c_size_t, pointer),
            ("topic_partition_list_new", pointer, number), ("topic_partition_list_destroy", None, pointer),
            ("topic_partition_list_add", pointer, pointer, text, ctypes.c_int32),
            ("topic_partition_list_set_offset", number, pointer, text, ctypes.c_int32, ctypes.c_int64),
            ("assign", number, pointer, pointer), ("poll_set_consumer", number, pointer),
            ("consumer_poll", ctypes.POINTER(_Message), pointer, number), ("consumer_close", number, pointer),
            ("message_destroy", None, pointer)):
        function = getattr(kafka, "rd_kafka_" + name)
        function.restype, function.argtypes = result, arguments
    return kafka


class KafkaCluster(contextlib.AbstractContextManager):
    """`brokers` of them, as "server" names them. Topics have one partition each."""

    def __init__(self, size=1):
        self._kafka = _load()
        self._handle = self._client(PRODUCER, {})
        self._cluster = self._kafka.rd_kafka_mock_cluster_new(self._handle, size)
        self.brokers = self._kafka.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()
        self._size = size
        self._consumers = {}

    def _client(self, kind, settings):
        conf = self._kafka.rd_kafka_conf_new()
        for name, value in {"log_level": "0", **settings}.items():
            if self._kafka.rd_kafka_conf_set(conf, name.encode(), value.encode(), None, 0) != 0:
                raise AssertionError(f"{name} = {value}")
        return self._kafka.rd_kafka_new(kind, conf, None, 0)

    def new_topic(self, topic):
        self._kafka.rd_kafka_mock_topic_create(self._cluster, topic.encode(), 1, self._size)

    def refuse_topic(self, topic, error):
        self._kafka.rd_kafka_mock_topic_set_error(self._cluster, topic.encode(), error)

    def refuse_messages(self, *errors):
        """The next requests to keep some are answered so."""
        numbers = (ctypes.c_int * len(errors))(*errors)
        self._kafka.rd_kafka_mock_push_request_errors_array(self._cluster, PRODUCE, len(errors), numbers)

    def stop(self):
        for broker in range(1, self._size + 1):
            self._kafka.rd_kafka_mock_broker_set_down(self._cluster, broker)

    def start(self):
        for broker in range(1, self._size + 1):
            self._kafka.rd_kafka_mock_broker_set_up(self._cluster, broker)

    def _consumer(self, topic):
        if topic not in self._consumers:
            consumer = self._client(CONSUMER, {"bootstrap.servers": self.brokers, "group.id": "test"})
            self._kafka.rd_kafka_poll_set_consumer(consumer)
            partitions = self._kafka.rd_kafka_topic_partition_list_new(1)
            self._kafka.rd_kafka_topic_partition_list_add(partitions, topic.encode(), 0)
            self._kafka.rd_kafka_topic_partition_list_set_offset(partitions, topic.encode(), 0, BEGINNING)
            self._kafka.rd_kafka_assign(consumer, partitions)
            self._kafka.rd_kafka_topic_partition_list_destroy(partitions)
            self._consumers[topic] = consumer
        return self._consumers[topic]

    def take(self, topic, count):
        """So many messages that were not taken before."""
        consumer, taken, end = self._consumer(topic), [], time.monotonic() + DEADLINE
        while len(taken) < count:
            if time.monotonic() > end:
                raise AssertionError(f"only {taken}")
            message = self._kafka.rd_kafka_consumer_poll(consumer, 100)
            if message:
                if message.contents.error == 0:
                    taken.append(ctypes.string_at(message.contents.payload, message.contents.length).decode())
                self._kafka.rd_kafka_message_destroy(message)
        return taken

    def __exit__(self, *_):
        for consumer in self._consumers.values():
            self._kafka.rd_kafka_consumer_close(consumer)
            self._kafka.rd_kafka_destroy(consumer)
        self._kafka.rd_kafka_mock_cluster_destroy(self._cluster)
        self._kafka.rd_kafka_destroy(self._handle)


class KafkaRelay(contextlib.AbstractContextManager):
    """Before the one broker of a cluster, with TLS if it is given. It says that the broker is itself, or, of the same
    length, at `instead`."""

    def __init__(self, cluster, tls=None, instead=b"127.0.0.1"):
        _, port = cluster.brokers.split(":")
        self._there = ("127.0.0.1", int(port))
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._known = (b"127.0.0.1" + struct.pack(">i", int(port)), instead + struct.pack(">i", self.port))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._relay, args=(connection,), daemon=True).start()

    def _relay(self, connection):
        with contextlib.suppress(OSError), connection:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection, socket.create_connection(self._there) as broker, \
                    connection.makefile("rb") as requests, broker.makefile("rb") as answers:
                while True:  # clients ask one thing after another
                    for source, target in ((requests, broker), (answers, connection)):
                        size = source.read(4)
                        if len(size) < 4:
                            return
                        body = source.read(struct.unpack(">i", size)[0])
                        target.sendall(size + body.replace(*self._known))

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(DEADLINE)
