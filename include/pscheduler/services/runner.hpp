#pragma once
// Executes runs: starts each tool on time, reads what it produced, merges it and brings the run to its final
// state (spec scheduling.md 9, 10). One timer is armed for the next thing due; a bounded number of tools run
// at once.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/host_facts.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/random.hpp"
#include "pscheduler/ports/scope.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/archivist.hpp"
#include "pscheduler/services/peers.hpp"
#include "pscheduler/services/plugins.hpp"
#include "pscheduler/services/run_journal.hpp"
#include "pscheduler/services/task_book.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {

struct Gathered;

// Many runs begin at the same second: by how much earlier a process is started than it needs by itself, so
// that tens of them, each taking a processor for a millisecond or two, all wait for that second when it
// comes.
inline constexpr Duration kCrowdLead = std::chrono::milliseconds(40);

struct RunnerSettings {
  int parallel_max = 100;                        // tools at once; those that stream results are counted apart
  Duration straggle = std::chrono::seconds(30);  // a run not started this long after its start is missed
  Duration drain = std::chrono::seconds(5);      // how long stop() waits for tools to end by themselves
  Zone zone;                                     // of the times in what is stored for people
};

class Runner {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::Store& store;
    ports::Clock& clock;
    ports::Random& random;
    ports::HostFacts& host_facts;
    ports::Log& log;
  };

  Runner(Ports ports, Plugins& plugins, RunJournal& journal, TaskBook& book, Peers& peers,
         RunnerSettings settings);
  ~Runner();

  // Told of every run that this runner took and that has reached its final state, once that is durable.
  void on_ended(std::function<void(const Run&)> observer) { on_ended_ = std::move(observer); }

  // Told of every run that is no longer waiting for its start.
  void on_begun(std::function<void(const Run&)> observer) { on_begun_ = std::move(observer); }

  // Where results go when they are stored; without it they only stay here.
  void archive_with(Archivist& archivist) { archivist_ = &archivist; }

  // What is to be stored together with the result of a run of the task that ends as `state`; once that is
  // durable, archive() has it sent.
  [[nodiscard]] ports::Changes archivings_of(const Task& task, RunId run, RunState state) const;
  void archive(RunId run);

  // Takes over a durable run: a pending one, one in cleanup whose local result waits to be merged, or a
  // running one of a class that streams results, which goes on.
  void offer(Run run, const Task& task);

  // Forgets the pending runs of a task that have not been started and answers them.
  std::vector<Run> withdraw(TaskId task);
  std::optional<Run> withdraw(RunId run);

  // Whether the run waits for its start.
  [[nodiscard]] bool is_waiting(RunId run) const { return waiting_by_run_.contains(run); }

  // Whether runs are started; those that are due while they are not are missed. Durable before it takes
  // effect.
  ports::AsyncResult<void> set_pause(Pause pause);
  [[nodiscard]] const Pause& pause() const { return pause_; }

  // What an earlier life of the daemon has left; to be awaited before work().
  ports::AsyncResult<void> recover();

  void set_straggle(Duration straggle);

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

  // When the tool of the next run has to be got ready.
  [[nodiscard]] std::optional<Instant> next_start() const {
    return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first.first);
  }

  [[nodiscard]] std::size_t active() const { return active_.size(); }
  [[nodiscard]] int parallel_max() const { return settings_.parallel_max; }
  [[nodiscard]] std::size_t waiting() const { return waiting_by_run_.size(); }

 private:
  // A run that waits: for the instant at which its tool has to be got ready or, when that has come, for
  // another tool to end.
  struct Waiting {
    Run run;
    SchedulingClass scheduling_class;
  };
  // A run whose coroutine is under way.
  struct Active {
    Run run;
    std::shared_ptr<const Task> task;  // once it has been read
    SchedulingClass scheduling_class;
    ports::Scope::Ticket ticket = 0;
    // Its slot on the steady clock, which its tool goes by; known anew when that is started.
    Duration slot_begins{};
    Duration slot_ends{};
    std::optional<std::pair<RunState, Why>>
        interruption;       // what to make of it when its coroutine is cancelled
    bool measured = false;  // its tool has ended: it goes on to its final state
    bool merges = false;    // this node makes its merged result
    int records_in_flight = 0;
    std::uint64_t records_dropped = 0;
  };
  using ActiveRun = std::shared_ptr<Active>;
  using WaitingKey = std::pair<Instant, RunId>;
  using WaitingRuns = std::map<WaitingKey, Waiting>;

  // How long before its start the process of a run is started, and the run put on deck.
  [[nodiscard]] Duration process_lead(const std::string& tool) const;
  [[nodiscard]] Duration start_lead(const std::string& tool) const;
  [[nodiscard]] Instant gives_up(const Run& run, SchedulingClass scheduling_class) const;
  void measure_slot(Active& active) const;
  [[nodiscard]] bool has_room(SchedulingClass scheduling_class) const;
  [[nodiscard]] bool is_held_up(const Waiting& waiting) const;
  [[nodiscard]] bool may_start(const Waiting& waiting) const;
  std::optional<Instant> start_due_runs();
  void start_those_that_waited();
  WaitingRuns* find_waiting(RunId run);
  Waiting take(WaitingRuns& from, WaitingRuns::iterator entry);
  void keep_for_room(WaitingRuns::node_type node);
  void launch(Run run, SchedulingClass scheduling_class);
  void begin(Waiting waiting);
  ports::Async<void> supervise(ActiveRun active);
  ports::Async<void> execute(ActiveRun active);
  ports::Async<bool> put_on_deck(ActiveRun active, const Task& task);
  ports::Async<void> execute_tool(ActiveRun active, const Task& task);
  ports::Async<void> end_interrupted(ActiveRun active);
  ports::Async<void> end_with_result(ActiveRun active, RunState to, Why why, RunResults results);
  ports::Async<void> miss(Run run, std::string reason, std::optional<RunResults> results);
  ToolRun tool_run_for(const ActiveRun& active, const Task& task);
  ports::Async<void> take_outcome(ActiveRun active, const Task& task, Result<ToolOutcome> outcome);
  ports::Async<void> merge(ActiveRun active, const Task& task, std::string local);
  ports::Async<std::vector<Gathered>> gather(const Run& run, const Task& task);
  ports::Async<Json> merged_result(const Task& task, Json results);
  ports::Async<JsonText> survey_clocks(const Task& task);
  ports::Async<Result<ToolOutcome>> stream_to_the_end(ActiveRun active, const Task& task,
                                                      Result<ToolOutcome> outcome);
  void take_record(const ActiveRun& active, std::shared_ptr<const Json> record);
  ports::Async<void> store_record(ActiveRun active, std::shared_ptr<const Json> record);
  [[nodiscard]] ports::Changes progress_of(TaskId task) const;
  [[nodiscard]] std::string why_late(const Waiting& waiting) const;
  void ended(const Run& run);
  void request_interruption(const ActiveRun& active, RunState to, const Why& why);

  Ports ports_;
  Plugins& plugins_;
  RunJournal& journal_;
  TaskBook& book_;
  Peers& peers_;
  RunnerSettings settings_;
  Archivist* archivist_ = nullptr;
  std::function<void(const Run&)> on_begun_;
  std::function<void(const Run&)> on_ended_;
  Pause pause_;
  WaitingRuns waiting_;         // by the instant at which their tool has to be got ready
  WaitingRuns waits_for_room_;  // due, by the instant at which they are too late
  std::unordered_map<RunId, Instant> waiting_by_run_;  // the keys in either
  std::set<std::pair<TaskId, RunId>> waiting_by_task_;
  std::unordered_map<RunId, ActiveRun> active_;
  std::size_t active_streaming_ = 0;  // of them, those that stream results
  bool stopping_ = false;
  ports::Event changed_;  // a run was offered, or one has ended
  ports::Scope executions_;
};

}  // namespace pscheduler::services
