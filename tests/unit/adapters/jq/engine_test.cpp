#include "pscheduler/adapters/jq/engine.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace pscheduler::adapters {
namespace {

// libjq 1.6 itself leaks a few bytes when some programs do not compile.
class LeaksAllowed {
 public:
#if defined(__SANITIZE_ADDRESS__)
  LeaksAllowed() {
    __lsan_disable();
  }
  ~LeaksAllowed() {
    __lsan_enable();
  }
#else
  LeaksAllowed() {}
#endif
  LeaksAllowed(const LeaksAllowed&) = delete;
  LeaksAllowed& operator=(const LeaksAllowed&) = delete;
};

using testing::HasSubstr;
using testing::Not;

JqEngineOptions options() {
  JqEngineOptions options;
  options.module_paths = {JQ_MODULES};
  return options;
}

TEST(JqEngine, BindsArgumentsToVariables) {
  JqEngine engine(options());
  const JqScript script{"[., $n, $_text2, $absent]", {"n", "_text2", "absent"}};
  const auto first = engine.run(script, "in", Json{{"n", 1}, {"_text2", "a\"b"}, {"unused", 0}});
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(Json(*first), Json::parse(R"([["in", 1, "a\"b", null]])"));
  const auto second = engine.run(script, nullptr, Json{{"n", {1, {{"a", true}}}}});
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(Json(*second), Json::parse(R"([[null, [1, {"a": true}], null, null]])"));
  EXPECT_EQ(engine.compiled_programs(), 1u);
}

TEST(JqEngine, GivesTheFirstOutputAlone) {
  JqEngine engine(options());
  const auto first = [&](const std::string& text) -> Json {
    const auto output = engine.first({text, {"n"}}, 1, Json{{"n", 2}});
    if (!output) return "failed";
    return *output ? **output : Json("nothing");
  };
  EXPECT_EQ(first(". + $n, error(\"later\")"), 3);
  EXPECT_EQ(first("repeat(.)"), 1) << "what never ends is not computed";
  EXPECT_EQ(first("empty"), "nothing");
  EXPECT_EQ(first("error(\"at once\")"), "failed");
  EXPECT_EQ(first(". + $n, error(\"later\")"), 3) << "a program that was left in the middle begins anew";
}

TEST(JqEngine, ArgumentsGoWithImports) {
  JqEngine engine(options());
  const auto out =
      engine.run({"import \"pscheduler/si\" as si;\nsi::as_integer($n)", {"n"}}, nullptr, Json{{"n", "2k"}});
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(Json(*out), Json::parse("[2000]"));
}

TEST(JqEngine, RefusesNamesThatCannotBeVariables) {
  JqEngine engine(options());
  for (const char* name : {"", "a-b", "1a", "if", "a::b", "__loc__", "a b", "é"}) {
    const auto checked = engine.check({".", {name}});
    ASSERT_FALSE(checked) << name;
    EXPECT_THAT(checked.error().message, HasSubstr("cannot be the name of a jq variable"));
  }
}

struct Refused {
  std::string_view program;
  std::string_view why;
};
void PrintTo(const Refused& tried, std::ostream* out) {
  *out << tried.program;
}

class JqRefusal : public testing::TestWithParam<Refused> {};

TEST_P(JqRefusal, SaysWhyInOneSentence) {
  const LeaksAllowed leaks_allowed;
  JqEngine engine(options());
  const auto checked = engine.check({std::string(GetParam().program), {}});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Errc::invalid_argument);
  EXPECT_THAT(checked.error().message, HasSubstr(GetParam().why));
  EXPECT_THAT(checked.error().message, Not(HasSubstr("\n")));
  EXPECT_THAT(checked.error().message, Not(HasSubstr("shell")));
}

INSTANTIATE_TEST_SUITE_P(
    Table, JqRefusal,
    testing::Values(Refused{"", "is empty"}, Refused{" # only a comment", "is empty"},
                    Refused{"nonsense", "nonsense/0 is not defined in line 1"},
                    Refused{"1 +\n2 +\n  nonsense(1)", "nonsense/1 is not defined in line 3"},
                    Refused{". as $x | $y", "$y is not defined in line 1"},
                    Refused{"import \"pscheduler/si\" as si;\n\nsi::nothing",
                            "si::nothing/0 is not defined in line 3"},
                    Refused{"if . then 1", "does not compile"}, Refused{"end", "unexpected end in line 1"},
                    Refused{"\"abc", "does not compile"}, Refused{"\"a\\(1", "does not compile"},
                    Refused{"{", "does not compile"}, Refused{"1) | (2", "does not compile"},
                    Refused{"def f: 1;", "does not compile"},
                    Refused{"import \"no/such\" as x; 1", "no/such"},
                    Refused{"import \"x\" as x {search: \"/etc\"}; 1", "options of its own"},
                    Refused{"include \"x\" {\"search\": \"/etc\"}; 1", "options of its own"},
                    Refused{"import \"../../etc/x\" as x; 1", "does not compile"},
                    Refused{std::string_view("1\0+", 3), "null character"}));

TEST(JqEngine, OneErrorFailsAllOutputs) {
  JqEngine engine(options());
  const auto out = engine.run({"1, 2, error(\"too \\(.)\")", {}}, "bad", nullptr);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, Errc::invalid_argument);
  EXPECT_EQ(out.error().detail, "too bad");
  EXPECT_THAT(out.error().message, HasSubstr("raised an error: too bad"));
}

TEST(JqEngine, ErrorsThatAreNoTextAreShownAsJson) {
  JqEngine engine(options());
  EXPECT_EQ(engine.run({"error({a: 1})", {}}, nullptr, nullptr).error().detail, R"({"a":1})");
  EXPECT_THAT(engine.run({".a", {}}, 5, nullptr).error().detail, HasSubstr("Cannot index number"));
  EXPECT_FALSE(engine.run({"input", {}}, nullptr, nullptr));
}

TEST(JqEngine, ProgramsCanBeRunAgainAfterAnError) {
  JqEngine engine(options());
  const JqScript script{"if . then error(\"x\") else 1, halt, 2 end", {}};
  EXPECT_FALSE(engine.run(script, true, nullptr));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(engine.run(script, false, nullptr).value(), std::vector<Json>{1});
}

TEST(JqEngine, OutputIsBounded) {
  auto small = options();
  small.outputs_max = 10;
  small.output_bytes_max = 1000;
  small.script_bytes_max = 100;
  JqEngine engine(small);
  EXPECT_TRUE(engine.run({"range(10)", {}}, nullptr, nullptr));
  for (const std::string& program :
       {std::string("repeat(1)"), std::string("[range(1000)]"), std::string("\"x\" * 2000"),
        std::string("{(\"x\" * 2000): 1}"), std::string("reduce range(300) as $i (0; [.])"),
        std::string(101, ' ') + "."}) {
    const auto out = engine.run({program, {}}, nullptr, nullptr);
    ASSERT_FALSE(out) << program;
    EXPECT_EQ(out.error().code, Errc::too_large) << program;
  }
}

TEST(JqEngine, KeepsTheProgramsUsedLast) {
  auto small = options();
  small.cache_bytes_max = 160u << 10;  // room for three
  JqEngine engine(small);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(engine.run({std::to_string(i), {}}, nullptr, nullptr).value(), std::vector<Json>{i});
    EXPECT_EQ(engine.run({"\"kept\"", {}}, nullptr, nullptr).value(), std::vector<Json>{"kept"});
    EXPECT_LE(engine.compiled_programs(), 3u);
  }
}

TEST(JqEngine, ArgumentsMustBeAnObject) {
  JqEngine engine(options());
  EXPECT_FALSE(engine.run({".", {}}, nullptr, Json::array()));
}

TEST(JqEngine, LongInputKeepsItsBytes) {
  JqEngine engine(options());
  const std::string text = "null \0 char, euro €, " + std::string(100'000, 'x');
  const Json input = {{"text", std::string("a\0b", 3)}, {"long", text}};
  EXPECT_EQ(engine.run({".", {}}, input, nullptr).value(), std::vector<Json>{input});
}

}  // namespace
}  // namespace pscheduler::adapters
