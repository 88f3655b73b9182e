#pragma once
// Takes the results of runs to archivers (spec scheduling.md 11).
//
// The archivings of a run are stored in the commit of its result, so none is lost; from then on the store is
// the queue, and what is in memory here is bounded by what is under way and the number of destinations for
// which something waits. Destinations (an archiver and its data) take turns, each has its archivings
// delivered the longest due first; one that failed waits for its own time and holds nobody up, nor does a
// destination that does not answer. Each attempt is recorded when it is over: after a crash it is made again,
// so that delivery is at least once.
//
// All use is on one thread. What is passed by reference outlives this.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pscheduler/model/archiving.hpp"
#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/scope.hpp"
#include "pscheduler/ports/scripts.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/archivers.hpp"
#include "pscheduler/services/destinations.hpp"
#include "pscheduler/services/plugins.hpp"
#include "pscheduler/services/run_journal.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {

struct ArchiveSpec;
class DefaultArchives;
class DestinationTurns;

struct ArchivistSettings {
  std::string host_name;         // what this node calls itself in links, host[:port]
  std::string scheme = "https";  // of links
  Zone zone;                     // of the times in what is sent
  DestinationSettings destinations = {};
};

// Of what was given up: that of a destination, of a run, or all.
struct GivenUpSelection {
  std::string destination = {};  // its id; empty: any
  std::optional<RunId> run = {};
};

class Archivist {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::Store& store;
    ports::Clock& clock;
    ports::Scripts& scripts;
    ports::Log& log;
  };

  Archivist(Ports ports, Plugins& plugins, Archivers& archivers, RunJournal& journal,
            ArchivistSettings settings);
  ~Archivist();
  Archivist(const Archivist&) = delete;
  Archivist& operator=(const Archivist&) = delete;

  // Has all results of runs that this node leads go to these archives, too; they outlive this.
  void archive_also_to(const DefaultArchives& defaults) { defaults_ = &defaults; }

  // What is to be stored together with the result of a run of the task that ends as `state`.
  [[nodiscard]] std::vector<Archiving> archivings_of(const Task& task, RunId run, RunState state) const;

  // To be called when archivings of the run have become durable, or may be tried earlier than they could.
  void look(RunId run);

  // Delivers what is due, until cancelled.
  ports::Async<void> work();

  // Starts nothing more, and gives what is under way a moment to end; the rest is made again at the next
  // start.
  ports::Async<void> stop();

  // When the next archiving is due that is not under way; nothing when none waits.
  [[nodiscard]] std::optional<Instant> next_due() const;

  [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }
  [[nodiscard]] std::size_t under_way_to(const std::string& destination) const;

  // How delivering goes.
  [[nodiscard]] const Destinations& destinations() const { return destinations_; }
  [[nodiscard]] Destinations& destinations() { return destinations_; }

  // What was given up, the latest first, from a place on; all of it at once where a run is named.
  [[nodiscard]] ports::AsyncResult<std::vector<ports::GivenUp>> given_up(GivenUpSelection which,
                                                                         ports::GivenUpPlace after,
                                                                         int count_max) const;

  // Makes it due now, with its whole time to live; how many that are. What is offered stays with its history,
  // also when an error ends this. `actor` goes into that.
  ports::AsyncResult<std::int64_t> offer_again(GivenUpSelection which, std::string actor);

 private:
  using Key = std::pair<RunId, int>;

  // What came of one attempt.
  struct Attempt {
    enum class End { archived, again, given_up, expired, postponed };
    End end = End::given_up;
    Duration again_after{};
    int return_code = 0;
    DeliveryEnd delivery = DeliveryEnd::unsent;
    std::shared_ptr<const Json> answer;  // of the archiver; null if it was not asked
    std::string error;
  };
  class Reading;
  class UnderWay;
  class Recording;
  class Offering;

  void wake();
  void expect(const Archiving& archiving);
  void note_expiry(std::optional<Instant> at);
  ports::AsyncResult<void> learn();
  ports::AsyncResult<void> sweep();
  ports::AsyncResult<void> take_turns();
  ports::AsyncResult<void> read_due(std::string destination);
  [[nodiscard]] bool is_expired(const Archiving& archiving) const;
  [[nodiscard]] std::optional<Instant> next_event() const;
  ports::Async<void> deliver(std::unique_ptr<UnderWay> delivery);
  ports::Async<void> deliver_within(UnderWay& delivery);
  ports::Async<Attempt> attempt(const Archiving& archiving, const Task& task, const ports::StoredRun& stored);
  [[nodiscard]] static Attempt failed_attempt(const Error& error);
  ports::AsyncResult<std::optional<std::string>> make_record(const Archiving& archiving, const Task& task,
                                                             const ports::StoredRun& stored);
  ports::AsyncResult<std::optional<Json>> transform(const ArchiveSpec& spec, const Json& result);
  [[nodiscard]] std::string root_url(const ArchiveSpec& spec) const;
  void apply(Archiving& archiving, const Attempt& attempt) const;
  void note(const Archiving& archiving, const Attempt& attempt) const;
  ports::Async<void> record(const Archiving& archiving, const Attempt& attempt, const Task& task);
  ports::AsyncResult<void> store(const Archiving& archiving, const Task& task, ports::Changes changes);
  ports::AsyncResult<void> store_last(const Archiving& archiving, const Task& task, Duration keep,
                                      ports::Changes changes);
  ports::AsyncResult<std::int64_t> offer_of_task(TaskId id, std::vector<Archiving> archivings,
                                                 std::string actor);
  ports::AsyncResult<void> offer_at_once(const Task& task, std::vector<Archiving> archivings,
                                         std::string actor);

  Ports ports_;
  Plugins& plugins_;
  Archivers& archivers_;
  RunJournal& journal_;
  ArchivistSettings settings_;
  const DefaultArchives* defaults_ = nullptr;
  std::unique_ptr<DestinationTurns> turns_;
  std::set<Key> under_way_;                        // until the attempt is recorded
  std::map<std::string, std::size_t> unrecorded_;  // how many of them each destination has
  std::size_t expiring_ = 0;                       // of those under way
  bool reading_ = false;                           // the store is being read
  std::set<Key> ended_;                            // while it was, so it may be read as it was before
  std::set<RunId> recording_;                      // runs of which an outcome is being stored
  std::deque<RunId> announced_;                    // whose archivings have not been looked at yet
  bool nothing_known_ = true;                      // of what waits in the store
  std::optional<Instant> next_expiry_;
  std::uint64_t wakes_ = 0;
  bool stopping_ = false;
  bool offering_ = false;
  ports::Event changed_;
  Destinations destinations_;
  ports::Scope deliveries_;
};

}  // namespace pscheduler::services
