// What a person reads of the test latency, and the statistics in it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "native_catalogue.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"
#include "test/latency/histogram.hpp"

namespace pscheduler::plugins {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string formatted(const std::string& spec, const std::string& result,
                      const std::string& type = "text/plain") {
  sdk::Dispatcher dispatcher(native_catalogue());
  const auto outcome = dispatcher.call_text({"test", "latency", "result-format", {type}},
                                            R"({"spec":)" + spec + R"(,"result":)" + result + "}");
  return outcome.status == 0 ? outcome.text : "FAILED: " + outcome.errors;
}

struct Percentiles {
  const char* name;
  const char* histogram;
  double p25, median, p75, p95;
};

class HistogramPercentiles : public testing::TestWithParam<Percentiles> {};

TEST_P(HistogramPercentiles, AreThoseOfPscheduler) {
  const auto& row = GetParam();
  const auto buckets = read_histogram({{"h", Json::parse(row.histogram)}}, "h", 1.0);
  const auto statistics = statistics_of(buckets);
  ASSERT_TRUE(statistics);
  EXPECT_DOUBLE_EQ(statistics->p25, row.p25);
  EXPECT_DOUBLE_EQ(statistics->median, row.median);
  EXPECT_DOUBLE_EQ(statistics->p75, row.p75);
  EXPECT_DOUBLE_EQ(statistics->p95, row.p95);
}

INSTANTIATE_TEST_SUITE_P(
    Histograms, HistogramPercentiles,
    testing::Values(Percentiles{"One", R"({"7":1})", 7, 7, 7, 7},
                    Percentiles{"Same", R"({"7":100})", 7, 7, 7, 7},
                    Percentiles{"FourApart", R"({"1":1,"2":1,"3":1,"4":1})", 1.25, 2.5, 3.75, 4},
                    Percentiles{"InsideBuckets", R"({"10.25":3,"10.50":4,"10.75":3})", 10.25, 10.5, 10.75,
                                10.75},
                    Percentiles{"NumbersNotWords", R"({"10":1,"9":1,"-1":1})", -1, 9, 10, 10},
                    Percentiles{"EmptyBuckets", R"({"1":0,"2":2,"3":0})", 2, 2, 2, 2}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Histogram, HasMomentsAndModes) {
  const auto statistics = statistics_of({{1, 2}, {3, 2}, {8, 1}});
  ASSERT_TRUE(statistics);
  EXPECT_DOUBLE_EQ(statistics->minimum, 1);
  EXPECT_DOUBLE_EQ(statistics->maximum, 8);
  EXPECT_THAT(statistics->mean, DoubleNear(3.2, 1e-12));
  EXPECT_THAT(statistics->variance, DoubleNear(6.56, 1e-12));  // of the population: 32.8 / 5
  EXPECT_THAT(statistics->modes, ElementsAre(1, 3));
}

TEST(Histogram, MayBeEmpty) {
  EXPECT_FALSE(statistics_of({}));
  EXPECT_TRUE(read_histogram(Json::object(), "histogram-ttl", 1).empty());
}

constexpr const char* kResult = R"({"succeeded":true,"schema":1,"packets-sent":11,"packets-received":10,
    "packets-lost":1,"packets-duplicated":0,"packets-reordered":2,"max-clock-error":0.12,
    "histogram-latency":{"10.50":4,"9.75":3,"10.75":3},"histogram-ttl":{"251":9,"60":1}})";

TEST(LatencyResult, IsStatisticsAndHistograms) {
  EXPECT_EQ(formatted("{}", kResult),
            "Packet Statistics\n"
            "-----------------\n"
            "Packets Sent ............ 11 packets\n"
            "Packets Received ........ 10 packets\n"
            "Packets Lost ............ 1 packet\n"
            "Packets Duplicated ...... 0 packets\n"
            "Packets Reordered ....... 2 packets\n"
            "\n"
            "One-way Latency Statistics\n"
            "--------------------------\n"
            "Delay Median ............ 10.50 ms\n"
            "Delay Minimum ........... 9.75 ms\n"
            "Delay Maximum ........... 10.75 ms\n"
            "Delay Mean .............. 10.35 ms\n"
            "Delay Mode .............. 10.50 ms\n"
            "Delay 25th Percentile ... 9.75 ms\n"
            "Delay 75th Percentile ... 10.75 ms\n"
            "Delay 95th Percentile ... 10.75 ms\n"
            "Max Clock Error ......... 0.12 ms\n"
            "Common Jitter Measurements:\n"
            "    P95 - P50 ........... 0.25 ms\n"
            "    P75 - P25 ........... 1.00 ms\n"
            "    Variance ............ 0.17 ms^2\n"
            "    Std Deviation ....... 0.41 ms\n"
            "Histogram:\n"
            "    9.75 ms: 3 packets\n"
            "    10.50 ms: 4 packets\n"
            "    10.75 ms: 3 packets\n"
            "\n"
            "TTL Statistics\n"
            "--------------\n"
            "TTL Median .............. 251.00\n"
            "TTL Minimum ............. 60.00\n"
            "TTL Maximum ............. 251.00\n"
            "TTL Mean ................ 231.90\n"
            "TTL Mode ................ 251.00\n"
            "TTL 25th Percentile ..... 251.00\n"
            "TTL 75th Percentile ..... 251.00\n"
            "TTL 95th Percentile ..... 251.00\n"
            "Histogram:\n"
            "    60: 1 packet\n"
            "    251: 9 packets");
}

TEST(LatencyResult, IsTablesInHtml) {
  const auto html = formatted("{}", kResult, "text/html");
  EXPECT_THAT(html, HasSubstr("<h4>One-way Latency Statistics</h4>"));
  EXPECT_THAT(html, HasSubstr("<tr><th>Delay Median</th><td>10.50 ms</td></tr>"));
  EXPECT_THAT(html, HasSubstr("<th>Latency</th><th>Packets</th>"));
  EXPECT_THAT(html, HasSubstr("<tr><td>9.75 ms</td><td>3</td></tr>"));
}

TEST(LatencyResult, TurnsBucketsIntoMilliseconds) {
  struct Case {
    const char* spec;
    const char* line;
  };
  for (const auto& [spec, line] :
       {Case{R"({"bucket-width":0.0001})", "    1.234 ms: 1 packet"},
        Case{R"({"bucket-width":0.0005})", "    6.170 ms: 1 packet"},
        Case{R"({"bucket-width":0.01})", "    123.4 ms: 1 packet"},
        Case{R"({"bucket-width":0.5})", "    6170 ms: 1 packet"}, Case{"{}", "    12.34 ms: 1 packet"}}) {
    EXPECT_THAT(formatted(spec, R"({"succeeded":true,"histogram-latency":{"12.34":1}})"), HasSubstr(line));
  }
}

TEST(LatencyResult, TellsNothingFromZero) {
  const auto text = formatted("{}", R"({"succeeded":true,"packets-sent":1,"packets-received":0})");
  EXPECT_THAT(text, HasSubstr("Packets Received ........ 0 packets\n"));
  EXPECT_THAT(text, HasSubstr("Packets Lost ............ Not Reported\n"));
  EXPECT_THAT(text, HasSubstr("Delay Median ............ Not Reported\n"));
  EXPECT_THAT(text, Not(HasSubstr("Histogram")));
}

TEST(LatencyResult, NamesSomeOfManyModes) {
  const auto text =
      formatted("{}", R"({"succeeded":true,"histogram-ttl":{"1":2,"2":2,"3":2,"4":2,"5":2,"6":2}})");
  EXPECT_THAT(text, HasSubstr("TTL Mode ................ 1.00, 2.00, 3.00, 4.00, 5.00 and 1 more\n"));
}

TEST(LatencyResult, ListsPacketsOneByOne) {
  // 2026-05-01T10:00:00.5Z, and 12.5 ms later.
  const auto text = formatted("{}", R"({"succeeded":true,"raw-packets":[
      {"seq-num":0,"src-ts":17122395651779330048,"src-clock-sync":true,"src-clock-err":0.00012,
       "dst-ts":17122395651833017140,"dst-clock-sync":false,"ip-ttl":61},
      {"seq-num":1,"src-ts":17122395651779330048,"src-clock-sync":true,"dst-ts":0,"dst-clock-sync":false,
       "ip-ttl":255}]})");
  EXPECT_THAT(text, HasSubstr("Raw Packets\n-----------\nSeq No  Sent "));
  EXPECT_THAT(text, HasSubstr("0       2026-05-01T10:00:00.500000+00:00  Yes, 0.120 ms  "
                              "2026-05-01T10:00:00.512500+00:00  No             12.500        61\n"));
  EXPECT_THAT(text, HasSubstr("Yes            Lost "));
}

TEST(LatencyResult, RefusesHistogramsOfWords) {
  EXPECT_THAT(formatted("{}", R"({"succeeded":true,"histogram-ttl":{"sixty":1}})"),
              HasSubstr("At /histogram-ttl"));
}

TEST(LatencySpec, SaysUnits) {
  sdk::Dispatcher dispatcher(native_catalogue());
  const auto outcome = dispatcher.call_text({"test", "latency", "spec-format", {"text/plain"}},
                                            R"({"dest":"h","packet-interval":0.1,"packet-timeout":2,
      "packet-padding":10,"bucket-width":0.001,"data-ports":{"lower":9000,"upper":10000},"output-raw":false})");
  EXPECT_EQ(outcome.text,
            "Destination ....... h\n"
            "Packet Interval ... 0.1 seconds\n"
            "Packet Timeout .... 2 seconds\n"
            "Packet Padding .... 10 bytes\n"
            "Data Ports ........ 9000-10000\n"
            "Bucket Width ...... 0.001 seconds\n"
            "Raw Packets ....... False");
}

}  // namespace
}  // namespace pscheduler::plugins
