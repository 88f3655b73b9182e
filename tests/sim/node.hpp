#pragma once
// One whole node in a simulation, through all its lives: it loses power and comes back on the same database,
// its disk fills up, its plug-ins are slow or fail, its clock is set.
//
// Two kinds of time: `time` is the simulation's, counted from its beginning; it goes on evenly for all nodes
// and also while one is off. `now` is what this node takes for the time of day.

#include <memory>
#include <optional>

#include "component/world.hpp"
#include "sim/archive_watch.hpp"
#include "sim/chance.hpp"
#include "sim/ledger.hpp"
#include "sim/tool_watch.hpp"

namespace pscheduler::sim {

struct NodeOptions {
  Instant start = test::kNoon;
  Duration horizon = std::chrono::hours(24);
  Duration keep = std::chrono::days(2);  // how long what is over is kept
  bool plant_overlap = false;    // the store now and then says that an exclusive task is a background one
  bool store_in_memory = false;  // for a node that never loses power
  bool commits_take_time = true;
  std::int64_t drift_ppm = 0;  // by how many millionths its calendar goes too fast
};

// A while in which nothing kept a node from its work, and what its calendar showed.
struct Calm {
  Duration begin{};
  Duration end{};
  Instant shows_at_begin;
  Instant shows_at_end;
};

class Node {
 public:
  Node(std::uint64_t seed, const NodeOptions& options, Findings& findings, Trace& trace);
  ~Node();

  [[nodiscard]] bool on() const { return world_ != nullptr; }
  [[nodiscard]] test::World& world() { return *world_; }
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }
  [[nodiscard]] const ToolWatch& tools() const { return tools_; }
  [[nodiscard]] const ArchiveWatch& archives() const { return archives_; }
  [[nodiscard]] Duration time() const;
  [[nodiscard]] Instant now() const;
  // Of the database with its log.

  // Somebody asks for a run to be removed.
  void will_be_asked_to_remove(RunId run) { ledger_.is_unwanted(run); }

  void power_on();
  // Lets time go on to `limit` or to the next thing due on this node, whatever comes first.
  void go_on(Duration limit);
  // Lets everything happen that the present allows; power may be lost meanwhile.
  void settle();
  // As the daemon ends when it is told to.
  void shut_down();

  // Faults. Power can also be lost while the node starts: to be arranged while it is off.
  void lose_power_at_commit(std::uint64_t commits_from_now, bool once_it_is_durable);
  void fill_disk(Duration length) { disk_full_until_ = trouble_until(length); }
  void slow_disk(Duration length) { disk_slow_until_ = trouble_until(length); }
  void disturb_plugins(Duration length) { plugins_odd_until_ = trouble_until(length); }
  void set_clock(Duration step);
  void end_faults();

  // Reads the histories of the runs that have ended since this was last called.
  void check_histories();

  // Whether nothing that the node does on its own account is still coming: no commit, no question to a
  // plug-in and no fault; and whether there has been no fault for a while.
  [[nodiscard]] bool is_idle() const;
  [[nodiscard]] bool is_quiet() const;
  // When something last kept this node from its work, and all times in which nothing did.
  [[nodiscard]] Duration last_trouble() const { return last_trouble_; }
  [[nodiscard]] const std::vector<Calm>& calm() const { return calm_; }

 private:
  void arrange();
  void drift(Duration passed);
  void cut_power();
  void bury();
  void end_world();
  void note_calm();
  Result<services::ArchiverReply> archive(const test::ArchiverCall& call);
  void check_what_was_kept();
  [[nodiscard]] std::map<RunId, TimeRange> runs_to_come() const;
  void check_still_to_come(const std::map<RunId, TimeRange>& runs);
  Duration trouble_until(Duration length);
  ports::Async<void> before_commit();
  ports::Async<void> after_commit(ports::Changes changes);
  ports::AsyncResult<void> before_answer();
  ports::Async<void> wait_in_line(Duration length);

  Chance chance_;
  NodeOptions options_;
  Findings& findings_;
  Trace& trace_;
  Ledger ledger_;
  ToolWatch tools_;
  ArchiveWatch archives_;
  test::Folder folder_;
  std::unique_ptr<test::World> world_;
  Duration world_began_{};  // time at which its steady clock was zero
  Duration off_time_{};     // while it is off
  Instant off_now_;
  std::int64_t drift_owed_ = 0;                // in millionths of a microsecond
  std::optional<std::uint64_t> commits_left_;  // until the power goes
  bool goes_when_durable_ = false;
  bool goes_with_next_ = false;
  bool power_lost_ = false;
  Duration disk_free_at_{};  // commits are made one after the other
  Duration disk_full_until_{};
  Duration disk_slow_until_{};
  Duration plugins_odd_until_{};
  Duration last_trouble_{};
  std::vector<Calm> calm_;
  bool calm_goes_on_ = false;
  int under_way_ = 0;  // commits and questions to plug-ins
};

}  // namespace pscheduler::sim
