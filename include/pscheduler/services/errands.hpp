#pragma once
// Removes at other participants what is to be removed there, however long they cannot be reached
// (spec scheduling.md 4.7, api.md 15.6). Errands are durable with the change that caused them; each is tried
// at once, then again and again with growing pauses up to kErrandPauseMax until it is done or has expired.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "pscheduler/model/errand.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/random.hpp"
#include "pscheduler/ports/scope.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/peers.hpp"

namespace pscheduler::services {

// So that nothing is left behind a minute after a host has come back.
inline constexpr Duration kErrandPauseMax = std::chrono::seconds(30);

class Errands {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::Store& store;
    ports::Clock& clock;
    ports::Random& random;
    ports::Log& log;
  };

  // `keep`: how long an errand is worth trying; as long as tasks are kept.
  Errands(Ports ports, Peers& peers, Duration keep);

  // Errands for all participants of a task but this node, to be stored with the change that makes them
  // necessary and handed to take() when that is durable. With `hosts`, only for those participants (by index).
  [[nodiscard]] std::vector<Errand> for_task(const Task& task) const;
  [[nodiscard]] std::vector<Errand> for_run(const Task& task, RunId run) const;
  [[nodiscard]] std::vector<Errand> for_participants(const Task& task, std::optional<RunId> run,
                                                     const std::vector<int>& participants) const;

  // Takes over durable errands.
  void take(std::vector<Errand> errands);

  // Takes up those of an earlier life; to be awaited before work().
  ports::AsyncResult<void> recover();

  // Does errands when they are due, until cancelled.
  ports::Async<void> work();
  ports::Async<void> stop();

 private:
  struct Waiting {
    Errand errand;
    bool under_way = false;
  };
};

}  // namespace pscheduler::services
