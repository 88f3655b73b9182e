// What passes each type of limit.

#include <gmock/gmock.h>

#include <ostream>

#include "unit/limits/deciding.hpp"

namespace pscheduler::limits {
namespace {

class Judging : public testing::Test {
 protected:
  bool passes(const std::string& limit, const std::string& task) {
    auto file =
        parsed(R"({"schema": 4, "classifiers": [{"name": "all", "description": "", "identifiers": ["any"]}],
      "identifiers": [{"name": "any", "description": "", "type": "always", "data": {}}],
      "applications": [{"apply": [{"require": "all", "limits": ["x"]}]}]})");
    auto given = parsed(limit);
    given["name"] = "x";
    file["limits"] = {given};
    const auto decision = world_.decide(file, parsed(task), parsed(R"({"requester": "192.0.2.1"})"));
    reasons_ = decision.trace.applications.empty()
                   ? std::vector<std::string>{}
                   : decision.trace.applications[0].groups[0].limits[0].reasons;
    return decision.passed;
  }

  World world_;
  std::vector<std::string> reasons_;
};

const char* const kRtt = R"({"test": {"type": "rtt", "spec": {"count": 5}}, "archives": [1, 2]})";

TEST_F(Judging, TestTypes) {
  EXPECT_TRUE(passes(R"({"type": "test-type", "data": {"types": ["trace", "rtt"]}})", kRtt));
  EXPECT_FALSE(passes(R"({"type": "test-type", "data": {"types": ["RTT"]}})", kRtt));
  EXPECT_FALSE(passes(R"({"type": "test-type", "data": {"types": [""]}})", "{}"));
  EXPECT_TRUE(passes(R"({"type": "test-type", "invert": true, "data": {"types": [""]}})", "{}"));
}

TEST_F(Judging, Scripts) {
  EXPECT_TRUE(passes(R"({"type": "jq", "data": {"script": ".test.spec.count < 6"}})", kRtt));
  EXPECT_FALSE(passes(R"({"type": "jq", "data": {"script": ".test.spec.count < 5"}})", kRtt));
  EXPECT_FALSE(passes(R"({"type": "jq", "data": {"script": "\"Not with \\(.test.spec.count)\""}})", kRtt));
  EXPECT_THAT(reasons_, testing::ElementsAre("Not with 5"));
  for (const char* script :
       {"null", "1", "{}", "[true]", "empty", "error(\\\"x\\\")", "true, error(\\\"x\\\")"}) {
    EXPECT_FALSE(passes(std::string(R"({"type": "jq", "data": {"script": ")") + script + "\"}}", kRtt))
        << script;
  }
  EXPECT_TRUE(passes(R"({"type": "jq", "data": {"script": "true, false"}})", kRtt));
  EXPECT_TRUE(passes(
      R"({"type": "jq", "data": {"script": ".test.type == $t", "args": {"t": "rtt"}, "output-raw": true}})",
      kRtt));
}

TEST_F(Judging, FailingScriptInvertedPassesUnlessStrict) {
  const std::string limit = R"x({"type": "jq", "invert": true, "data": {"script": "error(\"x\")"}})x";
  EXPECT_TRUE(passes(limit, kRtt));
  world_.strictness = Strictness::strict;
  EXPECT_FALSE(passes(limit, kRtt));
}

TEST_F(Judging, Inverted) {
  EXPECT_FALSE(passes(R"({"type": "pass-fail", "invert": true, "data": {"pass": true}})", kRtt));
  EXPECT_TRUE(passes(R"({"type": "pass-fail", "invert": true, "data": {"pass": false}})", kRtt));
  EXPECT_FALSE(passes(R"({"type": "pass-fail", "invert": "no", "data": {"pass": true}})", kRtt));
  EXPECT_FALSE(passes(R"({"type": "pass-fail", "invert": 1, "data": {"pass": false}})", kRtt));
}

struct RunRow {
  const char* data;
  const char* start;
  const char* duration;
  bool passes;
};

std::ostream& operator<<(std::ostream& out, const RunRow& row) {
  return out << row.data << " for " << row.start << " + " << row.duration;
}

std::string run(const RunRow& row) {
  Json task = parsed(kRtt);
  task["run_schedule"] = {{"start", row.start}, {"duration", row.duration}};
  return task.dump();
}

class Calendar : public Judging, public testing::WithParamInterface<RunRow> {};

TEST_P(Calendar, Judges) {
  const std::string limit = std::string(R"({"type": "run-schedule", "data": )") + GetParam().data + "}";
  EXPECT_EQ(passes(limit, run(GetParam())), GetParam().passes) << testing::PrintToString(reasons_);
  EXPECT_TRUE(passes(limit, kRtt)) << "without a run there is nothing to judge";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Calendar,
    testing::Values(
        RunRow{"{}", "2024-06-03T10:00:00Z", "PT1H", true},
        RunRow{R"({"hour": []})", "2024-06-03T10:00:00Z", "PT1S", false},
        RunRow{R"({"hour": [], "overlap": true})", "2024-06-03T10:00:00Z", "PT1S", false},
        RunRow{R"({"week": []})", "2024-06-03T10:00:00Z", "PT1S", false},
        RunRow{R"({"hour": [12]})", "2024-06-03T12:00:00Z", "PT59M59S", true},
        RunRow{R"({"hour": [12]})", "2024-06-03T12:00:00Z", "PT1H", false},
        RunRow{R"({"hour": [12, 13]})", "2024-06-03T12:00:00+05:00", "PT1H", true},
        RunRow{R"({"minute": [{"lower": 10, "upper": 20}]})", "2024-06-03T10:10:00Z", "PT2H10M", true},
        RunRow{R"({"hour": [23, 0]})", "2024-06-03T23:30:00Z", "PT1H30M", true},
        RunRow{R"({"hour": [23, 0, 1]})", "2024-06-03T23:30:00Z", "PT1H30M", true},
        RunRow{R"({"hour": [23, 1]})", "2024-06-03T23:30:00Z", "PT1H30M", false},
        RunRow{R"({"hour": [1], "overlap": true})", "2024-06-03T23:30:00Z", "PT1H30M", false},
        RunRow{R"({"minute": [{"lower": 50, "upper": 59}, 0]})", "2024-06-03T10:50:00Z", "PT20M", true},
        RunRow{R"({"month": [12, 1, 2]})", "2024-12-31T10:00:00Z", "P32D", false},
        RunRow{R"({"month": [1], "overlap": true})", "2024-12-31T10:00:00Z", "P32D", true},
        RunRow{R"({"weekday": [7, 1]})", "2024-06-09T23:00:00Z", "PT2H", false},
        RunRow{R"({"weekday": [7, 1, 0]})", "2024-06-09T23:00:00Z", "PT2H", true},
        RunRow{R"({"weekday": [1]})", "2024-06-03T10:00:00Z", "PT2H", true},
        RunRow{R"({"day": [{"lower": 1, "upper": 31}]})", "2024-06-29T10:00:00Z", "P2D", false},
        RunRow{R"({"day": [29, 30, 31], "overlap": true})", "2024-06-29T10:00:00Z", "P2D", true},
        RunRow{R"({"year": [2024], "second": [{"lower": 5, "upper": 3}]})", "2024-06-29T10:00:00Z", "PT1S",
               false},
        RunRow{R"({"year": [2024]})", "2024-06-29T10:00:00Z", "PT1S", true},
        RunRow{R"({"year": [2024]})", "2024-06-29T10:00:00Z", "P1M", false},
        RunRow{R"({"year": [2024]})", "soon", "PT1S", false}));

class DateRange : public Judging, public testing::WithParamInterface<RunRow> {};

TEST_P(DateRange, Judges) {
  const std::string limit = std::string(R"({"type": "run-daterange", "data": )") + GetParam().data + "}";
  EXPECT_EQ(passes(limit, run(GetParam())), GetParam().passes) << testing::PrintToString(reasons_);
}

const char* const kJune = R"({"start": "2024-06-01T00:00:00Z", "end": "2024-07-01T00:00:00Z"})";
const char* const kJuneTouched =
    R"({"start": "2024-06-01T00:00:00Z", "end": "2024-07-01T00:00:00Z", "overlap": true})";
const char* const kZoneless = R"({"start": "2024-06-01T00:00:00", "end": "2024-07-01T00:00:00"})";

INSTANTIATE_TEST_SUITE_P(Rows, DateRange,
                         testing::Values(RunRow{kJune, "2024-06-01T00:00:00Z", "PT1S", true},
                                         RunRow{kJune, "2024-06-01T01:59:59+02:00", "PT1S", false},
                                         RunRow{kJune, "2024-06-30T23:00:00Z", "PT1H", false},
                                         RunRow{kJuneTouched, "2024-06-30T23:00:00Z", "PT1H", false},
                                         RunRow{kJuneTouched, "2024-06-30T23:00:00Z", "PT2H", true},
                                         RunRow{kJuneTouched, "2024-07-01T00:00:00Z", "PT2H", true},
                                         RunRow{kJuneTouched, "2024-07-01T00:00:01Z", "PT2H", false},
                                         RunRow{kJuneTouched, "2024-05-31T23:00:00Z", "PT2H", true},
                                         RunRow{kJuneTouched, "2024-05-31T23:00:00Z", "PT1H", false},
                                         RunRow{kZoneless, "2024-06-03T00:00:00Z", "PT1S", false},
                                         RunRow{kZoneless, "2024-06-03T00:00:00", "PT1S", true},
                                         RunRow{kJune, "2024-06-03T00:00:00", "PT1S", false}));

TEST_F(Judging, TimesThatCannotBeComparedFailInvertedToo) {
  const auto task = run({"", "2024-06-03T00:00:00Z", "PT1S", false});
  EXPECT_FALSE(
      passes(std::string(R"({"type": "run-daterange", "invert": true, "data": )") + kZoneless + "}", task));
  EXPECT_FALSE(passes(R"({"type": "run-schedule", "invert": true, "data": {}})", task));
  EXPECT_TRUE(passes(R"({"type": "run-schedule", "invert": true, "data": {"hour": []}})", task));
  EXPECT_TRUE(passes(R"({"type": "run-schedule", "invert": true, "data": {}})", kRtt))
      << "without a run it is waived, inverted or not";
}

TEST_F(Judging, NamesEachFieldThatDoesNotFit) {
  EXPECT_FALSE(passes(
      R"({"type": "run-schedule", "data": {"second": [1], "hour": [{"lower": 8, "upper": 9}], "year": [2024], "month": [1]}})",
      run({"", "2024-06-03T23:59:00Z", "PT1H", false})));
  EXPECT_THAT(reasons_, testing::ElementsAre("The run is at month 6; allowed is 1",
                                             "The run is at hour 23, 0; allowed is 8-9",
                                             "The run is at second 0; allowed is 1"));
}

TEST_F(Judging, AsksServices) {
  const auto limit = [](const std::string& more) {
    return R"({"type": "url-fetch", "data": {"url": "http://ask/me")" + more + "}}";
  };
  const auto reply = [](int status, std::string body) { return Answer(HttpReply{status, std::move(body)}); };
  auto& answer = world_.http["http://ask/me"];
  const std::string lenient = R"(, "fail-result": true)";
  answer = fail(Errc::timed_out, "too late");
  EXPECT_FALSE(passes(limit(""), kRtt));
  EXPECT_TRUE(passes(limit(lenient), kRtt));
  EXPECT_TRUE(passes(R"({"type": "url-fetch", "invert": true, "data": {"url": "http://ask/me"}})", kRtt));
  answer = reply(200, R"({"passed": true})");
  EXPECT_TRUE(passes(limit(""), kRtt));
  answer = reply(200, R"({"passed": false, "message": "Not you"})");
  EXPECT_FALSE(passes(limit(lenient), kRtt));
  EXPECT_THAT(reasons_, testing::ElementsAre("Not you"));
  answer = reply(200, "[]");
  EXPECT_FALSE(passes(limit(lenient), kRtt));
  for (const auto& unusable :
       {reply(200, "yes"), reply(200, R"({"passed": "true"})"), reply(200, "{}"),
        reply(201, R"({"passed": true})"), reply(404, ""), reply(302, ""), reply(500, "")}) {
    answer = unusable;
    EXPECT_FALSE(passes(limit(""), kRtt));
    EXPECT_TRUE(passes(limit(lenient), kRtt));
  }
  const std::string success = R"(, "success-only": true)";
  answer = reply(200, "nonsense");
  EXPECT_TRUE(passes(limit(success), kRtt));
  answer = reply(404, "");
  EXPECT_FALSE(passes(limit(success + lenient), kRtt));
  answer = reply(500, "");
  EXPECT_TRUE(passes(limit(success + lenient), kRtt));
}

TEST_F(Judging, SendsToServicesWhatTransformsMake) {
  world_.http["http://ask/rtt/192.0.2.1"] = HttpReply{200, R"({"passed": true})"};
  EXPECT_TRUE(passes(R"x({"type": "url-fetch", "data": {"url": "http://ask/",
      "url-transform": {"script": ".url + .run.test.type + \"/\" + hint(\"requester\")"
}
, "headers" : {"A" : "b"},
              "headers-transform" : {"script" : ".headers.N = $n", "args" : {"n" : 5}},
                                    "params" : {"x" : "a b&c", "t" : true, "n" : null, "l" : [ 1, "y" ]},
                                               "params-transform" : {"script" : "."},
                                                                    "timeout" : "PT1S",
                                                                                "verify-keys"
    : false,
      "follow-redirects" : false,
                           "bind" : "192.0.2.9"
}
})x",
                     kRtt));
  ASSERT_EQ(world_.rounds.size(), 2U);
  EXPECT_EQ(world_.rounds[0].size(), 3U);
  const auto& sent = std::get<FetchUrl>(world_.rounds[1].at(0));
  EXPECT_EQ(sent.url, "http://ask/rtt/192.0.2.1?l=%5B1%2C+%27y%27%5D&n=None&t=True&x=a+b%26c");
  EXPECT_THAT(sent.headers, testing::ElementsAre(testing::Pair("A", "b"), testing::Pair("N", "5")));
  EXPECT_EQ(sent.time_limit, std::chrono::seconds(1));
  EXPECT_FALSE(sent.verify_certificate);
  EXPECT_FALSE(sent.follow_redirects);
  EXPECT_EQ(sent.bind, "192.0.2.9");
}

TEST_F(Judging, SendsNothingWithoutTransforms) {
  EXPECT_FALSE(passes(
      R"({"type": "url-fetch", "data": {"url": "http://ask/?q", "headers": {"A": "b"}, "params": {"x": 1}}})",
      kRtt));
  const auto& sent = std::get<FetchUrl>(world_.rounds.at(0).at(0));
  EXPECT_EQ(sent.url, "http://ask/?q?");
  EXPECT_TRUE(sent.headers.empty());
  EXPECT_TRUE(sent.verify_certificate);
  EXPECT_EQ(sent.time_limit, std::chrono::seconds(3));
}

TEST_F(Judging, TransformsThatFailDecideAsTheFileSays) {
  for (const char* script : {"5", "empty", "error(\\\"x\\\")"}) {
    const std::string data = std::string(R"("data": {"url": "x", "url-transform": {"script": ")") + script +
                             "\"}, \"fail-result\": ";
    EXPECT_FALSE(passes("{\"type\": \"url-fetch\", " + data + "false}}", kRtt));
    EXPECT_TRUE(passes("{\"type\": \"url-fetch\", " + data + "true}}", kRtt));
  }
}

Json applying(const Json& applications) {
  auto file = parsed(R"({"schema": 1,
    "identifiers": [{"name": "any", "description": "", "type": "always", "data": {}}],
    "classifiers": [{"name": "all", "description": "", "identifiers": ["any"]}],
    "limits": [{"name": "no", "type": "pass-fail", "data": {"pass": false}},
               {"name": "yes", "type": "pass-fail", "data": {"pass": true}}]})");
  file["applications"] = applications;
  return file;
}

TEST(Applying, CountsWhatAGroupNamesEachTimeItDoes) {
  const auto is_met = [](const char* require, const Json& names) {
    World world;
    const Json group = {{"require", require}, {"limits", names}};
    const auto file = applying(Json::array({{{"apply", Json::array({group})}}}));
    return world.decide(file, parsed(kRtt), parsed("{}")).passed;
  };
  const Json nothing = Json::array();
  EXPECT_TRUE(is_met("all", nothing));
  EXPECT_FALSE(is_met("any", nothing));
  EXPECT_FALSE(is_met("one", nothing));
  EXPECT_TRUE(is_met("none", nothing));
  EXPECT_TRUE(is_met("all", {"yes", "yes"}));
  EXPECT_FALSE(is_met("all", {"yes", "no", "yes"}));
  EXPECT_TRUE(is_met("any", {"no", "yes"}));
  EXPECT_FALSE(is_met("any", {"no", "no"}));
  EXPECT_TRUE(is_met("one", {"no", "yes", "no"}));
  EXPECT_FALSE(is_met("one", {"yes", "yes"}));
  EXPECT_TRUE(is_met("none", {"no", "no"}));
  EXPECT_FALSE(is_met("none", {"no", "yes"}));
}

TEST(Applying, InvertsBeforeItStops) {
  const auto passes = [](const char* limit, bool invert, bool stop) {
    World world;
    const Json group = {{"require", "all"}, {"limits", {limit}}};
    const Json first = {{"apply", Json::array({group})}, {"invert", invert}, {"stop-on-failure", stop}};
    const auto file = applying(Json::array({first, {{"apply", Json::array()}}}));
    return world.decide(file, parsed(kRtt), parsed("{}")).passed;
  };
  EXPECT_FALSE(passes("yes", true, true));
  EXPECT_TRUE(passes("yes", true, false)) << "by the second application";
  EXPECT_TRUE(passes("no", true, true));
  EXPECT_FALSE(passes("no", false, true));
}

TEST(Applying, EvaluatesAllOfAGroupButNothingBeyond) {
  World world;
  const auto file = parsed(R"({"schema": 1,
    "identifiers": [{"name": "any", "description": "", "type": "always", "data": {}}],
    "classifiers": [{"name": "all", "description": "", "identifiers": ["any"]}],
    "limits": [{"name": "no", "type": "jq", "data": {"script": "false"}}, {"name": "yes", "type": "jq", "data": {"script": "true"}},
               {"name": "unasked", "type": "url-fetch", "data": {"url": "x"}}],
    "applications": [{"description": "first", "apply": [{"require": "all", "limits": ["no", "yes", "no"]}, {"require": "all", "limits": ["unasked"]}]},
                     {"description": "second", "apply": [{"require": "any", "limits": ["no", "yes"]}]},
                     {"description": "third", "apply": [{"require": "all", "limits": ["unasked"]}]}]})");
  const auto decision = world.decide(file, parsed(kRtt), parsed("{}"));
  EXPECT_TRUE(decision.passed);
  ASSERT_EQ(decision.trace.applications.size(), 2U);
  EXPECT_EQ(decision.trace.applications[0].groups.size(), 1U);
  EXPECT_EQ(decision.trace.applications[0].groups[0].limits.size(), 3U);
  ASSERT_EQ(world.rounds.size(), 1U) << "what one round has answered is not asked again";
  EXPECT_EQ(world.rounds[0].size(), 2U);
}

}  // namespace
}  // namespace pscheduler::limits
