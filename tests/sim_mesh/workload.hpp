#pragma once
// What users ask of a mesh: tasks with several participants, and that they end.

#include <string>
#include <vector>

#include "component/mesh.hpp"
#include "sim/chance.hpp"

namespace pscheduler::sim_mesh {

struct Request {
  std::string node;  // who is asked
  std::string method;
  std::string target;
  std::string body = {};
};

class Workload {
 public:
  Workload(sim::Chance& chance, std::vector<std::string> nodes) : chance_(chance), nodes_(std::move(nodes)) {}

  // How long the users wait before the next request.
  Duration pause();

  Request request(Instant now);

  // What they have learned from answers: paths of tasks and runs on the node they asked.
  void accepted(const std::string& node, std::string task);
  void seen(const std::string& node, std::string run);

 private:
  struct Place {
    std::string node;
    std::string path;
  };
  Request new_task(Instant now);
  Json schedule_of(std::int64_t seconds, Instant now);
  std::vector<std::string> participants();

  sim::Chance& chance_;
  std::vector<std::string> nodes_;
  std::vector<Place> tasks_;
  std::vector<Place> runs_;
};

}  // namespace pscheduler::sim_mesh
