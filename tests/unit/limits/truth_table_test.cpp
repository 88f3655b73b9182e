// What a small file decides about measurements and tests of throughput, from inside a lab and from outside.

#include <ostream>

#include "unit/limits/deciding.hpp"

namespace pscheduler::limits {
namespace {

const Json& base_file() {
  static const Json file = parsed(R"({ "schema": 4,
    "identifiers": [
      {"name": "any", "description": "Everyone", "type": "always", "data": {}},
      {"name": "lab", "description": "Lab networks", "type": "ip-cidr-list",
       "data": {"cidrs": ["10.20.0.0/16", "fd12::/16"]}} ],
    "classifiers": [
      {"name": "public", "description": "Everyone", "identifiers": ["any"]},
      {"name": "lab-users", "description": "Lab", "identifiers": ["lab"]} ],
    "limits": [
      {"name": "pass", "description": "P", "type": "pass-fail", "data": {"pass": true}},
      {"name": "fail", "description": "F", "type": "pass-fail", "data": {"pass": false}},
      {"name": "light", "description": "L", "type": "test-type", "data": {"types": ["rtt", "trace", "dns"]}},
      {"name": "short", "description": "S", "type": "jq", "data": {"script": [
        "import \"pscheduler/iso8601\" as iso;",
        "if .test.spec.duration == null or iso::duration_as_seconds(.test.spec.duration) <= 60",
        "then true else \"Longer than a minute\" end"]}} ],
    "applications": [
      {"description": "Lab", "classifier": "lab-users", "apply": [{"require": "all", "limits": ["pass"]}]},
      {"description": "Public", "classifier": "public", "apply": [{"require": "all", "limits": ["light", "short"]}]} ] })");
  return file;
}

const char* const kRtt = R"({"schema":1,"test":{"type":"rtt","spec":{"dest":"ps2.example.net"}}})";

std::string throughput(const std::string& duration) {
  return R"({"schema":1,"test":{"type":"throughput","spec":{"dest":"ps2.example.net","duration":")" +
         duration + R"("}}})";
}

std::string run_of(const std::string& task, const std::string& start, const std::string& duration) {
  auto run = parsed(task);
  run["run_schedule"] = {{"start", start}, {"duration", duration}};
  return run.dump();
}

const char* const kLab = R"({"requester": "10.20.1.1", "server": "198.51.100.10"})";
const char* const kPublic = R"({"requester": "203.0.113.5", "server": "198.51.100.10"})";

struct Row {
  const char* name;
  const char* patch;  // RFC 6902, to the file
  std::string task;
  const char* hints;
  bool passes;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.name;
}

class TruthTable : public testing::TestWithParam<Row> {};

TEST_P(TruthTable, Decides) {
  const auto& row = GetParam();
  World world;
  const auto task = parsed(row.task);
  const bool is_run = task.contains("run_schedule");
  const auto decision =
      world.decide(base_file().patch(parsed(row.patch)), task, parsed(row.hints), !is_run, is_run);
  EXPECT_EQ(decision.passed, row.passes) << decision.diags;
}

const char* const kStopLab = R"([{"op":"replace","path":"/applications/0/apply/0/limits","value":["fail"]},
                                {"op":"add","path":"/applications/0/stop-on-failure","value":true}])";
const char* const kAnyOf =
    R"([{"op":"replace","path":"/applications/1/apply","value":[{"require":"any","limits":["fail","light"]}]}])";
const char* const kNoneOf =
    R"([{"op":"replace","path":"/applications/1/apply","value":[{"require":"none","limits":["light","fail"]}]}])";
const char* const kOneOf = R"([{"op":"replace","path":"/applications/1/apply","value":
  [{"require":"one","limits":["light","short"]},{"require":"none","limits":["fail"]}]}])";
const char* const kInvertedApplication = R"([{"op":"add","path":"/applications/1/invert","value":true}])";
const char* const kInvertedLimit = R"([{"op":"add","path":"/limits/2/invert","value":true}])";
const char* const kServerHint =
    R"([{"op":"add","path":"/identifiers/-","value":{"name":"inside","description":"","type":"hint",
    "data":{"hint":"server","match":{"style":"contains","match":"100.10"}}}},
  {"op":"replace","path":"/classifiers/1","value":{"name":"lab-users","description":"","identifiers":["inside","lab"],"require":"all"}}])";
const char* const kProtocolHint =
    R"([{"op":"add","path":"/identifiers/-","value":{"name":"insecure","description":"","type":"hint",
    "data":{"hint":"protocol","match":{"style":"exact","match":"https","invert":true}}}},
  {"op":"replace","path":"/classifiers/1/identifiers","value":["insecure"]}])";
const char* const kOffice =
    R"([{"op":"add","path":"/limits/-","value":{"name":"office","type":"run-schedule","data":{"hour":[{"lower":8,"upper":17}]}}},
  {"op":"replace","path":"/applications/1/apply/0/limits","value":["light","office"]}])";
const char* const kOfficeOverlap =
    R"([{"op":"add","path":"/limits/-","value":{"name":"office","type":"run-schedule",
    "data":{"hour":[{"lower":8,"upper":17}],"overlap":true}}},
  {"op":"replace","path":"/applications/1/apply/0/limits","value":["light","office"]}])";
const char* const kJune = R"([{"op":"add","path":"/limits/-","value":{"name":"june","type":"run-daterange",
    "data":{"start":"2024-06-01T00:00:00Z","end":"2024-07-01T00:00:00Z"}}},
  {"op":"replace","path":"/applications/1/apply/0/limits","value":["june"]}])";

INSTANTIATE_TEST_SUITE_P(
    Rows, TruthTable,
    testing::Values(
        Row{"LabMayDoAll", "[]", throughput("PT10M"), kLab, true},
        Row{"LabByIpv6", "[]", throughput("PT10M"), R"({"requester": "fd12::9"})", true},
        Row{"PublicRtt", "[]", kRtt, kPublic, true},
        Row{"PublicThroughput", "[]", throughput("PT30S"), kPublic, false},
        Row{"NoHints", "[]", kRtt, "{}", true}, Row{"StopsLab", kStopLab, kRtt, kLab, false},
        Row{"StopDoesNotConcernOthers", kStopLab, kRtt, kPublic, true},
        Row{"FailsWithoutStop",
            R"([{"op":"replace","path":"/applications/0/apply/0/limits","value":["fail"]}])", kRtt, kLab,
            true},
        Row{"NotIdentified",
            R"([{"op":"remove","path":"/applications/1"},{"op":"remove","path":"/classifiers/0"},
                                 {"op":"remove","path":"/identifiers/0"}])",
            kRtt, kPublic, false},
        Row{"AnyMet", kAnyOf, kRtt, kPublic, true},
        Row{"AnyNotMet", kAnyOf, throughput("PT5S"), kPublic, false},
        Row{"NoneNotMet", kNoneOf, kRtt, kPublic, false},
        Row{"NoneMet", kNoneOf, throughput("PT5S"), kPublic, true},
        Row{"OneNotMet", kOneOf, kRtt, kPublic, false},
        Row{"OneMet", kOneOf, throughput("PT5S"), kPublic, true},
        Row{"NothingToApply", R"([{"op":"replace","path":"/applications/1/apply","value":[]}])",
            throughput("PT5S"), kPublic, true},
        Row{"AnyOfNothing",
            R"([{"op":"replace","path":"/applications/1/apply","value":[{"require":"any","limits":[]}]}])",
            kRtt, kPublic, false},
        Row{"InvertedApplicationFails", kInvertedApplication, kRtt, kPublic, false},
        Row{"InvertedApplicationPasses", kInvertedApplication, throughput("PT5M"), kPublic, true},
        Row{"InvertedLimitFails", kInvertedLimit, kRtt, kPublic, false},
        Row{"InvertedLimitPasses", kInvertedLimit, throughput("PT30S"), kPublic, true},
        Row{"InvertedLimitAndTooLong", kInvertedLimit, throughput("PT2M"), kPublic, false},
        Row{"AllIdentifiers", kServerHint, throughput("PT5M"), kLab, true},
        Row{"NotAllIdentifiers", kServerHint, throughput("PT5M"),
            R"({"requester": "10.20.1.1", "server": "192.0.2.1"})", false},
        Row{"AbsentHintInverted", kProtocolHint, throughput("PT5M"), kPublic, false},
        Row{"TimeWaivedAtSubmission", kOffice, kRtt, kPublic, true},
        Row{"RunWithinOfficeHours", kOffice, run_of(kRtt, "2024-06-03T17:50:00+02:00", "PT9M59S"), kPublic,
            true},
        Row{"RunTouchesNextHour", kOffice, run_of(kRtt, "2024-06-03T17:50:00+02:00", "PT10M"), kPublic,
            false},
        Row{"OverlapIsEnough", kOfficeOverlap, run_of(kRtt, "2024-06-03T07:30:00Z", "PT1H"), kPublic, true},
        Row{"BeforeTheEnd", kJune, run_of(kRtt, "2024-06-30T23:59:00Z", "PT59S"), kPublic, true},
        Row{"AtTheEnd", kJune, run_of(kRtt, "2024-06-30T23:59:00Z", "PT1M"), kPublic, false}),
    [](const auto& instance) { return instance.param.name; });

Json with_rewrite(const char* script) {
  auto file = base_file().patch(
      parsed(R"([{"op":"replace","path":"/applications/1/apply/0/limits","value":["short"]}])"));
  file["rewrite"] = {{"script", script}};
  return file;
}

TEST(Rewriting, IsJudgedAndHandedBack) {
  World world;
  const auto decision = world.decide(with_rewrite(".test.spec.duration = \"PT60S\" | change(\"trimmed\")"),
                                     parsed(throughput("PT5M")), parsed(kPublic));
  EXPECT_TRUE(decision.passed) << decision.diags;
  ASSERT_TRUE(decision.task);
  EXPECT_EQ((*decision.task)["test"]["spec"]["duration"], "PT60S");
  EXPECT_EQ(decision.task->size(), 2U) << *decision.task;
  EXPECT_NE(decision.diags.find("\n  trimmed\n"), std::string::npos) << decision.diags;
}

TEST(Rewriting, UnannouncedIsNotSeenByLimitsUnlessStrict) {
  const auto silent = with_rewrite(".test.spec.duration = \"PT60S\"");
  World world;
  const auto lenient = world.decide(silent, parsed(throughput("PT5M")), parsed(kPublic));
  EXPECT_FALSE(lenient.passed);
  ASSERT_TRUE(lenient.task);
  EXPECT_EQ((*lenient.task)["test"]["spec"]["duration"], "PT60S");
  world.strictness = Strictness::strict;
  EXPECT_TRUE(world.decide(silent, parsed(throughput("PT5M")), parsed(kPublic)).passed);
}

TEST(Rewriting, ThatFailsDeniesWithItsReasonAlone) {
  World world;
  for (const char* script : {".test.type = \"rtt\" | change(\"x\")", "empty", "5",
                             "del(.__REWRITER_PRIVATE__)", "error(\"no\")", "reject(\"not today\")"}) {
    const auto decision = world.decide(with_rewrite(script), parsed(throughput("PT5S")), parsed(kPublic));
    EXPECT_FALSE(decision.passed) << script;
    EXPECT_FALSE(decision.task) << script;
    EXPECT_FALSE(decision.priority) << script;
    EXPECT_EQ(decision.diags.find('\n'), std::string::npos) << decision.diags;
  }
  const auto rejected = world.decide(with_rewrite("reject(\"not today\")"), parsed(kRtt), parsed(kPublic));
  EXPECT_NE(rejected.diags.find("Task rejected: not today"), std::string::npos) << rejected.diags;
}

TEST(Rewriting, KnowsClassifiersHintsAndImports) {
  World world;
  auto file = with_rewrite("");
  file["rewrite"]["script"] = {
      "import \"pscheduler/si\" as si;",
      "if classifiers_has(\"lab\") and hint(\"requester\") == \"10.20.1.1\"",
      "then .reference.n = si::as_integer(\"2k\") + $extra | change(null) else . end"};
  file["rewrite"]["args"] = {{"extra", 5}};
  const auto decision = world.decide(file, parsed(kRtt), parsed(kLab));
  ASSERT_TRUE(decision.task) << decision.diags;
  EXPECT_EQ((*decision.task)["reference"]["n"], 2005) << decision.diags;  // "lab" is a part of "lab-users"
  EXPECT_NE(decision.diags.find("not listed"), std::string::npos) << decision.diags;
  world.strictness = Strictness::strict;
  const auto strict = world.decide(file, parsed(kRtt), parsed(kLab));
  ASSERT_TRUE(strict.task);
  EXPECT_FALSE(strict.task->contains("reference"));
}

Json with_priority(const char* script) {
  auto file = base_file();
  file["priority"] = {{"script", script}};
  return file;
}

TEST(Prioritizing, IsDoneForRunsThatPass) {
  World world;
  const auto file = with_priority(
      "set(default; \"base\") | if classifiers_has(\"lab-users\") then adjust(10; \"lab\") else . end");
  const auto lab =
      world.decide(file, parsed(run_of(kRtt, "2024-06-03T12:00:00Z", "PT10S")), parsed(kLab), false, true);
  EXPECT_TRUE(lab.passed);
  EXPECT_EQ(lab.priority, 10);
  EXPECT_NE(lab.diags.find("Priority set to 10:\n  base  (Set to 0)\n  lab  (+10)"), std::string::npos)
      << lab.diags;
  const auto other =
      world.decide(file, parsed(run_of(kRtt, "2024-06-03T12:00:00Z", "PT10S")), parsed(kPublic), false, true);
  EXPECT_TRUE(other.passed);
  EXPECT_EQ(other.priority, 0);
  const auto denied = world.decide(file, parsed(run_of(throughput("PT5M"), "2024-06-03T12:00:00Z", "PT5M")),
                                   parsed(kPublic), false, true);
  EXPECT_FALSE(denied.passed);
  EXPECT_EQ(denied.priority, 0);
}

TEST(Prioritizing, WithoutAUsableNumberDenies) {
  World world;
  for (const char* script :
       {"set(requested; \"as asked\")", "set(\"high\"; \"x\")", "empty", "error(\"x\")", "{}"}) {
    const auto decision = world.decide(with_priority(script), parsed(kRtt), parsed(kLab), false, true);
    EXPECT_FALSE(decision.passed) << script;
    EXPECT_FALSE(decision.priority) << script;
    EXPECT_EQ(decision.diags.find('\n'), std::string::npos) << decision.diags;
  }
}

TEST(Prioritizing, ShowsLoweringAndZero) {
  World world;
  auto task = parsed(kRtt);
  task["priority"] = 5;
  const auto decision = world.decide(
      with_priority(
          "set(requested; \"asked\") | adjust(-2; \"late\") | adjust(0; \"same\") | note(null) | note(7)"),
      task, parsed(kLab), false, true);
  EXPECT_EQ(decision.priority, 3);
  EXPECT_TRUE(decision.diags.ends_with(
      "Priority (5 requested) set to 3:\n  asked  (Set to 5)\n  late  (-2)\n  same  (-0)\n  7"))
      << decision.diags;
}

TEST(Diagnostics, TellTheWholeWayInOrder) {
  World world;
  const auto decision = world.decide(base_file(), parsed(throughput("PT5M")), parsed(kPublic));
  EXPECT_EQ(
      decision.diags,
      "Hints:\n  requester: 203.0.113.5\n  server: 198.51.100.10\nIdentified as any\nClassified as public\n"
      "Application: Public\n"
      "  Group 1: limit 'light' failed: Test type throughput is not allowed; allowed: rtt, trace, dns\n"
      "  Group 1: limit 'short' failed: Longer than a minute\n"
      "  Group 1: want all, 0/2 passed, 2/2 failed: FAIL\n  Application FAILS\n"
      "Proposal is not within limits\nPriority is the default, 0.");
  EXPECT_EQ(verdict(decision.trace, false),
            "Denied: limit 'light' of application 'Public': Test type throughput is not allowed; allowed: "
            "rtt, trace, dns.");
}

TEST(Diagnostics, SayWhenNothingFits) {
  World world;
  const auto stranger = base_file().patch(parsed(R"([{"op":"remove","path":"/identifiers/0"},
    {"op":"replace","path":"/classifiers/0/identifiers","value":["lab"]}])"));
  const auto unknown = world.decide(stranger, parsed(kRtt), parsed(kPublic));
  EXPECT_FALSE(unknown.priority);
  EXPECT_NE(unknown.diags.find("No identifications"), std::string::npos);
  const auto unclassified = world.decide(
      base_file().patch(parsed(R"([{"op":"replace","path":"/classifiers/0/identifiers","value":["lab"]}])")),
      parsed(kRtt), parsed(kPublic));
  EXPECT_FALSE(unclassified.passed);
  EXPECT_NE(unclassified.diags.find("No classifications"), std::string::npos);
  const auto nobody = world.decide(base_file().patch(parsed(R"([{"op":"remove","path":"/applications/1"}])")),
                                   parsed(kRtt), parsed(kPublic));
  EXPECT_NE(nobody.diags.find("Classified as public\n\nProposal"), std::string::npos) << nobody.diags;
}

}  // namespace
}  // namespace pscheduler::limits
