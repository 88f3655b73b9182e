#include <gmock/gmock.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "host_fixture.hpp"

namespace pscheduler::test {
namespace {

using ports::ProcessEnd;
using services::ToolRun;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class ToolRuns : public HostTest {
 public:
  ToolRuns() {
    add_tool("ping", {"probe"});
    add_test("probe");
  }

  Result<services::ToolOutcome> run(ToolRun given) { return await(host().run(std::move(given))); }
  Result<services::ToolOutcome> run() { return run(tool_run("ping")); }
};

TEST_F(ToolRuns, AreToldEverything) {
  add_method("tool", "ping", "run", "cat");
  ToolRun given = tool_run("ping");
  given.participant = 1;
  given.participant_data = std::make_shared<const Json>(Json::parse(R"([{}, {"_auth": "s"}])"));
  const auto outcome = run(given);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->failure, "");
  EXPECT_EQ(*outcome->output, Json::parse(R"({
    "schema": 1, "task-uuid": "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001",
    "schedule": {"start": "2030-03-17T17:46:40Z", "duration": "PT5S"},
    "test": {"type": "probe", "spec": {"dest": "a"}}, "participant": 1,
    "participant-data": [{}, {"_auth": "s"}]})"));
}

TEST_F(ToolRuns, ThatStartBetweenSecondsAreToldSo) {
  add_method("tool", "ping", "run", "cat");
  ToolRun given = tool_run("ping");
  given.times.start += 1500us;
  given.times.end += 1500us;
  EXPECT_EQ(run(given)->output->at("schedule"),
            Json::parse(R"({"start": "2030-03-17T17:46:40.001500Z", "duration": "PT5S"})"));
}

TEST_F(ToolRuns, HaveAPrivateDirectoryThatGoesWithThem) {
  add_method("tool", "ping", "run", R"sh(
    mkdir -p "$TMPDIR/a/b" && echo x >"$TMPDIR/a/b/file" && ln -s "$HOME_DIR/classes" "$TMPDIR/a/link"
    mode=$(stat -c %a "$TMPDIR")
    chmod 000 "$TMPDIR/a/b/file" && chmod 500 "$TMPDIR/a/b" && chmod 000 "$TMPDIR/a"
    printf '{"tmp": "%s", "mode": "%s"}' "$TMPDIR" "$mode")sh");
  const auto first = run();
  const auto second = run();
  ASSERT_TRUE(first && first->output && second && second->output);
  EXPECT_EQ(first->output->at("mode"), "700");
  EXPECT_NE(first->output->at("tmp"), second->output->at("tmp"));
  files_.reset();  // has then removed what it was told to
  EXPECT_TRUE(std::filesystem::is_empty(home() / "tmp"));
  EXPECT_TRUE(std::filesystem::exists(root() / "tool/ping/run")) << "a link was followed";
  files_.emplace();
}

TEST_F(ToolRuns, KeepWhatTheToolSaysOnStderr) {
  add_method("tool", "ping", "run", R"sh(printf 'warn\377ing\n' >&2; echo '{"succeeded": true, "#x": 1}')sh");
  const auto outcome = run();
  EXPECT_EQ(outcome->errors, "warn\xEF\xBF\xBDing\n");
  EXPECT_EQ(*outcome->output, (Json{{"succeeded", true}}));
  EXPECT_EQ(outcome->failure, "");
}

TEST_F(ToolRuns, ShowWhatAToolPrintedInsteadOfAResult) {
  add_method("tool", "ping", "run", "echo 'PING 10.0.0.1'; echo '64 bytes'; exit 2");
  const auto outcome = run();
  EXPECT_EQ(outcome->status, 2);
  EXPECT_THAT(outcome->failure, HasSubstr("unusable"));
  EXPECT_EQ(outcome->diags, "PING 10.0.0.1\n64 bytes\n");
  EXPECT_FALSE(outcome->errors.empty());
}

TEST_F(ToolRuns, WaitForTheirStart) {
  add_method("tool", "ping", "run", "date '+{\"at\": %s.%N}'");
  ToolRun given = tool_run("ping");
  given.started_ahead_at = clock_.now() + 300ms;
  const auto earliest = *given.started_ahead_at;
  const auto outcome = run(given);
  const auto at = outcome->output->at("at").get<double>();
  EXPECT_GE(at, static_cast<double>(earliest.time_since_epoch().count()) / 1e6 - 1e-3);
}

TEST_F(ToolRuns, StreamTheirResultsAtOnce) {
  add_test("probebg", "background-multi");
  // The tool goes on only when its record has been seen, which the test shows by making a file.
  add_method("tool", "ping", "run", R"sh(
    printf '\036{"n": 1}\n\036{"n": 2, "schema": 2}\n\036{"n": 3}\n'
    while [ ! -e "$HOME_DIR/seen" ]; do sleep 0.01; done)sh");
  ToolRun given = tool_run("ping");
  given.test = std::make_shared<const Json>(Json{{"type", "probebg"}, {"spec", Json::object()}});
  std::vector<Json> records;
  given.on_record = [&](std::shared_ptr<const Json> record) {
    records.push_back(*record);
    if (records.size() == 2) write_file(home() / "seen", "", false);
  };
  const auto outcome = run(given);
  EXPECT_THAT(records, ElementsAre(Json{{"n", 1}}, Json{{"n", 3}}));
  EXPECT_EQ(outcome->end, ProcessEnd::exited);
  EXPECT_EQ(outcome->failure, "");
  EXPECT_EQ(outcome->output, nullptr);
  EXPECT_EQ(log_.count("PLUGIN_RECORD_DROPPED"), 1U);
}

TEST_F(ToolRuns, KeepTheRecordsOfABurstBeforeAHang) {
  add_method("tool", "ping", "run", R"sh(
    printf '\036{"n": 1}\n\036{"n": 2}\n\036{"n": 3'; sleep 1000)sh");
  ToolRun given = tool_run("ping");
  given.time_limit = 3s;
  std::size_t records = 0;
  given.on_record = [&](std::shared_ptr<const Json>) { ++records; };
  const auto outcome = run(given);
  EXPECT_EQ(records, 2U);
  EXPECT_EQ(outcome->end, ProcessEnd::timed_out);
  EXPECT_THAT(outcome->errors, HasSubstr("ran too long"));
}

TEST_F(ToolRuns, OfAnUnknownToolAreNotFound) {
  const auto outcome = run(tool_run("pong"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::not_found);
}

TEST_F(ToolRuns, WithoutRoomForTheirDirectoryFailWithTheReason) {
  options_.temporary_directory = home() / "nowhere";
  add_method("tool", "ping", "run", "echo '{}'");
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_THAT(outcome->failure, HasSubstr("nowhere"));
}

TEST_F(ToolRuns, ThatAreCancelledLeaveNothing) {
  using namespace boost::asio::experimental::awaitable_operators;
  add_method("tool", "ping", "run", R"sh(trap '' TERM; echo x >"$TMPDIR/file"; touch "$HOME_DIR/started"
    (setsid sleep 1000 &); while :; do sleep 1000; done)sh");
  auto cancelled = [](ToolRuns& test) -> ports::Async<void> {
    auto started = [](ToolRuns& waiting) -> ports::Async<void> {
      while (!std::filesystem::exists(waiting.home() / "started")) co_await waiting.clock_.sleep_for(5ms);
    };
    auto running = test.host().run(test.tool_run("ping"));
    auto waiting = started(test);
    auto first = std::move(running) || std::move(waiting);
    co_await std::move(first);
  };
  host();
  await(cancelled(*this));
  EXPECT_THAT(left_behind(), IsEmpty());
  files_.reset();
  EXPECT_TRUE(std::filesystem::is_empty(home() / "tmp"));
  files_.emplace();
}

class ContextRuns : public ToolRuns {
 public:
  ContextRuns() {
    add_method("tool", "ping", "run", R"sh(
      printf '{"order": "%s", "tmp": "%s", "input": ' "$ORDER" "$TMPDIR"; cat; echo '}')sh");
    // As the shipped ones: reads its input to the end, then executes what it names.
    const char* const change = R"sh(
      input=$(cat); export ORDER="$ORDER$NAME"
      printf '%s' "$input" >"$HOME_DIR/$NAME"
      exec "$(printf '%s' "$input" | sed -e 's/.*"exec":"\([^"]*\)".*/\1/')")sh";
    for (const std::string name : {"one", "two"}) {
      add_context(name);
      add_method("context", name, "change", "NAME=" + name + change);
    }
    add_context("fails");
    add_method("context", "fails", "change", "cat >/dev/null; echo 'no such namespace' >&2; exit 1");
  }

  ToolRun with(const char* contexts) {
    ToolRun given = tool_run("ping");
    given.contexts = std::make_shared<const Json>(Json::parse(contexts));
    return given;
  }
};

TEST_F(ContextRuns, GoThroughEachFromLeftToRight) {
  ToolRun given = with(R"([{"context": "one", "data": {"a": "it's\nEND-OF-INPUT\n$(false) \\"}},
                           {"context": "two", "data": null}])");
  given.test = std::make_shared<const Json>(
      Json::parse(R"({"type": "probe", "spec": {"text": "'\"$(false)`false`\n\nEND-OF-INPUT\n"}})"));
  const auto test = *given.test;
  const auto outcome = run(given);
  ASSERT_TRUE(outcome && outcome->output) << outcome->failure << outcome->errors << outcome->diags;
  EXPECT_EQ(outcome->output->at("order"), "onetwo");
  EXPECT_EQ(outcome->output->at("input").at("test"), test);
  EXPECT_EQ(Json::parse(read_file(home() / "one")).at("data"),
            (Json{{"a", "it's\nEND-OF-INPUT\n$(false) \\"}}));
  EXPECT_EQ(Json::parse(read_file(home() / "two")).at("data"), Json::object());
  EXPECT_THAT(outcome->output->at("tmp").get<std::string>(), testing::EndsWith("/tmp"));
  files_.reset();
  EXPECT_TRUE(std::filesystem::is_empty(home() / "tmp"));
  files_.emplace();
}

TEST_F(ContextRuns, TakeInputLargerThanAPipe) {
  ToolRun given = with(R"([{"context": "one", "data": {}}])");
  given.test =
      std::make_shared<const Json>(Json{{"type", "probe"}, {"spec", {{"text", std::string(300'000, 'x')}}}});
  const auto outcome = run(given);
  ASSERT_TRUE(outcome && outcome->output) << outcome->failure;
  EXPECT_EQ(outcome->output->at("input").at("test"), *given.test);
}

TEST_F(ContextRuns, FailAsTheirContextDoes) {
  const auto outcome = run(with(R"([{"context": "one", "data": {}}, {"context": "fails", "data": {}}])"));
  EXPECT_EQ(outcome->status, 1);
  EXPECT_THAT(outcome->failure, HasSubstr("no such namespace"));
}

TEST_F(ContextRuns, NameAContextThatIsNotThere) {
  const auto outcome = run(with(R"([{"context": "three", "data": {}}])"));
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("context 'three'"));
}

using PreparationTimes = HostTest;

TEST_F(PreparationTimes, AreLearnedFromTheToolsMethods) {
  add_tool("slow", {"probe"});
  add_tool("quick", {"probe"});
  add_method("tool", "slow", "can-run", "sleep 0.5; echo '{\"can-run\": true}'");
  add_method("tool", "quick", "can-run", "echo '{\"can-run\": true}'");
  EXPECT_EQ(host().preparation_time("slow"), 1s);
  await(host().offers(Json{{"type", "probe"}}, ""));
  EXPECT_GE(host().preparation_time("slow"), 500ms);
  EXPECT_LE(host().preparation_time("slow"), 3s);
  EXPECT_GE(host().preparation_time("quick"), 20ms);
  EXPECT_LT(host().preparation_time("quick"), host().preparation_time("slow"));
}

}  // namespace
}  // namespace pscheduler::test
