#pragma once
// What befalls a mesh: nodes lose their power, now, at a commit or at a message; lines are slow, lose
// messages, or are cut in one direction or both; clocks are set, and disks are full.

#include <memory>
#include <optional>
#include <vector>

#include "component/mesh.hpp"
#include "sim/chance.hpp"
#include "sim_mesh/company.hpp"

namespace pscheduler::sim_mesh {

class Weather {
 public:
  Weather(sim::Chance& chance, test::Mesh& mesh, std::vector<std::unique_ptr<Member>>& members);
  ~Weather();
  Weather(const Weather&) = delete;
  Weather& operator=(const Weather&) = delete;

  // When something is to be done next, in true time.
  [[nodiscard]] Instant next() const;
  void go_on(Instant now);

  // All is well from now on: whoever is off comes back, clocks are set right and disks have room.
  void clear_up(Instant now);

 private:
  enum class Fault {
    power,
    power_at_commit,
    power_at_message,
    cut,
    one_way,
    loss,
    delays,
    clock_set,
    full_disk
  };
  struct Cut {
    std::string from;
    std::string to;
    Instant until;
  };

  void choose_climate();
  void do_harm(Instant now);
  void cut(Instant now, bool both_ways);
  void bring_back(Member& member);
  test::Fate fate_of(const test::WireCall& call);
  Duration clock_step();
  [[nodiscard]] Instant soon(Instant now, Duration longest);
  Member& any();

  sim::Chance& chance_;
  test::Mesh& mesh_;
  std::vector<std::unique_ptr<Member>>& members_;
  std::vector<Fault> climate_;  // those that happen at all
  bool clear_ = false;
  Instant next_fault_;
  std::vector<Cut> cuts_;
  std::map<std::string, Instant> back_at_;
  Instant lossy_until_ = Instant::min();
  Instant slow_until_ = Instant::min();
  std::optional<std::uint64_t> messages_left_;  // until one who sends or gets it goes
};

}  // namespace pscheduler::sim_mesh
