#pragma once
// One node of a simulated mesh through all its lives: what it commits, its tools, power that goes at a
// commit, its clock and its disk.

#include <map>
#include <optional>

#include "component/mesh.hpp"
#include "sim/chance.hpp"
#include "sim_mesh/accord.hpp"
#include "sim_mesh/record.hpp"

namespace pscheduler::sim_mesh {

struct MemberOptions {
  bool commits_take_time = true;
  bool plant_overlap = false;  // what others lead is sometimes taken for a background task
};

class Member {
 public:
  Member(std::string name, test::Mesh& mesh, Accord& accord, Findings& findings, sim::Trace& trace,
         std::uint64_t seed, MemberOptions options);
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  // A new life, before it begins.
  void arrange(test::World& world);

  // After each step.
  void look();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool is_on() const { return mesh_.is_on(name_); }
  [[nodiscard]] test::World& world() { return mesh_[name_]; }
  [[nodiscard]] Instant on_since() const { return on_since_; }  // true time
  [[nodiscard]] std::uint64_t tools() const { return record_.tools(); }
  [[nodiscard]] std::uint64_t commits() const { return commits_; }
  [[nodiscard]] std::uint64_t lives() const { return lives_; }
  // When what it still owes to others came about, in true time; nothing when it owes nothing.
  [[nodiscard]] std::optional<Instant> owes_since() const;

  // Power goes at a commit to come; 0 is the next one, also if that is one of its next start.
  void lose_power_at_commit(std::uint64_t commits_from_now, test::Mesh::Commit last);
  // Nothing more befalls it.
  void spare();

  // Somebody sets its clock, if it is on.
  void set_clock(Duration step);
  void set_clock_right() { set_clock(-set_by_); }

  // No commit finds room up to that time.
  void fill_disk(Instant until) { disk_full_until_ = until; }
  // Whether its disk was full at that time, or has been since.
  [[nodiscard]] bool disk_was_full(Instant since) const { return disk_full_until_ > since; }

  // Lets the commits of a life that is over come to their ends. Before a new one, and at the very end.
  void wind_up();

 private:
  ports::Async<void> before_commit(test::World& world);
  ports::Async<void> after_commit(test::World& world, ports::Changes changes);
  void take_call(const test::ToolCall& call);
  void check_runs_end();
  void check_log();
  [[nodiscard]] Instant true_now() const { return mesh_.universe.clock.now(); }

  std::string name_;
  test::Mesh& mesh_;
  Accord& accord_;
  Findings& findings_;
  sim::Trace& trace_;
  sim::Chance chance_;
  MemberOptions options_;
  Record record_;
  std::map<ErrandId, Instant> owed_;
  Instant on_since_;
  bool was_on_ = false;
  std::uint64_t commits_ = 0;
  std::uint64_t lives_ = 0;
  std::optional<std::uint64_t> commits_left_;
  test::Mesh::Commit last_ = test::Mesh::Commit::is_lost;
  bool goes_with_this_ = false;
  Duration disk_free_at_{};                // of the life's steady clock
  Duration set_by_{};                      // its clock, in all
  Instant clock_set_at_ = Instant::min();  // true time
  Instant disk_full_until_ = Instant::min();
  int waiting_ = 0;  // commits
};

}  // namespace pscheduler::sim_mesh
