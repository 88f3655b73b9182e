#include "services/plugins/archiver_pool.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "pscheduler/ports/messages.hpp"
#include "services/plugins/archiver_reply.hpp"
#include "services/plugins/call_environment.hpp"
#include "services/plugins/documents.hpp"

namespace pscheduler::services {
namespace {

// From the end of its input to the signals, for a process that did nothing wrong: it may close connections.
constexpr Duration kStopGrace = std::chrono::seconds(1);

std::string with_errors(std::string sentence, const std::string& errors) {
  if (const auto last = last_line(errors); !last.empty()) sentence += ": " + last;
  while (sentence.ends_with('.')) sentence.pop_back();
  return sentence + ".";
}

std::string_view without_line_end(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

class ArchiverPool::Lease {
 public:
  Lease(ArchiverPool& pool, Worker worker) : pool_(pool), worker_(std::move(worker)) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    if (worker_.process) pool_.end(std::move(worker_), Duration::zero());
  }

  [[nodiscard]] Worker& worker() { return worker_; }
  [[nodiscard]] Worker take() { return std::exchange(worker_, Worker{}); }

 private:
  ArchiverPool& pool_;
  Worker worker_;
};

ArchiverPool::ArchiverPool(boost::asio::any_io_executor executor, ports::Clock& clock,
                           ports::Processes& processes, ports::Log& log, const PluginHostOptions& options)
    : clock_(clock),
      processes_(processes),
      log_(log),
      limits_(options.limits),
      temporary_directory_(options.temporary_directory),
      slots_(executor, clock, limits_.archiver_processes_max, limits_.archiver_waiting_max),
      scope_(executor, [](std::exception_ptr exception) { std::rethrow_exception(exception); }) {}

ports::AsyncResult<ArchiverReply> ArchiverPool::archive(EntryPointer archiver, std::string destination,
                                                        std::string record) {
  const auto slot = co_await slots_.acquire(limits_.archiver_patience);
  if (!slot) co_return fail(slot.error());
  const std::string subject = archiver->call(Method::archive).subject();
  const std::string message = kRecordSeparator + std::move(record) + "\n";
  Error failure;
  for (int tried = 0; tried < limits_.archiver_tries_max; ++tried) {
    auto worker = co_await worker_for(*archiver, destination);
    if (!worker) co_return fail(std::move(worker.error()));
    Lease lease(*this, std::move(*worker));
    auto line = co_await exchange(lease, message);
    Result<ArchiverReply> reply = fail(line ? Error() : line.error());
    if (line) reply = read_archiver_reply(without_line_end(*line));
    if (reply) {
      if (lease.worker().process) give_back(lease.take());
      co_return reply;
    }
    const std::string errors = lease.worker().process ? lease.worker().process->errors() : std::string();
    failure = std::move(reply.error());
    if (failure.detail.empty()) failure.detail = readable(errors, kDetailBytesMax);
    failure.message = with_errors(subject + " " + failure.message, failure.detail);
    log_.write(ports::kArchiverFailed, {{"archiver", archiver->plugin.name}, {"reason", failure.message}});
    // Whoever breaks the rules would break them again; who has died or is late may have had bad luck.
    if (line || failure.code == Errc::too_large) break;
  }
  if (failure.code != Errc::timed_out) failure.code = Errc::plugin_failed;
  co_return fail(std::move(failure));
}

std::optional<ArchiverPool::Worker> ArchiverPool::take_idle(const std::string& destination) {
  if (idle_.empty()) return std::nullopt;
  const auto same = std::find_if(idle_.rbegin(), idle_.rend(),
                                 [&](const Worker& worker) { return worker.destination == destination; });
  const auto place = same == idle_.rend() ? std::prev(idle_.end()) : std::prev(same.base());
  std::optional<Worker> taken = std::move(*place);
  idle_.erase(place);
  return taken;
}

// An idle process that is still good, else a new one.
ports::AsyncResult<ArchiverPool::Worker> ArchiverPool::worker_for(const CatalogueEntry& archiver,
                                                                  const std::string& destination) {
  while (auto idle = take_idle(destination)) {
    Lease lease(*this, std::move(*idle));
    lease.worker().destination = destination;
    const bool quiet = co_await is_quiet(lease.worker());
    if (quiet) co_return lease.take();
  }
  ports::ProcessSpec spec;
  spec.program = archiver.method(Method::archive);
  spec.environment = call_environment(temporary_directory_);
  spec.errors_bytes_max = limits_.errors_bytes_max;
  auto started = co_await processes_.start(std::move(spec));
  if (!started) {
    const auto& error = started.error();
    const std::string what =
        archiver.call(Method::archive).subject() + " could not be started: " + error.message;
    co_return fail(error.code == Errc::plugin_failed ? Errc::plugin_failed : Errc::unavailable, what,
                   error.detail);
  }
  Worker fresh;
  fresh.process = std::move(*started);
  fresh.generation = generation_;
  fresh.destination = destination;
  co_return fresh;
}

// False when it has ended, or has said more than it was asked: that would be taken for the next answer.
ports::Async<bool> ArchiverPool::is_quiet(Worker& worker) {
  const auto more =
      co_await worker.process->read_until('\n', limits_.archiver_reply_bytes_max, Duration::zero());
  co_return !more && more.error().code == Errc::timed_out;
}

// The answer's line. Errors say what the archiver did, to follow its name. After an error, and after an
// answer at the end of which the process ended, the lease is without one.
ports::AsyncResult<std::string> ArchiverPool::exchange(Lease& lease, const std::string& message) {
  auto& process = *lease.worker().process;
  const Duration limit = limits_.archiver_answer;
  std::string copy = message;
  const auto written = co_await process.write(std::move(copy), limit);
  if (!written) {
    const bool late = written.error().code == Errc::timed_out;
    co_return fail(written.error().code, late ? "did not take its record within " + in_seconds(limit)
                                              : "ended without taking its record");
  }
  auto line = co_await process.read_until('\n', limits_.archiver_reply_bytes_max, limit);
  if (line) co_return line;
  if (line.error().code == Errc::too_large) {
    co_return fail(Errc::too_large,
                   "answered with more than " + std::to_string(limits_.archiver_reply_bytes_max) + " bytes");
  }
  // A final newline may be missing.
  const auto outcome = co_await lease.take().process->stop(Duration::zero());
  if (read_archiver_reply(without_line_end(outcome.output))) co_return outcome.output;
  const bool late = line.error().code == Errc::timed_out;
  co_return fail(line.error().code,
                 late ? "did not answer within " + in_seconds(limit) : "ended without an answer",
                 readable(outcome.errors, kDetailBytesMax));
}

void ArchiverPool::give_back(Worker worker) {
  const bool worn_out = ++worker.records >= limits_.archiver_records_max;
  if (worn_out || stopping_ || worker.generation != generation_) {
    end(std::move(worker), kStopGrace);
    return;
  }
  worker.last_use = clock_.steady();
  idle_.push_back(std::move(worker));
  if (!retiring_) retiring_ = scope_.spawn(retire_idle());
}

void ArchiverPool::end(Worker worker, Duration grace) {
  scope_.spawn(end_process(std::move(worker), grace));
}

ports::Async<void> ArchiverPool::end_process(Worker worker, Duration grace) {
  co_await worker.process->stop(grace);
}

ports::Async<void> ArchiverPool::retire_idle() {
  while (!idle_.empty()) {
    const Duration left = idle_.front().last_use + limits_.archiver_idle - clock_.steady();
    if (left > Duration::zero()) {
      co_await clock_.sleep_for(left);
      continue;
    }
    end(std::move(idle_.front()), kStopGrace);
    idle_.pop_front();
  }
  retiring_.reset();
}

void ArchiverPool::renew() {
  ++generation_;
  for (auto& worker : std::exchange(idle_, {})) end(std::move(worker), kStopGrace);
}

ports::Async<void> ArchiverPool::stop() {
  stopping_ = true;
  renew();
  if (retiring_) scope_.cancel(*retiring_);
  co_await scope_.join();
}

}  // namespace pscheduler::services
