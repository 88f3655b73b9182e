#pragma once
// What people and their tools ask of a node in a simulation, drawn from chance.

#include <optional>
#include <string>
#include <vector>

#include "component/scripted_plugins.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/model/scheduling_class.hpp"
#include "sim/chance.hpp"

namespace pscheduler::sim {

struct Request {
  std::string method;
  std::string target;
  std::string body = {};
};

// The class that the tests of the scripted plug-ins have.
SchedulingClass class_of_test(const std::string& test);

// What the tool of a run does, as the task's spec has it.
test::ToolScript script_of(const services::ToolRun& run);

// What an archiver says to a record, as the data of its specification have it.
Result<services::ArchiverReply> reply_to(const test::ArchiverCall& call);

class Workload {
 public:
  explicit Workload(Chance& chance) : chance_(chance) {}

  // Until the next request.
  Duration pause();

  // A request as it might be made now; most are new tasks.
  Request request(Instant now);

  // A task that was accepted: "/tasks/UUID". Later requests may concern it.
  void accepted(std::string task);
  // A run of it that was seen: "/tasks/UUID/runs/UUID".
  void seen(std::string run);

 private:
  Request new_task(Instant now);
  Request about_a_task(Instant now);
  Json archives();
  Json spec_of(const std::string& test);
  Json schedule_of(const std::string& test, std::int64_t seconds, Instant now);
  void repeat(Json& schedule, std::int64_t seconds, Instant now);

  Chance& chance_;
  std::vector<std::string> tasks_;
  std::vector<std::string> runs_;
};

}  // namespace pscheduler::sim
