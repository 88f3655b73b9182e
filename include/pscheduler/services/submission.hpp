#pragma once
// Takes tasks in: from clients as their lead, from leads as another participant (spec api.md 10.2, 10.4).
// Nothing is stored unless everything about the task holds. A task with several participants is created at
// all of them or at none (spec api.md 15.1-15.3, scheduling.md 4.3).

#include <memory>
#include <string>
#include <vector>

#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/host_facts.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/random.hpp"
#include "pscheduler/ports/scope.hpp"
#include "pscheduler/ports/scripts.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/admission.hpp"
#include "pscheduler/services/errands.hpp"
#include "pscheduler/services/peers.hpp"
#include "pscheduler/services/plugins.hpp"
#include "pscheduler/services/scheduling.hpp"
#include "pscheduler/services/task_book.hpp"
#include "pscheduler/services/task_request.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {

class Limits;

struct SubmissionSettings {
  std::string host_name;  // what this node calls itself, host[:port]
  Zone zone;              // of times without an offset
};

class Submission {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::Store& store;
    ports::Clock& clock;
    ports::Random& random;
    ports::HostFacts& host_facts;
    ports::Scripts& scripts;
    ports::Log& log;
  };

  Submission(Ports ports, Plugins& plugins, Scheduling& scheduling, TaskBook& book, Peers& peers,
             Errands& errands, Limits& limits, Admission& admission, SubmissionSettings settings);

  // A client's task. invalid_argument: the document, the spec, an archive or a context is refused;
  // forbidden: the limits deny it, with all they say;
  // not_possible: no tool can do it at all of its participants, or one of them fails, which the message names
  // with its words; unavailable: no room to store it, or too many tasks already. When the caller is cancelled
  // before all participants have taken the task, it is given up everywhere.
  ports::AsyncResult<TaskId> submit(Json document, Hints hints);

  // A lead's task for participant number `participant` (1 and up) with the id the lead gave it. All its
  // errors are invalid_argument, but for unavailable, those of the limits (forbidden, not_possible) and
  // conflict-free repetition: a known id is invalid_argument, too.
  ports::AsyncResult<void> accept(TaskId id, int participant, Json document, Hints hints);

  // At start: gives up the tasks whose creation was interrupted. Their errands are among the recovered ones.
  ports::AsyncResult<void> recover();

  // Breaks off creations that are under way, for recover() in the next life to give up; later ones are
  // refused as unavailable.
  ports::Async<void> stop();

 private:
  // whether there is not too much already, of what is not even read yet
  ports::AsyncResult<Admission::Ticket> admit(const Json& document);

  // what of the request holds here (checking.cpp)
  ports::AsyncResult<void> check(const TaskRequest& request);
  ports::AsyncResult<void> check_spec(const TaskRequest& request);
  ports::AsyncResult<void> check_archives(const TaskRequest& request);
  ports::AsyncResult<void> check_contexts(const TaskRequest& request, std::size_t participants);
  [[nodiscard]] Result<void> check_lead_bind(const TaskRequest& request) const;

  // who may (limiting.cpp): the diagnostics; a request that is rewritten is replaced
  ports::AsyncResult<std::string> limit(TaskRequest& request, const Hints& hints);
  ports::AsyncResult<std::string> limit_participation(const Json& document, const Hints& hints);

  // as the lead, up to the task's record (submission.cpp)
  ports::AsyncResult<std::vector<std::string>> participants_of(const TaskRequest& request);
  ports::AsyncResult<std::string> agree_on_tool(const TaskRequest& request,
                                                const std::vector<std::string>& participants);
  ports::Async<void> ask_for_tools(PeerAddress peer, const Json& test, Result<std::vector<PeerTool>>& answer);
  ports::Async<void> ask_own_tools(const TaskRequest& request, Result<std::vector<PeerTool>>& answer);
  ports::AsyncResult<Task> describe(const TaskRequest& request, Task task);
  ports::AsyncResult<TaskId> create_here(Task task);

  // everywhere or nowhere (creating.cpp)
  ports::AsyncResult<TaskId> create_everywhere(Task task);
  ports::AsyncResult<TaskId> create(Task task, std::shared_ptr<const bool> wanted);
  ports::AsyncResult<void> tell_participants(const Task& task);
  ports::Async<void> tell(PeerAddress peer, TaskId task, int number, Json document, Result<void>& answer);
  ports::AsyncResult<void> enable(const Task& task, TaskProgress& progress,
                                  const std::vector<Errand>& undoing);
  ports::Async<void> give_up(Task task);

  Ports ports_;
  Plugins& plugins_;
  Scheduling& scheduling_;
  TaskBook& book_;
  Peers& peers_;
  Errands& errands_;
  Limits& limits_;
  Admission& admission_;
  SubmissionSettings settings_;
  bool stopping_ = false;
  ports::Scope creations_;
};

}  // namespace pscheduler::services
