#include "pscheduler/adapters/jq/jq_scripts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/jq/protocol.hpp"
#include "adapters/jq/turns.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::adapters {
namespace {

// No single request needs more processor time; what ends a program in practice is its time limit.
constexpr int kCpuSecondsMax = 300;

// For a helper without work to see the end of its input.
constexpr Duration kStopGrace = std::chrono::seconds(1);

// Ends the helper unless the exchange was completed: after that its output cannot be told apart.
class Exchange {
 public:
  explicit Exchange(std::unique_ptr<ports::Conversation>& conversation) : conversation_(conversation) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    if (!is_complete_) conversation_.reset();
  }
  void complete() { is_complete_ = true; }

 private:
  std::unique_ptr<ports::Conversation>& conversation_;
  bool is_complete_ = false;
};

Error explained(const Error& error, const std::string& said, Duration time_limit) {
  switch (error.code) {
    case Errc::timed_out:
      return {Errc::timed_out,
              "The jq program did not end within " + format_duration(time_limit) +
                  " and was stopped; make it simpler or its input smaller.",
              said};
    case Errc::too_large:
      return {Errc::too_large, "The jq program's output is larger than allowed.", said};
    default:
      return {Errc::unavailable, "The jq program made jq crash or run out of memory; make it simpler.",
              said.empty() ? error.message : said};
  }
}

Duration remaining(std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
  return std::max(left, Duration::zero());
}

}  // namespace

class JqScripts::Turns : public TurnQueue {
  using TurnQueue::TurnQueue;
};

JqScripts::JqScripts(ports::asio::any_io_executor executor, ports::Processes& processes,
                     JqScriptsOptions options)
    : processes_(processes),
      options_(std::move(options)),
      turns_(std::make_shared<Turns>(executor, options_.waiting_max)),
      idle_(executor) {}

JqScripts::~JqScripts() = default;

ports::AsyncResult<void> JqScripts::check(const ports::Script& script, Duration time_limit) {
  const std::uint64_t id = ++last_id_;
  auto request = jq::check_request(id, {script.text, script.variables});
  auto outputs = co_await ask(std::move(request), id, time_limit);
  if (!outputs) co_return fail(std::move(outputs.error()));
  co_return Result<void>();
}

ports::AsyncResult<std::vector<Json>> JqScripts::run(const ports::Script& script, const Json& input,
                                                     const Json& arguments, Duration time_limit) {
  const std::uint64_t id = ++last_id_;
  auto request = jq::run_request(id, {script.text, script.variables}, input, arguments);
  co_return co_await ask(std::move(request), id, time_limit);
}

ports::AsyncResult<std::vector<Json>> JqScripts::ask(std::string request, std::uint64_t id,
                                                     Duration time_limit) {
  if (request.size() > jq::kMessageBytesMax) {
    co_return fail(Errc::too_large, "The input of the jq program is larger than allowed.");
  }
  auto turn = co_await turns_->take(options_.waiting_time_max);
  if (!turn) co_return fail(std::move(turn.error()));
  idle_.cancel();
  const bool was_running = helper_is_running();
  auto line = co_await exchange(request, time_limit);
  // A helper that served others before may have been worn out by them.
  if (!line && line.error().code == Errc::unavailable && was_running) {
    line = co_await exchange(std::move(request), time_limit);
  }
  end_helper_when_idle();
  if (!line) co_return fail(std::move(line.error()));
  auto outputs = jq::read_reply(*line, id);
  if (!outputs && outputs.error().code == Errc::unavailable) conversation_.reset();
  co_return outputs;
}

ports::AsyncResult<std::string> JqScripts::exchange(std::string request, Duration time_limit) {
  const auto deadline = std::chrono::steady_clock::now() + time_limit;
  if (!conversation_) {
    auto started = co_await start_helper();
    if (!started) co_return fail(std::move(started.error()));
  }
  Exchange in_flight(conversation_);
  auto written = co_await conversation_->write(std::move(request), remaining(deadline));
  if (!written) co_return fail(explained(written.error(), conversation_->errors(), time_limit));
  auto line = co_await conversation_->read_until('\n', jq::kMessageBytesMax, remaining(deadline));
  if (!line) co_return fail(explained(line.error(), conversation_->errors(), time_limit));
  in_flight.complete();
  co_return std::move(*line);
}

ports::AsyncResult<void> JqScripts::start_helper() {
  ports::ProcessSpec spec;
  spec.program = options_.helper;
  for (const auto& path : options_.module_paths) {
    spec.arguments.push_back("--modules");
    spec.arguments.push_back(path.string());
  }
  spec.arguments.push_back("--memory-bytes");
  spec.arguments.push_back(std::to_string(options_.memory_bytes_max));
  spec.arguments.push_back("--cpu-seconds");
  spec.arguments.push_back(std::to_string(kCpuSecondsMax));
  spec.errors_bytes_max = 64u << 10;
  auto started = co_await processes_.start(std::move(spec));
  if (!started) {
    co_return fail(Errc::unavailable, "The jq helper cannot be started: " + started.error().message,
                   std::move(started.error().detail));
  }
  conversation_ = std::move(*started);
  co_return Result<void>();
}

void JqScripts::end_helper_when_idle() {
  if (!conversation_) return;
  idle_.expires_after(options_.idle_time_max);
  idle_.async_wait([this, still_there = std::weak_ptr(turns_)](const boost::system::error_code& cancelled) {
    const auto turns = still_there.lock();
    if (!cancelled && turns && !turns->is_taken()) conversation_.reset();
  });
}

ports::Async<void> JqScripts::stop() {
  idle_.cancel();
  if (!conversation_) co_return;
  const auto conversation = std::move(conversation_);
  co_await conversation->stop(kStopGrace);
}

}  // namespace pscheduler::adapters
