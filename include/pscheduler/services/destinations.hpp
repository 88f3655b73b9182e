#pragma once
// How delivering to each destination goes: its last success and failure, what waits for it and what was given
// up; and the operator's warning when one that something waits for has taken nothing for a while.
//
// What is known of a destination is stored in the commit of each attempt, so that it outlives the daemon. A
// destination that nobody has tried for as long as results are kept is forgotten, as are those seen longest
// ago when there are very many.
//
// All use is on one thread. What is passed by reference outlives this.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/model/archiving.hpp"
#include "pscheduler/model/destination.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/store.hpp"

namespace pscheduler::services {

struct DestinationSettings {
  Duration stalled_after = std::chrono::minutes(15);  // without a success, while something waits
  Duration keep = std::chrono::hours(48);             // since the last attempt
};

// Of one destination, now.
struct DestinationState {
  enum class Health { ok, failing, idle };
  Destination known;
  Health health = Health::idle;
  std::int64_t waiting = 0;
  std::int64_t given_up = 0;      // of those that are kept still
  std::optional<Instant> oldest;  // the end of the oldest run whose result waits
  std::int64_t taken = 0;         // attempts since the start, by their end
  std::int64_t refused = 0;
};

class Destinations {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::Store& store;
    ports::Clock& clock;
    ports::Log& log;
  };

  Destinations(Ports ports, DestinationSettings settings);

  void set_keep(Duration keep) { settings_.keep = keep; }

  // What earlier lives have learned; before the first attempt.
  ports::AsyncResult<void> recover();

  // An attempt to deliver this has ended: what is to be stored with it.
  ports::Changes note(const Archiving& archiving, DeliveryEnd end, const std::string& error);

  // Whether it took what was given to it last.
  [[nodiscard]] bool is_proven(const std::string& destination) const;

  // Tells the log of those that take nothing, until cancelled.
  ports::Async<void> watch();

  // All that are known or have archivings, by id.
  [[nodiscard]] ports::AsyncResult<std::vector<DestinationState>> states() const;

  struct Summary {
    std::int64_t failing = 0;
    std::int64_t stalled = 0;  // of those: the operator has been told
  };
  [[nodiscard]] Summary summary() const;

 private:
  struct Entry {
    Destination known;
    JsonText spec;  // that its label and place were taken from
    std::int64_t taken = 0;
    std::int64_t refused = 0;
    bool nothing_waits = false;    // at the last look, and it has not failed since
    bool report_unstored = false;  // the operator was told, but a restart would forget that
    Instant look_not_before = Instant::min();
  };

  Entry& entry_for(const Archiving& archiving, ports::Changes& changes);
  void forget_some(ports::Changes& changes);
  [[nodiscard]] bool is_old(const Destination& destination) const;
  [[nodiscard]] std::optional<Instant> look_at(const Entry& entry) const;
  [[nodiscard]] std::optional<Instant> next_look() const;
  void report(Entry& entry, std::int64_t waiting);
  ports::AsyncResult<void> look();
  [[nodiscard]] ports::AsyncResult<Destination> met(const ports::DestinationQueue& queue) const;

  Ports ports_;
  DestinationSettings settings_;
  std::map<std::string, Entry> entries_;  // by id
  ports::Event changed_;
};

}  // namespace pscheduler::services
