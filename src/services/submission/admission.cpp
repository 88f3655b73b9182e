#include "pscheduler/services/admission.hpp"

#include <string>

namespace pscheduler::services {
namespace {

// Counting half a million archivings takes some ten milliseconds of the store's reader.
constexpr Duration kCountedFor = std::chrono::seconds(10);

}  // namespace

std::int64_t Admission::tasks() const {
  return static_cast<std::int64_t>(book_.size()) + entrance_.use_count() - 1;
}

ports::AsyncResult<Admission::Ticket> Admission::admit(Archives archives) {
  if (tasks() >= caps_.tasks_max) {
    co_return fail(Errc::unavailable, "This node has " + std::to_string(tasks()) +
                                          " tasks to do, and takes on no more than " +
                                          std::to_string(caps_.tasks_max) +
                                          " at once (max-tasks); cancel some, or try again later.");
  }
  Ticket ticket = entrance_;
  if (archives == Archives::none) co_return ticket;
  auto waiting = co_await waiting_archivings();
  if (!waiting) co_return fail(std::move(waiting.error()));
  if (*waiting < caps_.archivings_max) co_return ticket;
  co_return fail(Errc::unavailable,
                 "On this node " + std::to_string(*waiting) +
                     " results wait to be archived, and it takes on no more tasks with archives from " +
                     std::to_string(caps_.archivings_max) +
                     " on (max-archivings); leave out the archives, or try again later.");
}

ports::AsyncResult<std::int64_t> Admission::waiting_archivings() {
  const Duration now = clock_.steady();
  if (now < counted_until_) co_return archivings_waiting_;
  const auto counts = co_await archivings_.archiving_counts(clock_.now());
  if (!counts) co_return fail(counts.error());
  archivings_waiting_ = counts->due + counts->later;
  counted_until_ = now + kCountedFor;
  co_return archivings_waiting_;
}

}  // namespace pscheduler::services
