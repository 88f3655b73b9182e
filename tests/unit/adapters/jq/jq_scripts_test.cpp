// The helper process, for real.

#include "pscheduler/adapters/jq/jq_scripts.hpp"

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <nlohmann/json.hpp>
#include <optional>

#include "pscheduler/adapters/process/posix_processes.hpp"

namespace pscheduler::adapters {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;
using Outputs = Result<std::vector<Json>>;

constexpr Duration kPlenty = 30s;
constexpr std::chrono::seconds kLoopLimit{60};  // a loop that runs on has hung

// The caller's side of one request: what it passes by reference lives here.
struct Request {
  ports::Script script;
  Json input = nullptr;
  Json arguments = nullptr;
  Duration time_limit = kPlenty;
  std::optional<Outputs> outputs{};
  std::exception_ptr exception{};
};

class JqScriptsTest : public testing::Test {
 protected:
  JqScriptsOptions options() const {
    JqScriptsOptions options;
    options.helper = JQ_HELPER;
    options.module_paths = {JQ_MODULES};
    return options;
  }

  void begin(JqScripts& scripts, Request& request, asio::cancellation_slot slot = {}) {
    ++begun_;
    auto done = [this, &request](std::exception_ptr exception, Outputs outputs) {
      request.exception = std::move(exception);
      request.outputs = std::move(outputs);
      ++ended_;
    };
    asio::co_spawn(loop_, scripts.run(request.script, request.input, request.arguments, request.time_limit),
                   asio::bind_cancellation_slot(slot, std::move(done)));
  }

  void finish_all() {
    loop_.restart();
    const auto give_up = std::chrono::steady_clock::now() + kLoopLimit;
    while (ended_ < begun_) ASSERT_GT(loop_.run_one_until(give_up), 0u) << "a request did not end";
  }

  Outputs run(JqScripts& scripts, Request request) {
    begin(scripts, request);
    finish_all();
    if (!request.outputs) return fail(Errc::internal, "no answer");
    return std::move(*request.outputs);
  }

  void on_loop(ports::Async<void> body) {
    bool ended = false;
    loop_.restart();
    asio::co_spawn(loop_, std::move(body), [&](std::exception_ptr exception) {
      EXPECT_FALSE(exception);
      ended = true;
    });
    while (!ended) ASSERT_GT(loop_.run_one_for(kLoopLimit), 0u);
  }

  asio::io_context loop_{1};
  PosixProcesses processes_{{SHEPHERD_PATH}};
  int begun_ = 0;
  int ended_ = 0;
};

TEST_F(JqScriptsTest, RunsProgramsWithArguments) {
  JqScripts scripts(loop_.get_executor(), processes_, options());
  const auto outputs =
      run(scripts,
          {{"import \"pscheduler/si\" as si; .[] + $n, si::as_integer(\"1k\")", {"n"}}, {1, 2}, {{"n", 10}}});
  ASSERT_TRUE(outputs) << outputs.error().message << outputs.error().detail;
  EXPECT_EQ(Json(*outputs), Json::parse("[11, 12, 1000]"));
}

TEST_F(JqScriptsTest, ErrorsAreThoseOfTheProgram) {
  JqScripts scripts(loop_.get_executor(), processes_, options());
  const auto broken = run(scripts, {{"nonsense", {}}});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::invalid_argument);
  EXPECT_THAT(broken.error().message, HasSubstr("nonsense/0 is not defined"));
  const auto raised = run(scripts, {{"error(\"no \\(.)\\n!\")", {}}, "way"});
  ASSERT_FALSE(raised);
  EXPECT_EQ(raised.error().detail, "no way\n!");
}

ports::Async<void> check_both(JqScripts& scripts, Result<void>& good, Result<void>& bad) {
  const ports::Script right{".", {}};
  const ports::Script wrong{"{", {}};
  good = co_await scripts.check(right, kPlenty);
  bad = co_await scripts.check(wrong, kPlenty);
}

TEST_F(JqScriptsTest, ChecksWithoutRunning) {
  JqScripts scripts(loop_.get_executor(), processes_, options());
  Result<void> good = fail(Errc::internal, "");
  Result<void> bad;
  on_loop(check_both(scripts, good, bad));
  EXPECT_TRUE(good);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::invalid_argument);
}

TEST_F(JqScriptsTest, EveryoneGetsTheirOwnAnswer) {
  JqScripts scripts(loop_.get_executor(), processes_, options());
  std::vector<Request> requests(40);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    requests[i].script = {i % 3 == 0 ? "if . == 9 then error else . end" : "[., $n]", {"n"}};
    requests[i].input = i;
    requests[i].arguments = {{"n", i * 2}};
    begin(scripts, requests[i]);
  }
  finish_all();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (i == 9) {
      EXPECT_FALSE(*requests[i].outputs);
      continue;
    }
    ASSERT_TRUE(*requests[i].outputs) << requests[i].outputs->error().message;
    EXPECT_EQ(requests[i].outputs->value().front(), i % 3 == 0 ? Json(i) : Json({i, i * 2}));
  }
}

TEST_F(JqScriptsTest, AProgramThatNeverEndsIsStoppedAndOthersGoOn) {
  JqScripts scripts(loop_.get_executor(), processes_, options());
  std::vector<Request> requests(3);
  for (auto& request : requests) request.script = {"1 + 1", {}};
  requests[1].script = {"last(repeat(1))", {}};
  requests[1].time_limit = 1s;
  for (auto& request : requests) begin(scripts, request);
  finish_all();
  EXPECT_EQ(requests[0].outputs->value().front(), 2);
  ASSERT_FALSE(*requests[1].outputs);
  EXPECT_EQ(requests[1].outputs->error().code, Errc::timed_out);
  EXPECT_THAT(requests[1].outputs->error().message, HasSubstr("within PT1S"));
  EXPECT_EQ(requests[2].outputs->value().front(), 2);
}

TEST_F(JqScriptsTest, AProgramThatCrashesJqFailsAlone) {
  JqScripts scripts(loop_.get_executor(), processes_, options());
  EXPECT_TRUE(run(scripts, {{".", {}}}));
  const auto crashed = run(scripts, {{"reduce range(400000) as $i (null; [.]) | 1", {}}});
  ASSERT_FALSE(crashed);
  EXPECT_EQ(crashed.error().code, Errc::unavailable);
  EXPECT_THAT(crashed.error().message, HasSubstr("crash"));
  EXPECT_FALSE(scripts.helper_is_running());
  EXPECT_TRUE(run(scripts, {{".", {}}}));
}

TEST_F(JqScriptsTest, TheHelperSeesNoEnvironment) {
  JqScripts scripts(loop_.get_executor(), processes_, options());
  const auto outputs = run(scripts, {{"env, $ENV, (\"x\" | try error(\"\\(env)\") catch .)", {}}});
  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_EQ(Json(*outputs), Json::parse(R"([{}, {}, "{}"])"));
}

TEST_F(JqScriptsTest, TheQueueIsBounded) {
  auto few = options();
  few.waiting_max = 2;
  JqScripts scripts(loop_.get_executor(), processes_, few);
  std::vector<Request> requests(5);
  for (auto& request : requests) {
    request.script = {".", {}};
    begin(scripts, request);
  }
  finish_all();
  int refused = 0;
  for (const auto& request : requests) {
    if (*request.outputs) continue;
    ++refused;
    EXPECT_EQ(request.outputs->error().code, Errc::unavailable);
  }
  EXPECT_EQ(refused, 2);
}

TEST_F(JqScriptsTest, WaitingIsBounded) {
  auto impatient = options();
  impatient.waiting_time_max = 1ms;
  JqScripts scripts(loop_.get_executor(), processes_, impatient);
  std::vector<Request> requests(2);
  requests[0].script = {"last(repeat(1))", {}};
  requests[0].time_limit = 500ms;
  requests[1].script = {".", {}};
  for (auto& request : requests) begin(scripts, request);
  finish_all();
  EXPECT_EQ(requests[0].outputs->error().code, Errc::timed_out);
  EXPECT_EQ(requests[1].outputs->error().code, Errc::unavailable);
}

void expect_cancelled(const Request& request) {
  ASSERT_TRUE(request.exception);
  try {
    std::rethrow_exception(request.exception);
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), asio::error::operation_aborted);
  }
}

TEST_F(JqScriptsTest, CancellationEndsPromptlyWhetherRunningOrWaiting) {
  JqScripts scripts(loop_.get_executor(), processes_, options());
  ASSERT_TRUE(run(scripts, {{".", {}}}));
  Request running{{"last(repeat(1))", {}}};
  Request waiting{{"1", {}}};
  Request after{{"2", {}}};
  asio::cancellation_signal cancel_running;
  asio::cancellation_signal cancel_waiting;
  begin(scripts, running, cancel_running.slot());
  begin(scripts, waiting, cancel_waiting.slot());
  begin(scripts, after);
  loop_.restart();
  while (loop_.poll_one() > 0) {
  }
  cancel_waiting.emit(asio::cancellation_type::terminal);
  cancel_running.emit(asio::cancellation_type::terminal);
  finish_all();
  expect_cancelled(running);
  expect_cancelled(waiting);
  ASSERT_TRUE(*after.outputs) << after.outputs->error().message;
  EXPECT_EQ(after.outputs->value().front(), 2);
}

TEST_F(JqScriptsTest, AnIdleHelperIsEnded) {
  auto brief = options();
  brief.idle_time_max = 1ms;
  JqScripts scripts(loop_.get_executor(), processes_, brief);
  EXPECT_TRUE(run(scripts, {{".", {}}}));
  EXPECT_TRUE(scripts.helper_is_running());
  while (scripts.helper_is_running()) ASSERT_GT(loop_.run_one_for(kLoopLimit), 0u);
  EXPECT_TRUE(run(scripts, {{".", {}}}));
}

TEST_F(JqScriptsTest, StopEndsTheHelper) {
  JqScripts scripts(loop_.get_executor(), processes_, options());
  EXPECT_TRUE(run(scripts, {{".", {}}}));
  on_loop(scripts.stop());
  EXPECT_FALSE(scripts.helper_is_running());
}

TEST_F(JqScriptsTest, AMissingHelperIsSaid) {
  auto without = options();
  without.helper = "/nonexistent/pscheduler-jq-helper";
  JqScripts scripts(loop_.get_executor(), processes_, without);
  const auto outputs = run(scripts, {{".", {}}});
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace pscheduler::adapters
