#pragma once
// Whose turn it is: the destination that may be given a result next. Pure; times are parameters.
//
// Destinations of one archiver share its processes. The one that has the fewest results under way is next,
// then the one whose last turn is longest ago, so that none waits for the backlog of another. One of which
// nothing good is known, or that does not take results any more, is tried with one result at a time until it
// takes one; all such together have a few of the places, and several at once are only for those that leave
// enough for the first result of others. So the silent ones, however many there are, never have all places.
//
// What is kept is bounded by the destinations for which something waits; of those on trial no results are kept
// but the next. Each decision costs the logarithm of their number for each archiver.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pscheduler/model/archiving.hpp"
#include "pscheduler/model/destination.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::services {

struct ArchivingPlaces {
  // Of one archiver: what it has processes for; those of them for destinations on trial; and those that are
  // only for destinations that have none yet.
  std::size_t per_archiver = 25;
  std::size_t on_trial_per_archiver = 8;
  std::size_t kept_per_archiver = 8;
  // Of one destination: it needs to bear no more connections than this.
  std::size_t per_destination = 8;
  // Of all archivers.
  std::size_t total = 100;
  std::size_t on_trial_total = 50;
};

class DestinationTurns {
 public:
  explicit DestinationTurns(ArchivingPlaces places) : places_(places) {}
  DestinationTurns(const DestinationTurns&) = delete;
  DestinationTurns& operator=(const DestinationTurns&) = delete;

  // There is something for it that may be tried at `at`. `proven`: what was given to it last was taken, which
  // counts when nothing has been waiting for it.
  void expect(const std::string& destination, const std::string& archiver, Instant at, bool proven = false);

  // Takes a place for the destination whose turn it is, if there is one.
  std::optional<std::string> take(Instant now);

  // Gives a place back that was taken.
  void give_back(const std::string& destination, DeliveryEnd end);

  // Whether it gets one result at a time: it is not worth reading more for it.
  [[nodiscard]] bool is_on_trial(const std::string& destination) const;

  // What was read for a destination in its turn: all that is due now, or the first of it (`more`), and when
  // the next one will be.
  void put(const std::string& destination, std::vector<Archiving> due, bool more,
           std::optional<Instant> next);

  // The next one of what was put and not drawn yet.
  std::optional<Archiving> draw(const std::string& destination);

  // What was put and not drawn is to be read again.
  void forget_page(const std::string& destination);

  // When the first destination is due that is not; and whether some are.
  [[nodiscard]] std::optional<Instant> next() const;
  [[nodiscard]] bool some_are_due(Instant now) const;

  [[nodiscard]] std::size_t destinations() const { return destinations_.size(); }

 private:
  struct Line;
  struct Destination {
    std::string name;
    Line* line = nullptr;
    std::deque<Archiving> page;   // due, read, not drawn
    bool unread = false;          // more is due that is not in the page
    std::optional<Instant> next;  // when something else will be due; absent: nothing is known of
    std::uint64_t turn = 0;       // grows with each turn
    std::size_t under_way = 0;
    int refusals = 0;  // in a row
    bool on_trial = true;

    [[nodiscard]] bool is_due() const { return unread || !page.empty(); }
  };
  using Rank = std::pair<std::size_t, std::uint64_t>;  // under way, turn
  using Ready = std::map<Rank, Destination*>;

  // The destinations of an archiver that are due and could take one more, and its places in use.
  struct Line {
    Ready good;
    Ready on_trial;
    std::size_t busy = 0;
    std::size_t busy_on_trial = 0;
    std::size_t destinations = 0;
  };

  Destination& find(const std::string& destination) { return destinations_.at(destination); }
  void leave(Destination& destination);
  void settle(Destination& destination);
  void forget(Destination& destination);
  void wake(Instant now);
  void count(Destination& destination, bool more);
  void set_on_trial(Destination& destination, bool on_trial);
  static void drop_page(Destination& destination);
  [[nodiscard]] Destination* first_of(const Line& line) const;

  ArchivingPlaces places_;
  std::map<std::string, Destination> destinations_;
  std::map<std::string, Line> lines_;  // by archiver
  std::map<std::pair<Instant, std::uint64_t>, Destination*> waiting_;
  std::uint64_t turns_ = 0;
  std::size_t busy_ = 0;
  std::size_t busy_on_trial_ = 0;
};

}  // namespace pscheduler::services
