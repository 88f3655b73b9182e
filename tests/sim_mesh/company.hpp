#pragma once
// Nodes in one universe, watched: what every simulation of several nodes has.

#include <memory>
#include <string>
#include <vector>

#include "sim_mesh/accord.hpp"
#include "sim_mesh/inspection.hpp"
#include "sim_mesh/member.hpp"

namespace pscheduler::sim_mesh {

class Company {
 public:
  explicit Company(std::uint64_t seed, bool tell = false);
  ~Company();
  Company(const Company&) = delete;
  Company& operator=(const Company&) = delete;

  // What a member has arranged for itself is done before `node.arrange`.
  Member& add(const std::string& name, std::uint64_t seed, MemberOptions options = {},
              test::MeshNodeOptions node = {});

  // Lets time go on to the next thing due, at most up to `limit`, and looks at everybody.
  void step(Instant limit);
  // Up to that time, or to the first violation.
  void go_on(Instant until);

  // Nothing of what came about before `since` is left behind.
  void inspect_tidiness(Instant since) {
    sim_mesh::inspect_tidiness(members, accord, since, now(), findings);
  }
  // `healed`: since when all has been well.
  void inspect_ends(Instant healed) { sim_mesh::inspect_ends(accord, healed, now(), findings); }

  [[nodiscard]] Instant now() const { return mesh.universe.clock.now(); }

  Findings findings;
  sim::Trace trace;
  Accord accord;
  std::vector<std::unique_ptr<Member>> members;
  test::Mesh mesh;
  std::uint64_t calls = 0;

 private:
  void note_step();

  Instant last_step_;
  int steps_at_this_time_ = 0;
};

// "/tasks/UUID" of an URL.
std::string path_of(const std::string& url);

// "a" of "a.example".
std::string node_of(const std::string& host);

}  // namespace pscheduler::sim_mesh
