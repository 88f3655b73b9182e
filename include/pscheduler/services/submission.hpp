#pragma once
// Takes tasks in: from clients as their lead, from leads as another participant (spec api.md 10.2, 10.4).
// Nothing is stored unless everything about the task holds.

#include <string>

#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/host_facts.hpp"
#include "pscheduler/ports/random.hpp"
#include "pscheduler/ports/scripts.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/plugins.hpp"
#include "pscheduler/services/scheduling.hpp"
#include "pscheduler/services/task_request.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {

struct SubmissionSettings {
  std::string host_name;  // what this node calls itself, host[:port]
  Zone zone;              // of times without an offset
};

class Submission {
 public:
  struct Ports {
    ports::Store& store;
    ports::Clock& clock;
    ports::Random& random;
    ports::HostFacts& host_facts;
    ports::Scripts& scripts;
  };

  Submission(Ports ports, Plugins& plugins, Scheduling& scheduling, SubmissionSettings settings)
      : ports_(ports), plugins_(plugins), scheduling_(scheduling), settings_(std::move(settings)) {}

  // A client's task. invalid_argument: the document, the spec, an archive or a context is refused;
  // not_possible: no tool can do it here; unavailable: no room to store it.
  ports::AsyncResult<TaskId> submit(Json document, Hints hints);

  // A lead's task for participant number `participant` (1 and up) with the id the lead gave it. All its
  // errors are invalid_argument, but for unavailable and conflict-free repetition: a known id is
  // invalid_argument, too.
  ports::AsyncResult<void> accept(TaskId id, int participant, Json document, Hints hints);

 private:
  ports::AsyncResult<void> check_spec(const TaskRequest& request);
  ports::AsyncResult<void> check_archives(const TaskRequest& request);
  ports::AsyncResult<void> check_contexts(const TaskRequest& request, std::size_t participants);
  [[nodiscard]] Result<void> check_lead_bind(const TaskRequest& request) const;
  ports::AsyncResult<std::vector<std::string>> participants_of(const TaskRequest& request);
  ports::AsyncResult<std::string> choose_tool(const TaskRequest& request);
  ports::AsyncResult<Task> describe(const TaskRequest& request, Task task);

  Ports ports_;
  Plugins& plugins_;
  Scheduling& scheduling_;
  SubmissionSettings settings_;
};

}  // namespace pscheduler::services
