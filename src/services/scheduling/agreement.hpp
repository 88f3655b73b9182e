#pragma once
// The lead's side of agreeing on a run with the other participants of its task (spec scheduling.md 6): what
// is asked is asked of all of them at once, and an answer is what all of them say together.

#include <optional>
#include <string>
#include <vector>

#include "pscheduler/model/run.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/services/peers.hpp"

namespace pscheduler::services {

class Agreement {
 public:
  Agreement(ports::asio::any_io_executor executor, Peers& peers, ports::Clock& clock, const Task& task);

  struct CommonTimes {
    std::vector<TimeRange> free;        // of all the others
    Instant earliest_start;             // before that, one of them would not be ready
    std::optional<Instant> not_before;  // what was taken before that would be proposed again
    bool exact = true;                  // a start need not lie on a whole second
  };

  // With the nominal start of the run, what would give way to it counts as free. Errors are those of Peers;
  // the first host that fails is named.
  ports::AsyncResult<CommonTimes> free_times(TimeRange window, std::optional<Instant> displacing_from);

  // Has all of them hold the run; answers the data of all participants, this one's included. conflict: one
  // has no room for it after all; forbidden: the limits of one refuse it.
  // `takes_turn`: there is no other time, so runs whose turn comes later give way.
  ports::AsyncResult<JsonText> hold(const Run& run, Duration length, bool takes_turn);

  // Tells all of them the data of all: from then on each will start the run.
  ports::AsyncResult<void> announce(const Run& run, JsonText participant_data_full);

  // The participants that may know of the last run that was to be held.
  [[nodiscard]] const std::vector<int>& may_hold() const { return may_hold_; }

  // The time that was chosen last was not free after all, or too early: what is chosen next is later as far
  // as the others would propose the same again.
  void was_taken(Instant start);

  // Why the others, each for itself, have no time in the window asked for last; empty when all have some.
  [[nodiscard]] std::string who_has_none() const;

 private:
  struct Peer {
    int number;
    PeerAddress address;
    std::optional<PeerTimes> times;
  };

  [[nodiscard]] Instant ready_at(const Peer& peer) const;

  ports::asio::any_io_executor executor_;
  Peers& peers_;
  ports::Clock& clock_;
  const Task& task_;
  std::vector<Peer> others_;
  std::vector<int> may_hold_;
  int times_taken_ = 0;
  std::optional<Instant> not_before_;
};

}  // namespace pscheduler::services
