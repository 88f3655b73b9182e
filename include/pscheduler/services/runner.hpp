#pragma once
// Executes runs: starts each tool on time, reads what it produced, merges it and brings the run to its final
// state (spec scheduling.md 9, 10). One timer is armed for the next thing due; a bounded number of tools run
// at once.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/random.hpp"
#include "pscheduler/ports/scope.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/plugins.hpp"
#include "pscheduler/services/run_journal.hpp"
#include "pscheduler/services/task_book.hpp"

namespace pscheduler::services {

struct RunnerSettings {
  int parallel_max = 100;                        // tools at once
  Duration straggle = std::chrono::seconds(30);  // a run not started this long after its start is missed
  Duration drain = std::chrono::seconds(5);      // how long stop() waits for tools to end by themselves
};

class Runner {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::Store& store;
    ports::Clock& clock;
    ports::Random& random;
    ports::Log& log;
  };

  Runner(Ports ports, Plugins& plugins, RunJournal& journal, TaskBook& book, RunnerSettings settings);
  ~Runner();

  // Told of every run that this runner took and that has reached its final state, once that is durable.
  void on_ended(std::function<void(const Run&)> observer) { on_ended_ = std::move(observer); }

  // Told of every run that is no longer waiting for its start.
  void on_begun(std::function<void(const Run&)> observer) { on_begun_ = std::move(observer); }

  // Takes over a durable run: a pending one, one in cleanup whose local result waits to be merged, or a
  // running one of a class that streams results, which goes on.
  void offer(Run run, const Task& task);

  // Forgets the pending runs of a task that have not been started and answers them.
  std::vector<Run> withdraw(TaskId task);
  std::optional<Run> withdraw(RunId run);

  // The participants' data of a pending run, when they arrive after the run was offered. Answers the run as
  // it is to be stored; nothing when it has been started already or is not known.
  std::optional<Run> set_participant_data_full(RunId run, JsonText data);

  // Ends the tools of a task's runs; ends when those runs are durably canceled and no process is left.
  ports::Async<void> cancel(TaskId task, Why why);
  // The same for one run, moving it to `to`.
  ports::Async<void> interrupt(RunId run, RunState to, Why why);

  // Starts runs when they are due, until cancelled.
  ports::Async<void> work();

  // Starts nothing more, lets tools end for the drain time, then ends them as failed. Runs that stream
  // results are left as they are, to go on at the next start.
  ports::Async<void> stop();

  [[nodiscard]] std::size_t active() const { return active_.size(); }
  [[nodiscard]] std::size_t waiting() const { return waiting_by_run_.size(); }

 private:
  struct Waiting {
    Run run;
    SchedulingClass scheduling_class;
    Instant due;
  };
  // A run whose coroutine is under way.
  struct Active {
    Run run;
    SchedulingClass scheduling_class;
    ports::Scope::Ticket ticket = 0;
    std::optional<std::pair<RunState, Why>>
        interruption;       // what to make of it when its coroutine is cancelled
    bool measured = false;  // its tool has ended: it goes on to its final state
    bool merges = false;    // this node makes its merged result
    int records_in_flight = 0;
    std::uint64_t records_dropped = 0;
  };
  using ActiveRun = std::shared_ptr<Active>;
  using WaitingKey = std::pair<Instant, RunId>;

  [[nodiscard]] Duration start_lead(const std::string& tool) const;
  std::optional<Instant> start_due_runs();
  bool too_late(const Waiting& waiting) const;
  void launch(Run run, SchedulingClass scheduling_class);
  void begin(std::vector<Waiting> due);
  ports::Async<void> supervise(ActiveRun active);
  ports::Async<void> execute(ActiveRun active);
  ports::Async<bool> put_on_deck(ActiveRun active, const Task& task);
  ports::Async<void> execute_tool(ActiveRun active, const Task& task);
  ports::Async<void> end_interrupted(ActiveRun active);
  ports::Async<void> miss(Run run, std::string reason);
  ToolRun tool_run_for(const ActiveRun& active, const Task& task);
  ports::Async<void> take_outcome(ActiveRun active, const Task& task, Result<ToolOutcome> outcome);
  ports::Async<void> merge(ActiveRun active, const Task& task, std::string local);
  void take_record(const ActiveRun& active, std::shared_ptr<const Json> record);
  ports::Async<void> store_record(ActiveRun active, std::shared_ptr<const Json> record);
  [[nodiscard]] ports::Changes progress_of(TaskId task) const;
  [[nodiscard]] std::string why_missed() const;
  void ended(const Run& run);
  void request_interruption(const ActiveRun& active, RunState to, const Why& why);

  Ports ports_;
  Plugins& plugins_;
  RunJournal& journal_;
  TaskBook& book_;
  RunnerSettings settings_;
  std::function<void(const Run&)> on_begun_;
  std::function<void(const Run&)> on_ended_;
  std::map<WaitingKey, Waiting> waiting_;  // by the instant at which something has to be done for them
  std::unordered_map<RunId, Instant> waiting_by_run_;
  std::unordered_map<RunId, ActiveRun> active_;
  bool stopping_ = false;
  ports::Event changed_;  // a run was offered, or one has ended
  ports::Scope executions_;
};

}  // namespace pscheduler::services
