#pragma once
// Several nodes, what is asked of them and what befalls them, all drawn from one seed.

#include <memory>
#include <vector>

#include "sim_mesh/company.hpp"
#include "sim_mesh/weather.hpp"
#include "sim_mesh/workload.hpp"

namespace pscheduler::sim_mesh {

struct SimulationOptions {
  std::uint64_t seed = 1;
  Duration length = std::chrono::minutes(30);  // with requests and faults
  Duration calm = std::chrono::minutes(8);  // afterwards, so that all that was disturbed can come to its end
  bool plant_overlap = false;               // see MemberOptions
  bool tell = false;                        // print everything that happens
};

struct Outcome {
  std::optional<Violation> violation;
  std::uint64_t trace = 0;  // the same for the same seed
  std::uint64_t nodes = 0;
  std::uint64_t lives = 0;   // of all nodes
  std::uint64_t runs = 0;    // with several participants
  std::uint64_t agreed = 0;  // of these, those that were finished on their leads
  std::uint64_t tools = 0;
  std::uint64_t calls = 0;
  std::uint64_t commits = 0;
};

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options);
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  Outcome run();

 private:
  struct Asked {
    Request request;
    std::shared_ptr<test::Pending> pending;
    Instant at;
  };

  void add_members();
  void go_on(Instant until);
  void ask(Instant now);
  void take_answers();
  void take_answer(const Asked& asked);
  [[nodiscard]] bool disk_was_full(const Asked& asked) const;
  [[nodiscard]] Instant now() const { return company_.now(); }
  [[nodiscard]] Outcome outcome() const;

  SimulationOptions options_;
  sim::Chance chance_;
  Company company_;
  std::optional<Workload> workload_;
  std::optional<Weather> weather_;
  std::vector<Asked> asked_;
  Instant next_request_;
};

}  // namespace pscheduler::sim_mesh
