#include "pscheduler/adapters/process/posix_processes.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "adapters/process/conversation.hpp"
#include "adapters/process/launch.hpp"
#include "adapters/process/orphans.hpp"
#include "adapters/process/supervise.hpp"

namespace pscheduler::adapters {
namespace {

namespace asio = boost::asio;
using shepherd::Report;
using shepherd::Step;

// Pauses before the next try when the system is short of something; what is short for longer is told the
// caller.
constexpr std::array kRetryPauses = {Duration(2'000), Duration(10'000), Duration(50'000)};

// From the start of the shepherd to the execution of the program, on a very busy machine.
constexpr Duration kStartLimit = std::chrono::seconds(10);

void ignore_broken_pipes() {
  struct sigaction current {};
  if (::sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL) {
    ::signal(SIGPIPE, SIG_IGN);
  }
}

// Why the program did not start, for one who can read the path.
Error start_failure(const ports::ProcessSpec& spec, const Report& report) {
  const auto reason = std::generic_category().message(report.status);
  const auto path = spec.program.string();
  switch (report.step) {
    case Step::execute:
      if (report.status == E2BIG) return {Errc::too_large, "The arguments of " + path + " are too long", {}};
      if (report.status == EAGAIN || report.status == ENOMEM || report.status == ENFILE) break;
      if (report.status == ENOENT && ::access(path.c_str(), F_OK) == 0) {
        return {Errc::plugin_failed,
                "Cannot run " + path + ": the interpreter named in its first line is missing",
                {}};
      }
      return {Errc::plugin_failed, "Cannot run " + path + ": " + reason, {}};
    case Step::directory:
      return {Errc::internal, "Cannot enter " + spec.working_directory.string() + ": " + reason, {}};
    case Step::none:
    case Step::prepare:
    case Step::fork:
    case Step::session:
    case Step::limits:
      break;
  }
  return {Errc::unavailable, "Cannot start " + path + ": " + reason + "; try again later", {}};
}

// Counts the tries at starting a program, and makes the pauses between them.
class Tries {
 public:
  explicit Tries(const asio::any_io_executor& executor) : timer_(executor) {}

  // Whether there is another try, which is then due.
  ports::Async<bool> wait_for_next() {
    if (next_ == kRetryPauses.end()) co_return false;
    timer_.expires_after(*next_++);
    co_await timer_.async_wait(asio::use_awaitable);
    co_return true;
  }

 private:
  asio::steady_timer timer_;
  decltype(kRetryPauses)::const_iterator next_ = kRetryPauses.begin();
};

// A file that was just written may still be open in a process that is being started: ETXTBSY passes as well.
bool may_pass(const Error& error, const Report& report) {
  return error.code == Errc::unavailable || (report.step == Step::execute && report.status == ETXTBSY);
}

}  // namespace

PosixProcesses::PosixProcesses(PosixProcessesOptions options) : options_(std::move(options)) {
  for (char** entry = environ; *entry != nullptr; ++entry) environment_.emplace_back(*entry);
  adopt_orphans();
  ignore_broken_pipes();
}

ports::AsyncResult<ports::ProcessOutcome> PosixProcesses::run(ports::ProcessSpec spec) {
  const auto executor = co_await asio::this_coro::executor;
  const auto input = std::make_shared<const std::string>(std::move(spec.input));
  const Bounds bounds{spec.time_limit, spec.grace, spec.output_bytes_max, spec.errors_bytes_max,
                      spec.on_output};
  Tries tries(executor);
  for (;;) {
    Error error;
    bool again = false;
    const auto started = std::chrono::steady_clock::now();
    auto launched = launch(options_, environment_, spec);
    if (launched) {
      auto handle = std::make_unique<ShepherdHandle>(executor, *launched);
      auto supervision = std::make_shared<Supervision>(executor, std::move(handle), bounds, started);
      supervision->take_output(std::move(launched->output));
      supervision->take_errors(std::move(launched->errors));
      supervision->feed_input(std::move(launched->input), input);
      auto finish = co_await supervise(std::move(supervision));
      if (finish.report.ending != shepherd::Ending::not_started) co_return std::move(finish.outcome);
      error = start_failure(spec, finish.report);
      again = may_pass(error, finish.report);
    } else {
      error = std::move(launched.error());
      again = error.code == Errc::unavailable;
    }
    if (again) again = co_await tries.wait_for_next();
    if (!again) co_return fail(std::move(error));
  }
}

ports::AsyncResult<std::unique_ptr<ports::Conversation>> PosixProcesses::start(ports::ProcessSpec spec) {
  const auto executor = co_await asio::this_coro::executor;
  Tries tries(executor);
  for (;;) {
    Error error;
    bool again = false;
    auto launched = launch(options_, environment_, spec);
    if (launched) {
      auto conversation = std::make_unique<PosixConversation>(executor, std::move(*launched), spec);
      Result<void> begun;
      bool cancelled = false;
      try {
        begun = co_await conversation->wait_started(kStartLimit);
      } catch (const boost::system::system_error&) {
        cancelled = true;
      }
      if (begun && !cancelled) co_return std::move(conversation);
      // Ending it must be awaited also after a cancellation.
      if (cancelled) co_await asio::this_coro::reset_cancellation_state();
      const auto finish = co_await conversation->stop_and_report(Duration::zero());
      if (cancelled) throw boost::system::system_error(asio::error::operation_aborted);
      error = std::move(begun.error());
      if (finish.report.step != Step::none) {
        error = start_failure(spec, finish.report);
        again = may_pass(error, finish.report);
      }
    } else {
      error = std::move(launched.error());
      again = error.code == Errc::unavailable;
    }
    if (again) again = co_await tries.wait_for_next();
    if (!again) co_return fail(std::move(error));
  }
}

}  // namespace pscheduler::adapters
