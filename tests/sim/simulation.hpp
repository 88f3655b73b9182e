#pragma once
// A node, what is asked of it and what befalls it, all drawn from one seed.

#include <map>
#include <memory>
#include <vector>

#include "sim/node.hpp"
#include "sim/workload.hpp"

namespace pscheduler::sim {

struct SimulationOptions {
  std::uint64_t seed = 1;
  Duration length = std::chrono::hours(6);  // with requests and faults
  Duration calm = std::chrono::hours(2);    // afterwards, so that all that was disturbed can come to its end
  bool plant_overlap = false;               // see NodeOptions
  bool clock_steps = true;                  // the clock of some nodes drifts, or is set now and then
  bool tell = false;                        // print everything that happens
};

struct Outcome {
  std::optional<Violation> violation;
  std::uint64_t trace = 0;  // the same for the same seed
  std::uint64_t runs = 0;
  std::uint64_t tools = 0;
  std::uint64_t lives = 0;
};

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options);
  Outcome run();

 private:
  enum class Fault { power_loss, full_disk, slow_disk, odd_plugins, clock_step };

  struct Asked {
    Request request;
    std::shared_ptr<test::Pending> pending;
  };

  NodeOptions node_options();
  void go_on(Duration until);
  void step(Duration until);
  void ask();
  void take_answers();
  void take_answer(const Asked& asked);
  Duration clock_step();
  void do_harm();
  void choose_climate();

  SimulationOptions options_;
  Chance chance_;
  Findings findings_;
  Trace trace_;
  Workload workload_;
  Node node_;
  std::vector<Fault> climate_;  // the faults that happen at all
  std::vector<Asked> asked_;
  std::map<TaskId, Duration> accepted_;
  Duration next_request_{};
  Duration next_fault_{};
  Duration next_inspection_{};
  std::optional<Duration> power_back_;
  Duration last_time_{};
  int steps_at_this_time_ = 0;
  std::uint64_t lives_ = 0;
};

}  // namespace pscheduler::sim
