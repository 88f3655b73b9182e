#include "adapters/store/read_thread.hpp"

#include <fmt/format.h>

#include <limits>

#include "adapters/store/worker_thread.hpp"

namespace pscheduler::adapters::store {
namespace {

// Questions are small; their answers take milliseconds each, so that these wait a few seconds at the most.
constexpr std::size_t kWaitingMax = 1024;

}  // namespace

ReadThread::ReadThread(Queries queries, std::string file, StoreThreads threads)
    : file_(std::move(file)),
      queries_(std::move(queries)),
      in_line_(threads == StoreThreads::none),
      queue_(kWaitingMax, std::numeric_limits<std::size_t>::max()) {
  if (!in_line_) thread_ = start_worker("store-reader", [this] { work(); });
}

ReadThread::~ReadThread() {
  stop();
}

void ReadThread::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void ReadThread::submit(std::function<void()> job, const std::function<void(Error)>& refuse) {
  switch (queue_.push(job, 0)) {
    case Push::taken:
      if (in_line_) answer(queue_.take(1));
      return;
    case Push::full:
      refuse({Errc::unavailable,
              fmt::format("too many are reading lists from {}; try again in a moment", file_),
              {}});
      return;
    case Push::closed:
      refuse({Errc::unavailable, fmt::format("{} is being closed; try again after the restart", file_), {}});
      return;
  }
}

void ReadThread::work() {
  for (auto jobs = queue_.take(1); !jobs.empty(); jobs = queue_.take(1)) answer(std::move(jobs));
}

void ReadThread::answer(std::vector<std::function<void()>> jobs) {
  for (const auto& job : jobs) job();
  if (queue_.empty()) queries_.release_memory();
}

}  // namespace pscheduler::adapters::store
