// What the data of archivers with programs of their own must be like.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "archiver/kafka/kafka.hpp"
#include "archiver/rabbitmq/amqp_url.hpp"
#include "archiver/rabbitmq/rabbitmq.hpp"
#include "archiver/snmptrap/snmptrap.hpp"

namespace pscheduler::plugins {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Case {
  const char* data;
  const char* trouble;  // part of what is said; empty: they are good
};

using Check = Result<void> (*)(const Json&);

void expect_judged(Check check, const Case& one) {
  const auto judged = check(Json::parse(one.data));
  const auto said = judged ? std::string() : judged.error().message;
  if (*one.trouble == '\0')
    EXPECT_THAT(said, IsEmpty()) << one.data;
  else
    EXPECT_THAT(said, HasSubstr(one.trouble)) << one.data;
  EXPECT_THAT(said, Not(HasSubstr("s3cret"))) << one.data;
}

class RabbitmqData : public testing::TestWithParam<Case> {};

TEST_P(RabbitmqData, IsJudged) {
  expect_judged(&check_rabbitmq_data, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Good, RabbitmqData,
    testing::Values(
        Case{R"({"_url": "amqp://h"})", ""},
        Case{R"({"_url": "AMQPS://u:p@[2001:db8::1]:1/%2F", "exchange": "e", "routing-key": "k"})", ""},
        Case{R"({"schema": 1, "_url": "amqp://h/", "retry-policy": [{"attempts": 1, "wait": "PT1S"}]})", ""},
        Case{R"({"schema": 2, "_url": "amqp://h/v", "routing-key": "k", "connection-expires": "PT1H"})", ""},
        Case{R"({"schema": 2, "_url": "amqp://h/v", "routing-key": {"script": ".test.type"}})", ""},
        Case{
            R"({"schema": 2, "_url": "amqp://h/v", "routing-key": {"script": [".a", "| .b"], "args": {"c": 1},
                 "output-raw": true}})",
            ""},
        Case{R"({"schema": 3, "_url": "amqp://h/v", "timeout": "PT5S"})", ""},
        Case{R"({"schema": 4, "_url": "amqps://h/v", "timeout": "PT5S", "verify-ssl": false})", ""}));

INSTANTIATE_TEST_SUITE_P(
    Bad, RabbitmqData,
    testing::Values(
        Case{"null", "At /"}, Case{"{}", "_url"},
        Case{R"({"_url": "http://u:s3cret@h/"})", "neither amqp://"},
        Case{R"({"_url": "s3cret"})", "neither amqp://"}, Case{R"({"_url": "amqp:///v"})", "names no host"},
        Case{R"({"_url": "amqp://u:s3/cret@h/v"})", "'/' as %2F"},
        Case{R"({"_url": "amqp://h:0/v"})", "names no host"},
        Case{R"({"_url": "amqp://h:65536/v"})", "names no host"}, Case{R"({"_url": "amqp://h/%00"})", "NUL"},
        Case{R"({"schema": 5, "_url": "amqp://h/"})", "schema"},
        Case{R"({"schema": 1, "_url": "amqp://h/", "routing-key": {"script": "."}})", "/routing-key"},
        Case{R"({"schema": 2, "_url": "amqp://h/", "routing-key": {"script": 5}})", "/routing-key"},
        Case{R"({"schema": 2, "_url": "amqp://h/", "routing-key": {"args": {}}})", "/routing-key"},
        Case{R"({"schema": 2, "_url": "amqp://h/", "routing-key": {"script": ".", "x": 1}})", "/routing-key"},
        Case{R"({"schema": 2, "_url": "amqp://h/", "timeout": "PT5S"})", "timeout"},
        Case{R"({"schema": 3, "_url": "amqp://h/", "timeout": 5})", "/timeout"},
        Case{R"({"schema": 3, "_url": "amqp://h/", "verify-ssl": true})", "verify-ssl"},
        Case{R"({"_url": "amqp://h/", "exchange": 7})", "/exchange"}));

TEST(RabbitmqData, NamesAreAsLongAsAmqpAllows) {
  Json data{
      {"_url", "amqp://h/"}, {"exchange", std::string(255, 'e')}, {"routing-key", std::string(255, 'k')}};
  EXPECT_TRUE(check_rabbitmq_data(data));
  data["routing-key"] = std::string(256, 'k');
  ASSERT_FALSE(check_rabbitmq_data(data));
  EXPECT_EQ(check_rabbitmq_data(data).error().message, "At /routing-key: has 256 bytes; AMQP allows 255.");
}

struct UrlCase {
  const char* text;
  AmqpUrl parts;
};

class AmqpUrls : public testing::TestWithParam<UrlCase> {};

TEST_P(AmqpUrls, AreTakenApart) {
  const auto url = AmqpUrl::parse(GetParam().text);
  ASSERT_TRUE(url) << GetParam().text;
  const auto& wanted = GetParam().parts;
  EXPECT_EQ(url->tls, wanted.tls);
  EXPECT_EQ(url->user, wanted.user);
  EXPECT_EQ(url->password, wanted.password);
  EXPECT_EQ(url->host, wanted.host);
  EXPECT_EQ(url->port, wanted.port);
  EXPECT_EQ(url->virtual_host, wanted.virtual_host);
}

INSTANTIATE_TEST_SUITE_P(
    Urls, AmqpUrls,
    testing::Values(UrlCase{"amqp://h", {false, "guest", "guest", "h", 5672, ""}},
                    UrlCase{"amqps://h/", {true, "guest", "guest", "h", 5671, ""}},
                    UrlCase{"amqp://h//", {false, "guest", "guest", "h", 5672, "/"}},
                    UrlCase{"amqp://h/%2f", {false, "guest", "guest", "h", 5672, "/"}},
                    UrlCase{"amqp://u@h:1/a/b?c=d#e", {false, "u", "guest", "h", 1, "a/b"}},
                    UrlCase{"amqp://u:p:q@[::1]:2/v", {false, "u", "p:q", "::1", 2, "v"}},
                    UrlCase{"amqp://u%40x:p%2Fq+%25@h/v", {false, "u@x", "p/q+%", "h", 5672, "v"}},
                    UrlCase{"amqp://u:100%@r@h/v", {false, "u", "100%@r", "h", 5672, "v"}}));

class KafkaData : public testing::TestWithParam<Case> {};

TEST_P(KafkaData, IsJudged) {
  expect_judged(&check_kafka_data, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Good, KafkaData,
    testing::Values(
        Case{R"({"topic": "t", "server": "h"})", ""},
        Case{R"({"schema": 1, "topic": "a.b-c_d", "server": "h:9092, [::1]:1,192.0.2.1"})", ""},
        Case{R"({"schema": 2, "topic": "t", "server": "h", "security-protocol": "PLAINTEXT", "more": 1})",
             ""},
        Case{R"({"schema": 2, "topic": "t", "server": "h", "security-protocol": "SSL", "archiver-id": "a",
                 "kafka-retries": 3, "retry-policy": [], "_ssl-cacert": "c", "_ssl-cert": "c", "_ssl-key": null,
                 "_ssl-password": "", "ssl-checkhostname": true})",
             ""}));

INSTANTIATE_TEST_SUITE_P(
    Bad, KafkaData,
    testing::Values(
        Case{"[]", "At /"}, Case{R"({"topic": "t"})", "server"}, Case{R"({"server": "h"})", "topic"},
        Case{R"({"topic": "a b", "server": "h"})", "/topic"},
        Case{R"({"topic": "t", "server": ""})", "/server"},
        Case{R"({"topic": "t", "server": "h,,i"})", "/server: '' is no broker"},
        Case{R"({"topic": "t", "server": "PLAINTEXT://h"})", "is no broker"},
        Case{R"({"topic": "t", "server": "h:0"})", "is no broker"},
        Case{R"({"schema": 2, "topic": "t", "server": "h"})", "security-protocol"},
        Case{R"({"schema": 2, "topic": "t", "server": "h", "security-protocol": "SASL_SSL"})",
             "/security-protocol"},
        Case{
            R"({"schema": 2, "topic": "t", "server": "h", "security-protocol": "SSL", "_ssl-key": ["s3cret"]})",
            "/_ssl-key"},
        Case{R"({"schema": 3, "topic": "t", "server": "h"})", "schema"}));

TEST(KafkaData, BrokersHaveAPort) {
  EXPECT_EQ(kafka_brokers("h:1, [2001:db8::1] ,192.0.2.1").value_or(""),
            "h:1,[2001:db8::1]:9092,192.0.2.1:9092");
}

class SnmptrapData : public testing::TestWithParam<Case> {};

TEST_P(SnmptrapData, IsJudged) {
  expect_judged(&check_snmptrap_data, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Good, SnmptrapData,
    testing::Values(
        Case{R"({"dest": "h", "trap-oid": "1.3.6.1.4.1.9.1", "_community": "public"})", ""},
        Case{R"({"schema": 1, "dest": "2001:db8::1", "trap-oid": "IF-MIB::linkDown", "_community": "c",
                 "instance-index": 3, "trap-varbinds": [{"oid": "IF-MIB::ifIndex.1", "value": 1},
                 {"oid": ".1.3", "value": "x"}, {"oid": "1.3", "value": 1.5}, {"oid": "1.3", "value": true}]})",
             ""},
        Case{R"({"dest": "[::1]:1162", "trap-oid": "1.3", "security-name": "u"})", ""},
        Case{R"({"dest": "h:1162", "trap-oid": "1.3", "security-name": "u", "security-level": "authPriv",
                 "auth-protocol": "MD5", "_auth-key": "12345678", "priv-protocol": "3DES", "_priv-key": "12345678"})",
             ""},
        Case{R"({"schema": 2, "dest": "h", "trap-oid": "1.3", "_community": "c", "version": "1",
                 "trap-varbinds": [{"oid": "1.3", "type": "Gauge32", "value": 1}]})",
             ""},
        Case{R"({"schema": 2, "dest": "h", "trap-oid": "1.3", "security-name": "u", "auth-protocol": "SHA256",
                 "_auth-key": "12345678"})",
             ""}));

INSTANTIATE_TEST_SUITE_P(
    Bad, SnmptrapData,
    testing::Values(
        Case{"{}", "dest"}, Case{R"({"dest": "h", "_community": "c"})", "trap-oid"},
        Case{R"({"dest": "h", "trap-oid": "1.3"})", "/_community: is missing"},
        Case{R"({"dest": "a b", "trap-oid": "1.3", "_community": "c"})", "/dest: is no host"},
        Case{R"({"dest": "h:0", "trap-oid": "1.3", "_community": "c"})", "/dest: is no host"},
        Case{R"({"dest": "h", "trap-oid": "up", "_community": "c"})", "/trap-oid"},
        Case{R"({"dest": "h", "trap-oid": "1.3", "_community": "c", "trap-varbinds": {}})", "/trap-varbinds"},
        Case{R"({"dest": "h", "trap-oid": "1.3", "_community": "c", "trap-varbinds": [{"oid": "1.3"}]})",
             "value"},
        Case{R"({"dest": "h", "trap-oid": "1.3", "_community": "c",
                 "trap-varbinds": [{"oid": "1.3", "value": []}]})",
             "/trap-varbinds/0/value"},
        Case{R"({"dest": "h", "trap-oid": "1.3", "_community": "c", "version": "1"})", "version"},
        Case{R"({"schema": 2, "dest": "h", "trap-oid": "1.3", "_community": "c", "version": "3"})",
             "/security-name: is missing"},
        Case{R"({"dest": "h", "trap-oid": "1.3", "security-name": "u", "_auth-key": "s3cret"})",
             "/_auth-key: has fewer than 8"},
        Case{R"({"dest": "h", "trap-oid": "1.3", "security-name": "u", "_priv-key": "12345678"})",
             "/_auth-key: is missing"},
        Case{R"({"dest": "h", "trap-oid": "1.3", "security-name": "u", "security-level": "authNoPriv"})",
             "/_auth-key: is missing"},
        Case{R"({"dest": "h", "trap-oid": "1.3", "security-name": "u", "security-level": "authPriv",
                 "_auth-key": "12345678"})",
             "/_priv-key: is missing"},
        Case{R"({"dest": "h", "trap-oid": "1.3", "security-name": "u", "auth-protocol": "SHA512",
                 "_auth-key": "12345678"})",
             "/auth-protocol"}));

}  // namespace
}  // namespace pscheduler::plugins
