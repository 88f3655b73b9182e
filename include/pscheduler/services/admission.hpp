#pragma once
// How much this node takes on, whoever asks: tasks that have something left to do here, and archivings that
// wait. What it has taken on goes on in any case. How many runs there are at once is the runner's.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "pscheduler/ports/archiving_store.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/services/task_book.hpp"

namespace pscheduler::services {

struct AdmissionCaps {
  std::int64_t tasks_max = 50'000;
  std::int64_t archivings_max = 500'000;
};

class Admission {
 public:
  Admission(const TaskBook& book, ports::ArchivingStore& archivings, ports::Clock& clock, AdmissionCaps caps)
      : book_(book), archivings_(archivings), clock_(clock), caps_(caps) {}

  // A task that is being taken in counts for as long as this lives.
  using Ticket = std::shared_ptr<const void>;

  enum class Archives { none, wanted };

  // unavailable: there is too much already; the message names the cap and the remedy.
  ports::AsyncResult<Ticket> admit(Archives archives);

  // Those that have something left to do, and those that are being taken in.
  [[nodiscard]] std::int64_t tasks() const;

  [[nodiscard]] const AdmissionCaps& caps() const { return caps_; }

 private:
  [[nodiscard]] ports::AsyncResult<std::int64_t> waiting_archivings();

  const TaskBook& book_;
  ports::ArchivingStore& archivings_;
  ports::Clock& clock_;
  AdmissionCaps caps_;
  std::shared_ptr<const void> entrance_ = std::make_shared<int>();  // each ticket is a share in it
  std::int64_t archivings_waiting_ = 0;
  Duration counted_until_{};  // on the steady clock; they are counted anew then
};

}  // namespace pscheduler::services
