// What is refused in a limits file, and where it is said to be.

#include <gmock/gmock.h>

#include <ostream>

#include "unit/limits/deciding.hpp"

namespace pscheduler::limits {
namespace {

Json small_file() {
  return parsed(R"({"schema": 4,
    "identifiers": [{"name": "any", "description": "", "type": "always", "data": {}}],
    "classifiers": [{"name": "all", "description": "", "identifiers": ["any"]}],
    "limits": [{"name": "yes", "type": "pass-fail", "data": {"pass": true}}],
    "applications": [{"apply": [{"require": "all", "limits": ["yes"]}]}]})");
}

// A file whose identifier or limit is the one given.
Json with_identifier(const std::string& type, const std::string& data) {
  auto file = small_file();
  file["identifiers"].push_back({{"name", "x"}, {"description", ""}, {"type", type}, {"data", parsed(data)}});
  return file;
}
Json with_limit(const std::string& type, const std::string& data) {
  auto file = small_file();
  file["limits"].push_back({{"name", "x"}, {"type", type}, {"data", parsed(data)}});
  return file;
}

std::vector<std::string> pointers(const std::vector<Problem>& problems) {
  std::vector<std::string> result;
  for (const auto& problem : problems) result.push_back(problem.pointer);
  return result;
}

std::string all_text(const std::vector<Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) text += to_text(problem) + "\n";
  return text;
}

bool is_accepted(const Json& file) {
  World world;
  return world.load_file(file.dump()).problems.empty();
}

TEST(Loading, TellsAllProblemsWithTheirPlaces) {
  World world;
  const auto loaded = world.load_file(R"({ "schema": 4,
  "identifiers": [ {"name": "any", "description": "", "type": "allways", "data": {}} ],
  "classifiers": [ {"name": "all", "description": "", "identifiers": ["anyy"]} ],
  "limits": [
    {"name": "l", "type": "pass-fail", "data": {"pass": "yes"}},
    {"name": "j", "type": "jq", "data": {"script": ".test |"}} ],
  "applications": [ {"aply": []} ] })");
  EXPECT_THAT(
      pointers(loaded.problems),
      testing::ElementsAre("/identifiers/0/type", "/classifiers/0/identifiers/0", "/limits/0/data/pass",
                           "/applications/0", "/applications/0/aply", "/limits/1/data/script"));
  EXPECT_EQ(to_text(loaded.problems[0]),
            "line 2, column 63, at /identifiers/0/type: there is no type of identifier 'allways'; did you "
            "mean 'always'?");
  EXPECT_EQ(to_text(loaded.problems[1]),
            "line 3, column 71, at /classifiers/0/identifiers/0: there is no identifier 'anyy'; did you mean "
            "'any'?");
  EXPECT_EQ(to_text(loaded.problems[2]),
            "line 5, column 57, at /limits/0/data/pass: must be true or false, not 'yes'");
  EXPECT_EQ(loaded.rules, nullptr);
}

TEST(Loading, KnowsTheJsonOfLimitsFiles) {
  EXPECT_TRUE(is_accepted(small_file()));
  World world;
  auto text = small_file().dump();
  text.insert(1, R"("#": "a", "#": "b", "#rewrite": {"script": 5}, "schema": 9,)");
  EXPECT_TRUE(world.load_file(text).problems.empty()) << all_text(world.load_file(text).problems);
  for (const std::string bad : {"", "[]", "{", R"({"schema": 1,})", "// x\n{}", "\xEF\xBB\xBF{}", "{} x"}) {
    const auto loaded = world.load_file(bad);
    EXPECT_FALSE(loaded.problems.empty()) << bad;
  }
}

TEST(Loading, TakesEachMemberFromItsSchemaOn) {
  for (int schema = 0; schema <= 5; ++schema) {
    auto file = small_file();
    file["schema"] = schema;
    EXPECT_EQ(is_accepted(file), schema >= 1 && schema <= 4) << schema;
    auto rewriting = file;
    rewriting["rewrite"] = {{"script", "."}};
    EXPECT_EQ(is_accepted(rewriting), schema >= 2 && schema <= 4) << schema;
    auto prioritizing = file;
    prioritizing["priority"] = {{"script", "."}};
    EXPECT_EQ(is_accepted(prioritizing), schema >= 3 && schema <= 4) << schema;
    auto requiring = file;
    requiring["classifiers"][0]["require"] = "all";
    EXPECT_EQ(is_accepted(requiring), schema == 4) << schema;
  }
  for (const auto& schema : {Json("1"), Json(1.5), Json(true), Json(-1), Json(nullptr)}) {
    auto file = small_file();
    file["schema"] = schema;
    EXPECT_FALSE(is_accepted(file)) << schema;
  }
  auto file = small_file();
  file["schema"] = 4.0;
  EXPECT_TRUE(is_accepted(file));
  file.erase("schema");
  EXPECT_FALSE(is_accepted(file));
}

struct Patch {
  const char* name;
  const char* patch;
  bool accepted;
};

std::ostream& operator<<(std::ostream& out, const Patch& patch) {
  return out << patch.name;
}

class Structure : public testing::TestWithParam<Patch> {};

TEST_P(Structure, IsJudged) {
  const auto& [name, patch, accepted] = GetParam();
  World world;
  const auto loaded = world.load_file(small_file().patch(parsed(patch)).dump());
  EXPECT_EQ(loaded.problems.empty(), accepted) << all_text(loaded.problems);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Structure,
    testing::Values(
        Patch{"UnknownTopMember", R"([{"op":"add","path":"/classifications","value":[]}])", false},
        Patch{"NoIdentifiers", R"([{"op":"remove","path":"/identifiers"}])", false},
        Patch{"UnknownIdentifierMember", R"([{"op":"add","path":"/identifiers/0/x","value":1}])", false},
        Patch{"NoDescription", R"([{"op":"remove","path":"/identifiers/0/description"}])", false},
        Patch{"InvertNoFlag", R"([{"op":"add","path":"/identifiers/0/invert","value":"yes"}])", false},
        Patch{"DoubleIdentifier", R"([{"op":"copy","from":"/identifiers/0","path":"/identifiers/1"}])",
              false},
        Patch{"DoubleClassifier", R"([{"op":"copy","from":"/classifiers/0","path":"/classifiers/1"}])",
              false},
        Patch{"DoubleLimit", R"([{"op":"copy","from":"/limits/0","path":"/limits/1"}])", false},
        Patch{"SameNameInOtherSpace", R"([{"op":"replace","path":"/limits/0/name","value":"any"},
                                          {"op":"replace","path":"/applications/0/apply/0/limits/0","value":"any"}])",
              true},
        Patch{"UnknownLimitMember", R"([{"op":"add","path":"/limits/0/x","value":1}])", true},
        Patch{"LimitInvertNoFlag", R"([{"op":"add","path":"/limits/0/invert","value":"yes"}])", true},
        Patch{"LimitNoObject", R"([{"op":"add","path":"/limits/1","value":5}])", false},
        Patch{"LimitWithoutName",
              R"([{"op":"add","path":"/limits/1","value":{"type":"pass-fail","data":{"pass":true}}}])",
              false},
        Patch{"LimitWithoutData",
              R"([{"op":"add","path":"/limits/1","value":{"name":"x","type":"pass-fail"}}])", false},
        Patch{
            "LimitNamedByNumber",
            R"([{"op":"add","path":"/limits/1","value":{"name":5,"type":"pass-fail","data":{"pass":true}}}])",
            true},
        Patch{"RetiredTestLimit",
              R"([{"op":"add","path":"/limits/1","value":{"name":"x","type":"test","data":{}}}])", false},
        Patch{
            "Clone",
            R"([{"op":"add","path":"/limits/1","value":{"name":"x","clone":"yes","description":"","data":{}}}])",
            true},
        Patch{
            "CloneWins",
            R"([{"op":"add","path":"/limits/1","value":{"name":"x","clone":"yes","type":"nonsense","description":"","data":{}}}])",
            true},
        Patch{"CloneWithoutDescription",
              R"([{"op":"add","path":"/limits/1","value":{"name":"x","clone":"yes","data":{}}}])", false},
        Patch{
            "CloneOfLater",
            R"([{"op":"add","path":"/limits/0","value":{"name":"x","clone":"yes","description":"","data":{}}}])",
            false},
        Patch{
            "CloneOfItself",
            R"([{"op":"add","path":"/limits/1","value":{"name":"x","clone":"x","description":"","data":{}}}])",
            false},
        Patch{
            "CloneSpoilt",
            R"([{"op":"add","path":"/limits/1","value":{"name":"x","clone":"yes","description":"","data":{"pass":null}}}])",
            false},
        Patch{"UndefinedClassifier", R"([{"op":"add","path":"/applications/0/classifier","value":"x"}])",
              false},
        Patch{"UndefinedLimit", R"([{"op":"add","path":"/applications/0/apply/0/limits/-","value":"x"}])",
              false},
        Patch{"NoApply", R"([{"op":"remove","path":"/applications/0/apply"}])", false},
        Patch{"BadRequire", R"([{"op":"replace","path":"/applications/0/apply/0/require","value":"some"}])",
              false},
        Patch{"UnknownGroupMember", R"([{"op":"add","path":"/applications/0/apply/0/invert","value":true}])",
              false},
        Patch{"RewriteWithoutScript", R"([{"op":"add","path":"/rewrite","value":{}}])", false},
        Patch{"RewriteOfNoLines", R"([{"op":"add","path":"/rewrite","value":{"script":[]}}])", false},
        Patch{"RewriteOfComments", R"([{"op":"add","path":"/rewrite","value":{"script":"# nothing"}}])",
              false},
        Patch{"RewriteImports", R"x([{"op":"add","path":"/rewrite","value":{"args":{"a":1},
            "script":["import \"pscheduler/si\" as si;", ". | change($a)"]}
}])x",
              true},
        Patch{"RewriteImportsUnknown",
              R"([{"op":"add","path":"/rewrite","value":{"script":"import \"nowhere\" as n; ."}}])", false},
        Patch{"PriorityLacksHint", R"x([{"op":"add","path":"/priority","value":{"script":"hint(\"requester\")"
}
}])x",
              false}),
    [](const auto& instance) { return instance.param.name; });

struct Data {
  const char* type;
  const char* data;
  bool accepted;
};

std::ostream& operator<<(std::ostream& out, const Data& data) {
  return out << data.type << " " << data.data;
}

class IdentifierTypes : public testing::TestWithParam<Data> {};

TEST_P(IdentifierTypes, AreChecked) {
  EXPECT_EQ(is_accepted(with_identifier(GetParam().type, GetParam().data)), GetParam().accepted);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, IdentifierTypes,
    testing::Values(
        Data{"always", "{}", true}, Data{"always", R"({"#": 1})", true}, Data{"always", R"({"x": 1})", false},
        Data{"always", "[]", false}, Data{"localif", "{}", true}, Data{"localif", R"({"x": 1})", false},
        Data{"local-subnet", "{}", true}, Data{"hostname", "{}", false},
        Data{"hint", R"({"hint": "requester", "match": {"style": "exact", "match": "x"}})", true},
        Data{"hint", R"({"hint": "requester", "match": {"style": "fuzzy", "match": "x"}})", false},
        Data{"hint", R"({"hint": "requester", "match": {"style": "exact", "match": "x", "x": 1}})", false},
        Data{"hint", R"x({"hint": "requester", "match": {"style": "regex", "match": "(?P<a>x)(?i)"}
})x",
             true},
        Data{"hint", R"({"hint": "requester", "match": {"style": "regex", "match": "("}})", false},
        Data{"hint", R"({"hint": "requester", "match": {"style": "regex", "match": "\\q"}})", false},
        Data{"ip-cidr-list", R"({"cidrs": []})", true},
        Data{"ip-cidr-list", R"({"cidrs": ["10.0.0.0/8", "192.0.2.1", "::/0", "2001:DB8::1"]})", true},
        Data{"ip-cidr-list", R"({"cidrs": ["10.0.0.1/8"]})", false},
        Data{"ip-cidr-list", R"({"cidrs": ["10.0.0.0/33"]})", false},
        Data{"ip-cidr-list", R"({"cidrs": ["10.0.0.0/255.0.0.0"]})", false},
        Data{"ip-cidr-list", R"({"cidrs": ["010.0.0.0/8"]})", false},
        Data{"ip-cidr-list", R"({"cidrs": ["::ffff:10.0.0.0/104"]})", false},
        Data{"ip-cidr-list", R"({"cidrs": ["fe80::1%eth0"]})", false},
        Data{"ip-cidr-list", R"({"cidrs": ["host.example"]})", false}, Data{"ip-cidr-list", "{}", false},
        Data{"ip-cidr-list-url", R"({"source": "x", "update": "PT1H", "retry": "PT5M"})", true},
        Data{"ip-cidr-list-url", R"({"source": "x", "update": "PT1H"})", false},
        Data{"ip-cidr-list-url", R"({"source": "x", "update": "P", "retry": "PT5M"})", false},
        Data{"ip-cidr-list-url", R"({"source": "x", "update": "PT1H", "retry": "P1M"})", false},
        Data{"ip-cidr-list-url",
             R"({"source": "x", "update": "PT1H", "retry": "PT", "exclude": ["10.0.0.1/8", "1.2.3.4"],
             "bind": "192.0.2.1", "fail-state": true, "transform": {"script": ".[]"}})",
             true},
        Data{"ip-cidr-list-url",
             R"({"source": "x", "update": "PT1H", "retry": "PT", "transform": {"script": "."  , "x": 1}})",
             false},
        Data{"ip-cidr-list-url", R"({"source": "x", "update": "PT1H", "retry": "PT", "bind": "a b"})", false},
        Data{"ip-cymru-bogon", R"({"exclude": [], "fail-result": false})", true},
        Data{"ip-cymru-bogon", R"({"fail-result": false})", false},
        Data{"ip-cymru-bogon", R"({"exclude": []})", false},
        Data{"ip-cymru-bogon", R"({"exclude": ["10.0.0.1"], "fail-result": false})", false},
        Data{"ip-cymru-bogon", R"({"exclude": ["10.0.0.0/8"], "fail-result": false, "timeout": "PT1S"})",
             true},
        Data{"ip-cymru-asn", R"({"asns": [64512], "fail-result": false, "peers": true, "timeout": "PT1S"})",
             true},
        Data{"ip-cymru-asn", R"({"asns": [0], "fail-result": false})", false},
        Data{"ip-cymru-asn", R"({"fail-result": false})", false},
        Data{"ip-cymru-asn", R"({"asns": ["64512"], "fail-result": false})", false},
        Data{"ip-reverse-dns", R"({"match": {"style": "exact", "match": "x"}, "timeout": "PT1S"})", true},
        Data{"ip-reverse-dns", R"({"match": {"style": "exact", "match": "x"}})", false},
        Data{"jq", R"({"script": ".requester == \"x\""})", true}, Data{"jq", R"({"script": []})", true},
        Data{"jq", R"({"script": ""})", false}, Data{"jq", R"({"script": ". |"})", false},
        Data{"jq", R"({"script": 5})", false},
        Data{"jq", R"({"script": ["$a", "and $b"], "args": {"a": true, "b": false}})", true},
        Data{"jq", R"({"script": ".", "args": []})", false},
        Data{"jq", R"({"script": ".", "args": {"no-name": 1}})", false},
        Data{"jq", R"({"script": "import \"pscheduler/si\" as si; .", "args": {}})", true},
        Data{"jq", R"({"script": "import \"pscheduler/si\" as si; .", "args": {"a": 1}})", false},
        Data{"jq", R"({"script": ". == 1", "output-raw": true})", true},
        Data{"jq", R"({"script": ".", "output-raw": 1})", false}));

class LimitTypes : public testing::TestWithParam<Data> {};

TEST_P(LimitTypes, AreChecked) {
  EXPECT_EQ(is_accepted(with_limit(GetParam().type, GetParam().data)), GetParam().accepted);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LimitTypes,
    testing::Values(
        Data{"pass-fail", R"({"pass": false})", true}, Data{"pass-fail", "{}", false},
        Data{"pass-fail", R"({"pass": 1})", false}, Data{"pass-fail", R"({"pass": true, "x": 1})", false},
        Data{"test-type", R"({"types": []})", true}, Data{"test-type", R"({"types": [1]})", false},
        Data{"test-type", R"({"types": "rtt"})", false}, Data{"jq", R"({"script": "true"})", true},
        Data{"jq", R"({"script": []})", true}, Data{"jq", R"({"script": "# nothing"})", false},
        Data{"jq", R"({})", false},
        Data{"run-daterange", R"({"start": "2024-01-01T00:00:00Z", "end": "2024-01-01T00:00:00Z"})", true},
        Data{"run-daterange", R"({"start": "2024-01-01T00:00:00", "end": "2024-01-02T00:00:00"})", true},
        Data{"run-daterange", R"({"start": "2024-01-01T00:00:00Z", "end": "2024-01-02T00:00:00"})", false},
        Data{"run-daterange", R"({"start": "2024-01-01T00:00:00Z", "end": "2024-01-01T00:30:00+01:00"})",
             false},
        Data{"run-daterange", R"({"start": "2024-01-01", "end": "2024-01-02"})", false},
        Data{"run-daterange", R"({"start": "2024-01-01 00:00:00Z", "end": "2024-01-02T00:00:00Z"})", false},
        Data{"run-daterange", R"({"start": "2024-01-01T00:00:00Z"})", false},
        Data{"run-daterange",
             R"({"start": "2024-01-01T00:00:00Z", "end": "2024-01-01T00:00:00Z", "invert": true})", false},
        Data{"run-schedule", "{}", true},
        Data{"run-schedule", R"({"hour": [0, 23, {"lower": 5, "upper": 3}], "week": []})", true},
        Data{"run-schedule", R"({"week": [1]})", false}, Data{"run-schedule", R"({"hour": [24]})", false},
        Data{
            "run-schedule",
            R"({"weekday": [0, 7], "month": [1, 12], "day": [1, 31], "minute": [59], "second": [0], "year": [294276]})",
            true},
        Data{"run-schedule", R"({"month": [0]})", false},
        Data{"run-schedule", R"({"hour": [{"lower": 5}]})", false},
        Data{"run-schedule", R"({"hour": 5})", false}, Data{"run-schedule", R"({"invert": true})", false},
        Data{"url-fetch", R"({"url": ""})", true}, Data{"url-fetch", "{}", false},
        Data{"url-fetch",
             R"x({"url": "x", "headers": {"a": 1}, "params": {}, "bind": "eth.example", "verify-keys": false,
             "follow-redirects": false, "timeout": "PT1S", "success-only": true, "fail-result": true,
             "url-transform": {"script": ".url + hint(\"requester\")"}
})x",
             true},
        Data{"url-fetch", R"({"url": "x", "headers": []})", false},
        Data{"url-fetch", R"({"url": "x", "timeout": 3})", false},
        Data{"url-fetch", R"({"url": "x", "params-transform": {"script": []}})", false},
        Data{"url-fetch",
             R"({"url": "x", "params-transform": {"script": "import \"pscheduler/si\" as si; ."}})", false},
        Data{"quotum", "{}", false}));

TEST(Loading, WarnsOfWhatIsNotWhatItSeems) {
  auto file = small_file();
  file["identifiers"].push_back(parsed(
      R"({"name": "never", "description": "", "type": "ip-cidr-list", "invert": true, "data": {"cidrs": []}})"));
  file["identifiers"].push_back(parsed(R"({"name": "folded", "description": "", "type": "hint",
      "data": {"hint": "protocol", "match": {"style": "regex", "match": "x", "case-insensitive": true}}})"));
  file["limits"].push_back(
      parsed(R"({"name": "clone", "clone": "yes", "description": "", "data": {}, "invert": true})"));
  file["limits"].push_back(parsed(R"({"name": "zoneless", "type": "run-daterange", "invret": true,
      "data": {"start": "2024-01-01T00:00:00", "end": "2024-01-02T00:00:00"}})"));
  file["limits"].push_back(
      parsed(R"({"name": "fetch", "type": "url-fetch", "data": {"url": "x", "headers": {"a": "b"}}})"));
  World world;
  const auto loaded = world.load_file(file.dump());
  EXPECT_TRUE(loaded.problems.empty()) << all_text(loaded.problems);
  EXPECT_THAT(
      pointers(loaded.warnings),
      testing::UnorderedElementsAre("/identifiers/1/invert", "/identifiers/2/data/match/case-insensitive",
                                    "/identifiers/2/data/hint", "/limits/1/invert", "/limits/2/invret",
                                    "/limits/2/data/start", "/limits/3/data/headers"));
}

TEST(Loading, FindsAUrlInPlaceOfTheRules) {
  EXPECT_EQ(url_in("  https://limits.example/file\n"), "https://limits.example/file");
  EXPECT_EQ(url_in("file:/etc/limits"), "file:/etc/limits");
  EXPECT_EQ(url_in(R"({"schema": 1})"), std::nullopt);
  EXPECT_EQ(url_in("nonsense"), std::nullopt);
  EXPECT_EQ(url_in(""), std::nullopt);
}

TEST(Cloning, MergesDataAndLosesInversion) {
  World world;
  auto file = small_file();
  file["limits"] = parsed(R"([
    {"name": "hours", "type": "run-schedule", "invert": true, "data": {"hour": [1], "minute": [0]}},
    {"name": "other", "clone": "hours", "description": "", "data": {"hour": [2], "overlap": true}},
    {"name": "last", "clone": "other", "description": "", "data": {"minute": []}} ])");
  file["applications"] = parsed(R"([{"apply": [{"require": "all", "limits": ["other"]}]}])");
  const auto loaded = world.load_file(file.dump());
  ASSERT_TRUE(loaded.rules) << all_text(loaded.problems);
  const auto& other = loaded.rules->limits[1];
  EXPECT_EQ(other.invert, LimitInvert::no);
  const auto& data = std::get<CalendarLimit>(other.data);
  EXPECT_TRUE(data.overlap);
  EXPECT_EQ(data.fields.at(CalendarField::hour).at(0).lower, 2);
  EXPECT_EQ(data.fields.at(CalendarField::minute).at(0).lower, 0);
  const auto& last = std::get<CalendarLimit>(loaded.rules->limits[2].data);
  EXPECT_TRUE(last.fields.at(CalendarField::minute).empty());
  EXPECT_EQ(last.fields.at(CalendarField::hour).at(0).lower, 2);
}

}  // namespace
}  // namespace pscheduler::limits
