// What a person knows a destination by, and never its secrets.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "services/archiving/destination_place.hpp"

namespace pscheduler::services {
namespace {

struct Place {
  std::string name;
  std::string data;
  std::string shown;
};

class DestinationPlaces : public ::testing::TestWithParam<Place> {};

TEST_P(DestinationPlaces, AreKnownAndTellNoSecret) {
  const auto shown = destination_place(Json::parse(GetParam().data));
  EXPECT_EQ(shown, GetParam().shown);
  EXPECT_EQ(shown.find("s3cret"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    All, DestinationPlaces,
    ::testing::Values(
        Place{"url", R"({"_url": "HTTPS://sink.example:8443/s3cret?key=s3cret"})",
              "https://sink.example:8443"},
        Place{"user", R"({"_url": "amqp://me:s3cret@mq.example/vhost"})", "amqp://mq.example"},
        Place{"v6", R"({"_url": "http://[2001:db8::7]:80#s3cret"})", "http://[2001:db8::7]:80"},
        Place{"slash_in_password", R"({"_url": "https://me:s3cret/@sink.example/", "op": "put"})",
              R"({"op":"put"})"},
        Place{"digits_in_password", R"({"_url": "https://me:123/s3cret@sink.example/"})", "{}"},
        Place{"no_url", R"({"_url": "s3cret"})", "{}"},
        Place{"dsn", R"({"_dsn": "host = db.example port=5433 user=me password='it\\'s s3cret' dbname=x"})",
              "postgresql://db.example:5433/x"},
        Place{"dsn_address", R"({"_dsn": "password=s3cret hostaddr=192.0.2.1"})", "postgresql://192.0.2.1"},
        Place{"dsn_url", R"({"_dsn": "postgresql://me:s3cret@db.example/x?password=s3cret"})",
              "postgresql://db.example"},
        Place{"dsn_without_host", R"({"_dsn": "password=s3cret", "table": "t"})", R"({"table":"t"})"},
        Place{"dsn_broken", R"({"_dsn": "password='s3cret", "table": "t"})", R"({"table":"t"})"},
        Place{"data", R"({"schema": 2, "file": "a.jsonl", "_key": "s3cret", "retry-policy": []})",
              R"({"file":"a.jsonl"})"},
        Place{"deep", R"({"a": [{"_b": "s3cret", "c": 1}]})", R"({"a":[{"c":1}]})"},
        Place{"null", "null", "null"}),
    [](const auto& tested) { return tested.param.name; });

TEST(DestinationPlaces, AreBounded) {
  EXPECT_LT(destination_place({{"topic", std::string(10'000, 'x')}}).size(), 300U);
  EXPECT_LT(destination_place({{"_url", "https://" + std::string(10'000, 'x')}}).size(), 300U);
}

}  // namespace
}  // namespace pscheduler::services
