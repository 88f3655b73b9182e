// The common process of native plug-ins, good and bad ones. Here it is a shell script that the methods of the
// test "native" are links to; as a process of its own it answers {"valid": false}, as `serve` what it is
// told.

#include <gmock/gmock.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "case_name.hpp"
#include "host_fixture.hpp"

namespace pscheduler::test {
namespace {

using services::Validity;
using namespace std::chrono_literals;

class Serve : public HostTest {
 public:
  // `talk` is what the common process does after its hello, with the request of each line in $request and its
  // id in $id.
  void add_native(const std::string& talk,
                  const std::string& methods = R"("spec-is-valid", "result-format")") {
    add_test("native");
    const std::string script = "#!/bin/sh\nHOME_DIR='" + home().string() + R"('
case "$0" in
  */spec-is-valid) cat >/dev/null; echo '{"valid": false}'; exit ;;
  */result-format) cat >/dev/null; echo 'by a process'; exit ;;
  */serve) ;;
  *) exit 1 ;;
esac
echo started >>"$HOME_DIR/starts"
printf '\036{"serves": [{"class": "test", "name": "native", "methods": [)" +
                               methods + R"(]}]}\n'
while read -r request; do
  printf '%s\n' "$request" | tr -d '\036' >>"$HOME_DIR/requests"
  id=$(printf '%s' "$request" | sed -e 's/.*"id":\([0-9]*\).*/\1/')
)" + talk + "\ndone\necho ended >>\"$HOME_DIR/ends\"\n";
    write_file(root() / "serve", script, true);
    for (const char* method : {"spec-is-valid", "result-format"})
      std::filesystem::create_symlink("../../serve", root() / "test/native" / method);
  }

  // Answered by `serve`: valid; by a process: not.
  Validity ask(const Json& spec = Json::object()) {
    const auto validity = await(host().spec_is_valid("native", spec));
    EXPECT_TRUE(validity) << validity.error().message;
    return validity.value_or(Validity{});
  }

  [[nodiscard]] std::size_t starts() const {
    const std::string text = read_file(home() / "starts");
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  }
};

const char* const kAnswersText =
    R"(printf '\036{"id": %s, "status": 0, "output": "{\\"valid\\": true}", "errors": ""}\n' "$id")";
const char* const kAnswersDocument =
    R"(printf '\036{"id": %s, "status": 0, "output": {"valid": true}, "errors": ""}\n' "$id")";

TEST_F(Serve, AnswersManyQuestionsInOneProcess) {
  add_native(kAnswersText);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(ask(Json{{"n", i}}).valid);
  EXPECT_EQ(starts(), 1U);
  EXPECT_EQ(processes_.starts, 1);
  const auto text = await(host().result_format("native", "text/html", Json::object(), Json::object()));
  EXPECT_EQ(text.value(), R"({"valid": true})");
  const std::string requests = read_file(home() / "requests");
  std::vector<Json> read;
  std::istringstream lines(requests);
  for (std::string line; std::getline(lines, line);) read.push_back(Json::parse(line));
  ASSERT_EQ(read.size(), 6U);
  EXPECT_EQ(read[0], Json::parse(R"({"id": 1, "class": "test", "plugin": "native", "method": "spec-is-valid",
                                     "input": {"n": 0}})"));
  EXPECT_EQ(read[5], Json::parse(R"({"id": 6, "class": "test", "plugin": "native", "method": "result-format",
                                     "argument": "text/html", "input": {"spec": {}, "result": {}}})"));
}

TEST_F(Serve, MayAnswerWithADocument) {
  add_native(kAnswersDocument);
  EXPECT_TRUE(ask().valid);
  // Where text is due, a document is a fault of the plug-in.
  EXPECT_FALSE(await(host().result_format("native", "text/plain", Json(), Json())));
}

TEST_F(Serve, GetsAStringAndADeepDocumentAsText) {
  add_native(kAnswersText);
  EXPECT_TRUE(ask(Json("text")).valid);
  Json deep = Json::array();
  for (int i = 0; i < 70; ++i) deep = Json::array({deep});
  EXPECT_TRUE(ask(deep).valid);
  std::istringstream lines(read_file(home() / "requests"));
  std::vector<Json> read;
  for (std::string line; std::getline(lines, line);) read.push_back(Json::parse(line));
  EXPECT_EQ(read.at(0).at("input"), "\"text\"");
  EXPECT_EQ(Json::parse(read.at(1).at("input").get<std::string>()), deep);
}

TEST_F(Serve, IsNotAskedForAForeignMethod) {
  add_native(kAnswersText);
  add_method("test", "native", "participants", R"(cat >/dev/null; echo '{"participants": ["a"]}')");
  EXPECT_EQ(await(host().participants("native", Json::object(), "")).value().participants.size(), 1U);
  EXPECT_EQ(starts(), 0U);
}

TEST_F(Serve, IsNotAskedForWhatItDoesNotServe) {
  add_native(kAnswersText, R"("result-format")");
  EXPECT_FALSE(ask().valid);
  EXPECT_EQ(read_file(home() / "requests"), "");
}

TEST_F(Serve, AnswersSeveralQuestionsAtOnceInAnyOrder) {
  using namespace boost::asio::experimental::awaitable_operators;
  // Keeps the first id until it has the second, and answers that one first.
  add_native(R"(if [ -z "$kept" ]; then kept=$id; continue; fi
    printf '\036{"id": %s, "status": 0, "output": {"valid": true}}\n' "$id"
    printf '\036{"id": %s, "status": 0, "output": {"valid": false, "error": "first"}}\n' "$kept")");
  auto both = [](services::PluginHost& asked) -> ports::Async<std::vector<Validity>> {
    auto first = asked.spec_is_valid("native", Json{{"n", 1}});
    auto second = asked.spec_is_valid("native", Json{{"n", 2}});
    auto all = std::move(first) && std::move(second);
    auto [one, two] = co_await std::move(all);
    std::vector<Validity> answers{one.value(), two.value()};
    co_return answers;
  };
  const auto answers = await(both(host()));
  EXPECT_EQ(answers[0].error, "first");
  EXPECT_TRUE(answers[1].valid);
}

TEST_F(Serve, IsEndedWhenNobodyAsks) {
  options_.limits.serve_idle = 50ms;
  add_native(kAnswersText);
  EXPECT_TRUE(ask().valid);
  auto ended = [](Serve& test) -> ports::Async<void> {
    while (!std::filesystem::exists(test.home() / "ends")) co_await test.clock_.sleep_for(5ms);
  };
  await(ended(*this));
  EXPECT_TRUE(ask(Json{{"n", 2}}).valid);
  EXPECT_EQ(starts(), 2U);
  EXPECT_EQ(log_.count("PLUGIN_SERVE_FAILED"), 0U);
}

TEST_F(Serve, IsRenewedByAnInventory) {
  add_native(kAnswersText);
  EXPECT_TRUE(ask().valid);
  await(host().take_inventory());
  EXPECT_TRUE(ask().valid);
  EXPECT_EQ(starts(), 2U);
}

TEST_F(Serve, QuestionGivenUpDoesNotDisturbOthers) {
  using namespace boost::asio::experimental::awaitable_operators;
  // Answers the first question only together with the second.
  add_native(R"(if [ -z "$kept" ]; then kept=$id; touch "$HOME_DIR/asked"; continue; fi
    printf '\036{"id": %s, "status": 0, "output": {"valid": false}}\n' "$kept"
    printf '\036{"id": %s, "status": 0, "output": {"valid": true}}\n' "$id")");
  auto given_up = [](Serve& test) -> ports::Async<void> {
    auto asked = [](Serve& waiting) -> ports::Async<void> {
      while (!std::filesystem::exists(waiting.home() / "asked")) co_await waiting.clock_.sleep_for(5ms);
    };
    auto asking = test.host().spec_is_valid("native", Json::object());
    auto waiting = asked(test);
    auto first = std::move(asking) || std::move(waiting);
    co_await std::move(first);
  };
  host();
  await(given_up(*this));
  EXPECT_TRUE(ask(Json{{"n", 2}}).valid);
  EXPECT_EQ(starts(), 1U);
}

struct Bad {
  std::string name;
  std::string talk;
};

class BadServe : public Serve, public testing::WithParamInterface<Bad> {};

TEST_P(BadServe, IsReplacedByProcessesAndLeftAloneAfterAWhile) {
  options_.limits.serve_answer = 500ms;
  add_native(GetParam().talk);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(ask(Json{{"n", i}}).valid) << "not answered by a process";
  EXPECT_LE(starts(), 3U) << "tried for ever";
  EXPECT_GE(log_.count("PLUGIN_SERVE_FAILED"), 3U);
  await(everybody_gone());
}

INSTANTIATE_TEST_SUITE_P(
    All, BadServe,
    testing::Values(Bad{"dies", "exit 1"}, Bad{"prints_garbage", "echo hello"},
                    Bad{"forgets_the_separator",
                        R"(printf '{"id": %s, "status": 0, "output": "{}"}\n' "$id")"},
                    Bad{"answers_somebody_else", R"(printf '\036{"id": 99, "status": 0, "output": "{}"}\n')"},
                    Bad{"answers_without_status", R"(printf '\036{"id": %s, "output": "{}"}\n' "$id")"},
                    Bad{"answers_nobody", R"(printf '\036{"id": null, "status": 1, "output": ""}\n')"},
                    Bad{"never_answers", ":"},
                    Bad{"hangs_in_a_record", R"(printf '\036{"id": '; sleep 1000)"},
                    Bad{"closes_its_output", "exec 1>&-; sleep 1000"}),
    test::CaseName());

TEST_F(Serve, WithoutHelloIsReplacedByProcesses) {
  options_.limits.serve_answer = 300ms;
  add_native(":");
  write_file(root() / "serve", R"(#!/bin/sh
case "$0" in */serve) sleep 1000 ;; esac
cat >/dev/null; echo '{"valid": false}'
)",
             true);
  EXPECT_FALSE(ask().valid);
  EXPECT_GE(log_.count("PLUGIN_SERVE_FAILED"), 1U);
  await(everybody_gone());
}

}  // namespace
}  // namespace pscheduler::test
