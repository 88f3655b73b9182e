// What programs written for jq 1.7.1 must give, whichever libjq is there.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pscheduler/adapters/jq/engine.hpp"

namespace pscheduler::adapters {
namespace {

JqEngine& engine() {
  static JqEngine shared([] {
    JqEngineOptions options;
    options.module_paths = {JQ_MODULES};
    return options;
  }());
  return shared;
}

struct Case {
  std::string_view name;
  std::string_view program;
  std::string_view input;
  std::string_view outputs;  // an array of all
};
void PrintTo(const Case& tried, std::ostream* out) {
  *out << tried.program;
}

std::string name_of(const testing::TestParamInfo<Case>& tried) {
  return std::string(tried.param.name);
}

class Compatibility : public testing::TestWithParam<Case> {};

TEST_P(Compatibility, GivesWhat171Gives) {
  const auto outputs =
      engine().run({std::string(GetParam().program), {}}, Json::parse(GetParam().input), nullptr);
  ASSERT_TRUE(outputs) << outputs.error().message << "\n" << outputs.error().detail;
  EXPECT_EQ(Json(*outputs), Json::parse(GetParam().outputs));
}

INSTANTIATE_TEST_SUITE_P(
    IfWithoutElse, Compatibility,
    testing::Values(Case{"Taken", "if . > 1 then 10 end", "2", "[10]"},
                    Case{"NotTaken", "if . > 1 then 10 end", "1", "[1]"},
                    Case{"Elif", "if . > 2 then 20 elif . > 1 then 10 end", "1", "[1]"},
                    Case{"InnerOnly", "if . then if . > 1 then 10 end else 0 end", "1", "[1]"},
                    Case{"OuterOnly", "if . == null then (if . then 1 else 2 end) end", "5", "[5]"},
                    Case{"InInsertion", R"jq("a\(if . > 1 then "b" end)c")jq", "1", R"jq(["a1c"])jq"},
                    Case{"InString", R"jq("if x then y end")jq", "1", R"jq(["if x then y end"])jq"},
                    Case{"InComment", "1 # if then end\n", "1", "[1]"},
                    Case{"AsKey", "{if: 1, then: 2, end: 3, else: 4} | .end", "null", "[3]"},
                    Case{"AsField", "if .if then .end end", R"jq({"if":true,"end":7})jq", "[7]"},
                    Case{"KeyAfterIf", "if . then {end: 1} end", "null", "[null]"},
                    Case{"InFunction", "def f: if . then 1 end; f, (false | f)", "true", "[1, false]"},
                    Case{"FieldOfResult", "if . then {a: 1} end.a", "true", "[1]"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    DotBeforeBracket, Compatibility,
    testing::Values(Case{"Name", R"jq(.a.["b"])jq", R"jq({"a":{"b":1}})jq", "[1]"},
                    Case{"Index", ".a.[0]", R"jq({"a":[5]})jq", "[5]"},
                    Case{"Each", ".a.[]", R"jq({"a":[5,6]})jq", "[5, 6]"},
                    Case{"EachTry", ".a.[]?", R"jq({"a":1})jq", "[]"},
                    Case{"Chain", R"jq(.["a"].["b"].[0])jq", R"jq({"a":{"b":[3]}})jq", "[3]"},
                    Case{"Variable", "$__loc__.[\"line\"]", "null", "[1]"},
                    Case{"BoundVariable", ". as $x | $x.[0]", "[4]", "[4]"},
                    Case{"Call", "to_entries.[0].key", R"jq({"k":1})jq", R"jq(["k"])jq"},
                    Case{"Blanks", ".a . [0]", R"jq({"a":[5]})jq", "[5]"},
                    Case{"Slice", ".a.[1:]", R"jq({"a":[1,2]})jq", "[[2]]"},
                    Case{"NotATerm", "[1, .[0]] | map(.) | .[1]", "[9]", "[9]"},
                    Case{"AfterKeyword", "if true then .[0] else .[1] end", "[1,2]", "[1]"},
                    Case{"AfterTry", "try .[0] catch .", "[1]", "[1]"},
                    Case{"AfterAnd", ".[0] and .[1]", "[true,true]", "[true]"},
                    Case{"AfterNegation", "-.[0]", "[1]", "[-1]"},
                    Case{"InString", R"jq(".a.[0]")jq", "1", R"jq([".a.[0]"])jq"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    VariableKeys, Compatibility,
    testing::Values(Case{"Pair", R"jq("k" as $key | {$key: 1})jq", "null", R"jq([{"k":1}])jq"},
                    Case{"Second", R"jq("k" as $key | {a: 0, $key: 1})jq", "null", R"jq([{"a":0,"k":1}])jq"},
                    Case{"Shorthand", "1 as $key | {$key}", "null", R"jq([{"key":1}])jq"},
                    Case{"Pattern", ". as {$a: [$b]} | [$a, $b]", R"jq({"a":[5]})jq", "[[[5], 5]]"},
                    Case{"InnerPattern", ". as [{$a: {b: $c}}] | $c", R"jq([{"a":{"b":2}}])jq", "[2]"},
                    Case{"Location", "{$__loc__}", "null",
                         R"jq([{"__loc__":{"file":"<top-level>","line":1}}])jq"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Functions, Compatibility,
    testing::Values(
        Case{"Pick", "pick(.a, .b.c)", R"jq({"a":1,"b":{"c":2,"d":3},"e":4})jq",
             R"jq([{"a":1,"b":{"c":2}}])jq"},
        Case{"PickIndex", "pick(.[1])", "[1,2,3]", "[[null, 2]]"},
        Case{"Abs", "map(abs)", "[-1,1,0,-1.5]", "[[1,1,0,1.5]]"},
        Case{"AbsOfText", "try abs catch .", R"jq("x")jq", R"jq(["string (\"x\") has no absolute value"])jq"},
        Case{"ToArray", "map(toarray)", "[1,[2]]", "[[[1],[2]]]"},
        Case{"Trim", "[trim, ltrim, rtrim]", R"jq(" \t a b\n ")jq", R"jq([["a b", "a b\n ", " \t a b"]])jq"},
        Case{"TrimNothing", "[trim, ltrim, rtrim]", R"jq("ab")jq", R"jq([["ab", "ab", "ab"]])jq"},
        Case{"TrimAll", "[trim, ltrim, rtrim]", R"jq("  ")jq", R"jq([["", "", ""]])jq"},
        Case{"TrimNumber", "try trim catch .", "1", R"jq(["number (1) cannot be trimmed"])jq"},
        Case{"TrimStrings", R"jq([ltrimstr("a"), rtrimstr("c"), ltrimstr("x"), rtrimstr("abc")])jq",
             R"jq("abc")jq", R"jq([["bc", "ab", "abc", ""]])jq"},
        Case{"TrimStringsOfNumber", R"jq([ltrimstr("a"), rtrimstr(1)])jq", "5", "[[5, 5]]"},
        Case{"DebugMessage", R"jq(debug("at \(.)"))jq", "5", "[5]"},
        Case{"DebugMessages", "debug(1, 2)", "5", "[5]"},
        Case{"ScanFlags", R"jq([scan("A"; "i")])jq", R"jq("aAb")jq", R"jq([["a", "A"]])jq"},
        Case{"ScanGroups", R"jq([scan("(A)(.)"; "i")])jq", R"jq("axAy")jq",
             R"jq([[["a","x"], ["A","y"]]])jq"},
        Case{"LiteralNumbers", "have_literal_numbers | type", "null", R"jq(["boolean"])jq"},
        Case{"Decnum", "have_decnum | type", "null", R"jq(["boolean"])jq"},
        Case{"LimitZero", "[limit(0; 1, 2)]", "null", "[[]]"},
        Case{"LimitTwo", "[limit(2; 1, 2, 3)]", "null", "[[1, 2]]"},
        Case{"LimitStops", "[limit(1; 1, error)]", "null", "[[1]]"},
        Case{"LimitNegative", "[limit(-1; 1, 2)]", "null", "[[1, 2]]"},
        Case{"GetPath", R"jq(getpath(["a", "b"]), getpath(["x", "y"]))jq", R"jq({"a":{"b":1}})jq",
             "[1, null]"},
        Case{"ErrorNull", "try error(null) catch \"caught\"", "null", R"jq(["caught"])jq"},
        Case{"ErrorText", "try error(\"x\") catch .", "null", R"jq(["x"])jq"},
        Case{"ErrorInput", "try error catch .", R"jq({"a":1})jq", R"jq([{"a":1}])jq"},
        Case{"SubNamed", R"jq(sub("(?<x>b)"; "<\(.x)>"))jq", R"jq("abcb")jq", R"jq(["a<b>cb"])jq"},
        Case{"GsubNamed", R"jq(gsub("(?<x>b)"; "<\(.x)>"))jq", R"jq("abcb")jq", R"jq(["a<b>c<b>"])jq"},
        Case{"GsubFlags", R"jq(gsub("A"; "-"; "i"))jq", R"jq("aAb")jq", R"jq(["--b"])jq"},
        Case{"GsubAnchored", R"jq(gsub("^"; ">"))jq", R"jq("ab")jq", R"jq([">ab"])jq"},
        Case{"GsubEnd", R"jq(gsub("b$"; ""))jq", R"jq("abb")jq", R"jq(["ab"])jq"},
        Case{"GsubNoMatch", R"jq(gsub("x"; "y"))jq", R"jq("ab")jq", R"jq(["ab"])jq"},
        Case{"GsubStream", R"jq([gsub("a"; "1", "2")])jq", R"jq("ab")jq", R"jq([["1b", "2b"]])jq"},
        Case{"GsubBeyondAscii", R"jq(gsub("é"; "e"))jq", R"jq("né é")jq", R"jq(["ne e"])jq"},
        Case{"Splits", R"jq([splits(", *")])jq", R"jq("a,b, c")jq", R"jq([["a","b","c"]])jq"},
        Case{"Walk", "walk(if type == \"number\" then . + 1 end)", R"jq([1,{"a":2}])jq",
             R"jq([[2,{"a":3}]])jq"},
        Case{"Until", "until(. > 100; . * 2)", "1", "[128]"}, Case{"First", "first(range(5))", "null", "[0]"},
        Case{"FirstOfNone", "[first(empty)]", "null", "[[]]"},
        Case{"Ascii", "[.[] | ascii_downcase]", R"jq(["AbC"])jq", R"jq([["abc"]])jq"},
        Case{"Implode", "implode", "[65, 8364]", R"jq(["A€"])jq"},
        Case{"Tojson", "tojson", R"jq([1,"a",null])jq", R"jq(["[1,\"a\",null]"])jq"},
        Case{"Fromjson", "fromjson", R"jq("{\"a\":1}")jq", R"jq([{"a":1}])jq"},
        Case{"Base64", "@base64, (@base64 | @base64d)", R"jq("ab")jq", R"jq(["YWI=", "ab"])jq"},
        Case{"Paths", "[paths]", R"jq({"a":[1]})jq", R"jq([[["a"],["a",0]]])jq"},
        Case{"Todate", "todate", "1425599621", R"jq(["2015-03-05T23:53:41Z"])jq"},
        Case{"OwnDefinitionWins", "def pick(f): 42; pick(.a)", "null", "[42]"},
        Case{"InIndex", "IN(1, 2), any(.; . == 1)", "1", "[true, true]"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Syntax, Compatibility,
    testing::Values(Case{"CommentGoesOn", "1 # a \\\n + 5\n + 2", "null", "[3]"},
                    Case{"CommentEnds", "1 # a \\\\\n + 2", "null", "[3]"},
                    Case{"Alternatives", "[.[] as {a: $x} ?// [$x] | $x]", R"jq([{"a":1},[2]])jq",
                         "[[1, 2]]"},
                    Case{"Reduce", "reduce .[] as $x (0; . + $x)", "[1,2]", "[3]"},
                    Case{"Foreach", "[foreach .[] as $x (0; . + $x; [$x, .])]", "[1,2]", "[[[1,1],[2,3]]]"},
                    Case{"Label", "label $out | 1, break $out, 2", "null", "[1]"},
                    Case{"NestedStrings", R"jq("a\("b\("c" + "\(1)")")d")jq", "null", R"jq(["abc1d"])jq"},
                    Case{"Format", R"jq(@json "x\([.])y")jq", "1", R"jq(["x[1]y"])jq"},
                    Case{"Assign", ".a = 1 | .b |= 2", "{}", R"jq([{"a":1,"b":2}])jq"},
                    Case{"DefFirst", "def f($x): $x + 1; f(.)", "1", "[2]"},
                    Case{"Comma", "1, 2", "null", "[1, 2]"}, Case{"Nothing", "empty", "null", "[]"},
                    Case{"OptionalField", ".a?", "[]", "[]"}, Case{"Recursion", "[..]", "[1]", "[[[1], 1]]"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(Surroundings, Compatibility,
                         testing::Values(Case{"EnvVariable", "$ENV", "null", "[{}]"},
                                         Case{"EnvFunction", "env", "null", "[{}]"},
                                         Case{"EnvMember", "$ENV.PATH, env.PATH", "null", "[null, null]"},
                                         Case{"Halt", "1, halt, 2", "null", "[1]"},
                                         Case{"InputFilename", "input_filename", "null", "[null]"}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(
    Numbers, Compatibility,
    testing::Values(Case{"Integral", "., . / 2", "3.0", "[3, 1.5]"},
                    Case{"Large", ".", "9007199254740993", "[9007199254740992]"},
                    Case{"Exponent", ".", "1e18", "[1e18]"}, Case{"NotANumber", "nan", "null", "[null]"},
                    Case{"Infinite", "infinite, -infinite", "null",
                         "[1.7976931348623157e308, -1.7976931348623157e308]"},
                    Case{"Unsigned", ".", "18446744073709551615", "[1.8446744073709552e19]"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    SiModule, Compatibility,
    testing::Values(Case{"AsInteger", R"jq(import "pscheduler/si" as si; map(si::as_integer(.)))jq",
                         R"jq(["1.5Ki","3.7",3.7,"10","1K","2m","1GI",0])jq",
                         "[[1536, 3, 3.7, 10, 1000, 2000000, 1073741824, 0]]"},
                    Case{"AsIntegerRefuses",
                         R"jq(import "pscheduler/si" as si; map(try si::as_integer(.) catch "no"))jq",
                         R"jq(["5 k","-1","1e3","",".5","5i","5kk",true,null,[],"1\n"])jq",
                         R"jq([["no","no","no","no","no","no","no","no","no","no","no"]])jq"},
                    Case{"Multiplier", R"jq(import "pscheduler/si" as si; map(si::multiplier(.)))jq",
                         R"jq(["","k","m","g","t","p","e","ki","mi","gi","ti","pi","K","x",null])jq",
                         "[[1,1e3,1e6,1e9,1e12,1e15,1e18,1024,1048576,1073741824,1099511627776,"
                         "1125899906842624,null,null,null]]"},
                    Case{"Invalid",
                         R"jq(import "pscheduler/si" as si; try si::invalid("q") catch test("\"q\""))jq",
                         "null", "[true]"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Iso8601Module, Compatibility,
    testing::Values(
        Case{"Duration",
             R"jq(import "pscheduler/iso8601" as iso8601; map(iso8601::duration_as_seconds(.)))jq",
             R"jq(["P","PT","p1d","P1W2D","PT1.5S","P1DT1H1M1S","PT36H"])jq",
             "[[0, 0, 86400, 777600, 1.5, 90061, 129600]]"},
        Case{
            "DurationRefuses",
            R"jq(import "pscheduler/iso8601" as iso8601; map(try iso8601::duration_as_seconds(.) catch "no"))jq",
            R"jq(["P1W","PT1.5H","P1M","P1Y","",5,null,"PT1S ","-PT1S","1D"])jq",
            R"jq([["no","no","no","no","no","no","no","no","no","no"]])jq"},
        Case{
            "Timestamp", R"jq(import "pscheduler/iso8601" as iso8601; iso8601::timestamp_parsed(.))jq",
            R"jq("2026-03-04T10:15:05-05:00")jq",
            R"jq([{"year":2026,"month":3,"day":4,"hour":10,"minute":15,"second":5,"offset_hr":-5,"offset_min":0}])jq"},
        Case{
            "TimestampUtc",
            R"jq(import "pscheduler/iso8601" as iso8601; iso8601::timestamp_parsed(.) | .offset_hr, .offset_min)jq",
            R"jq("2026-03-04T10:15:05Z")jq", "[0, 0]"},
        Case{"TimestampDate", R"jq(import "pscheduler/iso8601" as iso8601; iso8601::timestamp_parsed(.))jq",
             R"jq("2026-03-04")jq", R"jq([{"year":2026,"month":3,"day":4}])jq"},
        Case{"TimestampFraction",
             R"jq(import "pscheduler/iso8601" as iso8601; iso8601::timestamp_parsed(.) | keys)jq",
             R"jq("2026-03-04T10:15:05.123Z")jq", R"jq([["day","hour","minute","month","second","year"]])jq"},
        Case{
            "TimestampRefuses",
            R"jq(import "pscheduler/iso8601" as iso8601; map(try iso8601::timestamp_parsed(.) catch "no"))jq",
            R"jq(["soon", 5, null, ""])jq", R"jq([["no","no","no","no"]])jq"},
        Case{
            "InvalidDuration",
            R"jq(import "pscheduler/iso8601" as iso8601; try iso8601::invalid_duration("q") catch test("\"q\""))jq",
            "null", "[true]"},
        Case{"BothWithComments",
             "# leading\nimport \"pscheduler/si\" as si; # first; comment\nimport "
             "\"pscheduler/iso8601\" as t;\n"
             "if . then [si::as_integer(\"1k\"), t::duration_as_seconds(\"PT1M\")] end",
             "true", "[[1000, 60]]"},
        Case{"Include", R"jq(include "pscheduler/si"; as_integer("1k"))jq", "null", "[1000]"}),
    name_of);

}  // namespace
}  // namespace pscheduler::adapters
