// The helpers a tool's run is written with: its input, its envelope, time and names.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/plugin_sdk/names.hpp"
#include "pscheduler/plugin_sdk/run_input.hpp"
#include "pscheduler/plugin_sdk/temp_dir.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"

namespace pscheduler::sdk {
namespace {

using testing::HasSubstr;

Json run_input() {
  return Json::parse(R"({"schema": 1, "task-uuid": "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001",
      "schedule": {"start": "2031-05-06T07:08:09+02:00", "duration": "PT19S"},
      "test": {"type": "rtt", "spec": {"dest": "b.example"}},
      "participant": 1, "participant-data": [{}, {"port": 5201}]})");
}

TEST(RunInput, IsReadWhole) {
  const auto input = parse_run_input(run_input());
  ASSERT_TRUE(input) << input.error().message;
  EXPECT_EQ(input->start, std::chrono::sys_days(std::chrono::year(2031) / 5 / 6) + std::chrono::hours(5) +
                              std::chrono::minutes(8) + std::chrono::seconds(9));
  EXPECT_EQ(input->duration, std::chrono::seconds(19));
  EXPECT_EQ(input->test_type, "rtt");
  EXPECT_EQ(input->spec["dest"], "b.example");
  EXPECT_EQ(input->participant, 1);
  EXPECT_EQ(input->participant_data[1]["port"], 5201);
}

struct Unusable {
  const char* pointer;
  const char* value;
  const char* says;
};

TEST(RunInput, NamesWhatIsUnusable) {
  for (const auto& [pointer, value, says] :
       {Unusable{"/schedule/start", "\"2031-05-06T07:08:09\"", "has no zone"},
        Unusable{"/schedule/start", "5", "start"}, Unusable{"/schedule/start", "\"soon\"", "soon"},
        Unusable{"/schedule/duration", "\"long\"", "duration"}, Unusable{"/schedule", "null", "schedule"},
        Unusable{"/test", "{}", "\"type\""}}) {
    auto json = run_input();
    json[Json::json_pointer(pointer)] = Json::parse(value);
    const auto input = parse_run_input(json);
    ASSERT_FALSE(input) << pointer;
    EXPECT_THAT(input.error().message, HasSubstr(says));
  }
  EXPECT_FALSE(parse_run_input(Json()));
}

TEST(DurationMember, HasADefaultAndNamesItself) {
  const Json spec = {{"timeout", "PT2.5S"}, {"bad", "x"}, {"number", 5}};
  EXPECT_EQ(duration_member(spec, "timeout", Duration::zero()), std::chrono::milliseconds(2500));
  EXPECT_EQ(duration_member(spec, "absent", std::chrono::seconds(7)), std::chrono::seconds(7));
  EXPECT_THAT(duration_member(spec, "bad", Duration::zero()).error().message, HasSubstr("bad: "));
  EXPECT_THAT(duration_member(spec, "number", Duration::zero()).error().message, HasSubstr("number must be"));
}

TEST(FirstResult, KeepsTheReasonOfAFailure) {
  const auto failure = [](const char* results) { return first_result(Json::parse(results)).failure; };
  EXPECT_EQ(failure(R"([{"succeeded":false,"error":"E","diags":"D"}])"),
            Json::parse(R"({"schema":1,"succeeded":false,"error":"E","diags":"D"})"));
  for (const auto* results : {"[]", "[null]", "null", "[{}]", "[7]", R"([{"succeeded":true,"result":null}])",
                              R"([{"succeeded":false,"error":null,"diags":null}])"}) {
    EXPECT_EQ(failure(results)["succeeded"], false) << results;
    EXPECT_TRUE(failure(results)["error"].is_string()) << results;
  }
}

TEST(Envelope, CutsLongDiagnosticsAtALine) {
  std::string long_text;
  while (long_text.size() <= kDiagsBytesMax) long_text += "a line of output\n";
  const auto diags = failed_run("E", long_text)["diags"].get<std::string>();
  EXPECT_LT(diags.size(), kDiagsBytesMax + 64);
  EXPECT_THAT(diags, HasSubstr("a line of output\n... ("));
  EXPECT_EQ(succeeded_run(1, "short")["diags"], "short");
  EXPECT_EQ(succeeded_run(1, "")["diags"], nullptr);
}

TEST(TempDir, IsPrivateAndGoesAway) {
  std::filesystem::path path;
  {
    const auto folder = TempDir::create();
    ASSERT_TRUE(folder) << folder.error().message;
    path = folder->path();
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
    std::ofstream(path / "file") << "x";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Timing, NeverWakesEarly) {
  const auto at = now() + std::chrono::milliseconds(3);
  sleep_until(at);
  EXPECT_GE(now(), at);
  const auto before = std::chrono::steady_clock::now();
  sleep_for(std::chrono::milliseconds(3));
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(3));
  sleep_until(Instant() + std::chrono::seconds(1));  // long ago: returns
  sleep_for(std::chrono::seconds(-1));
}

TEST(Names, LiteralsDecideTheFamily) {
  EXPECT_EQ(single_endpoint("192.0.2.1", std::nullopt).family, IpFamily::v4);
  EXPECT_EQ(single_endpoint("2001:db8::1", std::nullopt).family, IpFamily::v6);
  EXPECT_EQ(single_endpoint("fe80::1%lo", std::nullopt).address, "fe80::1%lo");
}

TEST(Names, UnresolvableOnesArePassedOn) {
  const auto endpoint = single_endpoint("no.such.host.invalid", std::nullopt);
  EXPECT_EQ(endpoint.address, "no.such.host.invalid");
  EXPECT_EQ(endpoint.family, std::nullopt);
}

TEST(Names, LocalhostIsKnownBothWays) {
  EXPECT_EQ(single_endpoint("localhost", IpFamily::v4).address, "127.0.0.1");
  const auto names = reverse_names({"127.0.0.1", "127.0.0.1", "192.0.2.77"});
  ASSERT_EQ(names.count("127.0.0.1"), 1u);
  EXPECT_EQ(names.count("192.0.2.77"), 0u);
}

TEST(Names, BothEndsShareAFamily) {
  const auto pair = common_family("127.0.0.1", "localhost", std::nullopt);
  ASSERT_TRUE(pair) << pair.error().message;
  EXPECT_EQ(pair->family, IpFamily::v4);
  EXPECT_EQ(pair->destination, "127.0.0.1");
  EXPECT_EQ(common_family("::1", "::1", std::nullopt)->family, IpFamily::v6);
  EXPECT_THAT(common_family("::1", "127.0.0.1", std::nullopt).error().message,
              HasSubstr("no common address family"));
  EXPECT_THAT(common_family("::1", "::1", IpFamily::v4).error().message, HasSubstr("no IPv4 address family"));
  EXPECT_THAT(common_family("127.0.0.1", "no.such.host.invalid", std::nullopt).error().message,
              HasSubstr("Destination \"no.such.host.invalid\""));
}

}  // namespace
}  // namespace pscheduler::sdk
