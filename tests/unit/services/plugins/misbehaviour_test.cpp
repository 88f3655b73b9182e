// Plug-ins that do what plug-ins must not do: each is a real program, asked once through an ordinary method
// and once as a tool's run. Whatever it does, the call ends in time, says what happened, and leaves no
// process.

#include <gmock/gmock.h>

#include "case_name.hpp"
#include "host_fixture.hpp"

namespace pscheduler::test {
namespace {

using ports::ProcessEnd;
using services::ToolOutcome;
using testing::HasSubstr;
using testing::IsEmpty;

enum class Ends { itself, at_the_deadline };

struct Captured {
  std::optional<Errc> error;  // absent: a good answer
  std::string message;        // part of it
};

struct Ran {
  ProcessEnd end = ProcessEnd::exited;
  int status = 0;
  bool has_output = false;
  std::string failure;  // part of it; empty: none
};

struct Misbehaviour {
  std::string name;
  std::string script;
  Captured captured;
  Ran ran;
  Ends ends = Ends::itself;
};

const Captured kAnswered{};
const Captured kLate{Errc::timed_out, "did not end within"};
const Ran kSucceeded{ProcessEnd::exited, 0, true, ""};
const Ran kEnded{ProcessEnd::timed_out, 2, false, "ran too long"};

std::vector<Misbehaviour> misbehaviours() {
  return {
      {"exits_non_zero",
       "echo one >&2; echo no luck >&2; exit 3",
       {Errc::plugin_failed, "no luck"},
       {ProcessEnd::exited, 3, false, "no luck"}},
      {"exits_non_zero_with_a_result",
       "echo '{}'; exit 1",
       {Errc::plugin_failed, "status 1"},
       {ProcessEnd::exited, 1, true, ""}},
      {"killed_by_signal",
       "echo '{}'; kill -9 $$",
       {Errc::plugin_failed, "signal 9"},
       {ProcessEnd::signalled, 2, true, "signal 9"}},
      {"prints_no_utf8",
       R"(printf '{"a": "\377"}')",
       {Errc::plugin_failed, "UTF-8"},
       {ProcessEnd::exited, 0, false, "UTF-8"}},
      {"prints_no_json",
       "echo hello",
       {Errc::plugin_failed, "hello"},
       {ProcessEnd::exited, 0, false, "unusable"}},
      {"prints_nothing",
       "cat >/dev/null",
       {Errc::plugin_failed, "empty"},
       {ProcessEnd::exited, 0, false, "no result"}},
      {"prints_no_final_newline", "printf '{}'", kAnswered, kSucceeded},
      {"prints_carriage_returns", R"(printf '{"a":\r\n1}\r\n')", kAnswered, kSucceeded},
      {"hangs_silently", "sleep 1000", kLate, kEnded, Ends::at_the_deadline},
      {"hangs_after_a_partial_line", R"(printf '{"a"'; sleep 1000)", kLate, kEnded, Ends::at_the_deadline},
      {"prints_slowly_for_ever", "while :; do echo x; sleep 0.01; done", kLate, kEnded,
       Ends::at_the_deadline},
      {"prints_for_ever",
       "exec yes",
       {Errc::plugin_failed, "printed more than"},
       {ProcessEnd::output_too_large, 2, false, "printed more than"}},
      {"prints_a_burst_and_hangs", "echo a; echo b; echo c; sleep 1000", kLate, kEnded,
       Ends::at_the_deadline},
      {"ignores_sigterm", "trap '' TERM; while :; do sleep 1000; done", kLate, kEnded, Ends::at_the_deadline},
      {"prints_50_mb", R"(printf '"'; head -c 50000000 /dev/zero | tr '\0' x; printf '"\n')", kAnswered,
       kSucceeded},
      {"floods_stderr", "head -c 5000000 /dev/zero | tr '\\0' x >&2; echo '{}'", kAnswered, kSucceeded},
      {"does_not_read_stdin", "echo '{}'", kAnswered, kSucceeded},
      {"closes_stdin", "exec 0<&-; echo '{}'", kAnswered, kSucceeded},
      {"closes_stdout_and_keeps_running", "echo oops; exec 1>&-; sleep 1000", kLate, kEnded,
       Ends::at_the_deadline},
      {"closes_everything_and_keeps_running", "exec 0<&- 1>&- 2>&-; sleep 1000", kLate, kEnded,
       Ends::at_the_deadline},
      {"leaves_a_child_with_its_stdout", "sleep 1000 & echo '{}'", kAnswered, kSucceeded},
      {"leaves_a_child_with_redirected_stdio", "sleep 1000 </dev/null >/dev/null 2>&1 & echo '{}'", kAnswered,
       kSucceeded},
      {"leaves_a_grandchild_in_its_own_session", "(setsid sleep 1000 &) ; echo '{}'", kAnswered, kSucceeded},
      {"leaves_a_child_that_ignores_sigterm", "(trap '' TERM; setsid sleep 1000 & ) ; echo '{}'", kAnswered,
       kSucceeded},
      // Only root can start one; the daemon then can end it, too.
      {"leaves_a_child_of_another_user",
       "(setpriv --reuid=65534 --clear-groups setsid sleep 1000 &) 2>/dev/null; echo '{}'", kAnswered,
       kSucceeded},
      {"prints_two_documents",
       "echo '{}'; echo '{}'",
       {Errc::plugin_failed, "unusable"},
       {ProcessEnd::exited, 0, false, "unusable"}},
      {"has_no_interpreter",
       "exec /no/such/interpreter",
       {Errc::plugin_failed, "status 127"},
       {ProcessEnd::exited, 127, false, "status 127"}},
  };
}

class MisbehavingPlugin : public HostTest, public testing::WithParamInterface<Misbehaviour> {
 protected:
  MisbehavingPlugin() {
    add_tool("bad", {"probe"});
    if (GetParam().ends == Ends::at_the_deadline) options_.limits.ordinary = std::chrono::milliseconds(400);
    // Larger than any pipe, so that a program that does not read it is in the way.
    big_ = Json{{"type", "probe"}, {"spec", {{"text", std::string(300'000, 'x')}}}};
  }

  Json big_;
};

TEST_P(MisbehavingPlugin, FailsOnlyItsOwnCall) {
  add_method("tool", "bad", "participant-data", GetParam().script);
  const auto answer = await(host().participant_data("bad", big_, 0));
  const Captured& expected = GetParam().captured;
  ASSERT_EQ(answer.has_value(), !expected.error) << (answer ? "" : answer.error().message);
  if (!answer) {
    EXPECT_EQ(answer.error().code, expected.error);
    EXPECT_THAT(answer.error().message, HasSubstr("The tool bad (participant-data)"));
    EXPECT_THAT(answer.error().message, HasSubstr(expected.message));
  }
  EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_P(MisbehavingPlugin, EndsItsRunWithAReason) {
  add_method("tool", "bad", "run", GetParam().script);
  services::ToolRun run = tool_run("bad");
  run.test = std::make_shared<const Json>(big_);
  if (GetParam().ends == Ends::at_the_deadline) run.time_limit = std::chrono::milliseconds(400);
  const auto outcome = await(host().run(std::move(run)));
  ASSERT_TRUE(outcome) << outcome.error().message;
  const Ran& expected = GetParam().ran;
  EXPECT_EQ(outcome->end, expected.end);
  EXPECT_EQ(outcome->status, expected.status);
  EXPECT_EQ(outcome->output != nullptr, expected.has_output);
  EXPECT_THAT(outcome->failure, HasSubstr(expected.failure));
  EXPECT_EQ(outcome->failure.empty(), expected.failure.empty()) << outcome->failure;
  if (outcome->status != 0) {
    EXPECT_FALSE(outcome->errors.empty());
  }
  EXPECT_THAT(left_behind(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, MisbehavingPlugin, testing::ValuesIn(misbehaviours()), test::CaseName());

class UnstartableMethod : public HostTest {
 protected:
  UnstartableMethod() { add_tool("bad", {"probe"}); }

  void expect_failures() {
    const auto answer = await(host().participant_data("bad", Json::object(), 0));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::plugin_failed);
    EXPECT_THAT(answer.error().message, HasSubstr("The tool bad (participant-data) could not be started"));
    const auto outcome = await(host().run(tool_run("bad")));
    ASSERT_TRUE(outcome);
    EXPECT_THAT(outcome->failure, HasSubstr("The tool bad could not be started"));
    EXPECT_EQ(outcome->status, 2);
    EXPECT_EQ(outcome->output, nullptr);
  }
};

TEST_F(UnstartableMethod, MissingIsAFailureThatNamesIt) {
  expect_failures();
}

TEST_F(UnstartableMethod, NotExecutableIsAFailureThatNamesIt) {
  write_file(root() / "tool/bad/participant-data", "#!/bin/sh\necho '{}'\n", false);
  write_file(root() / "tool/bad/run", "#!/bin/sh\necho '{}'\n", false);
  expect_failures();
}

TEST_F(UnstartableMethod, WithoutInterpreterIsAFailureThatNamesIt) {
  write_file(root() / "tool/bad/participant-data", "#!/no/such/interpreter\n", true);
  write_file(root() / "tool/bad/run", "#!/no/such/interpreter\n", true);
  expect_failures();
}

}  // namespace
}  // namespace pscheduler::test
