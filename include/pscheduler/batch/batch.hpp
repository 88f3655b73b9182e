#pragma once
// Runs a prepared batch: one job after the other, the iterations of a job one by one or at once.
//
// Everything happens on one thread, however many iterations are under way. An iteration that fails is a
// result like others and costs nobody else anything.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/batch/document.hpp"
#include "pscheduler/batch/jq.hpp"
#include "pscheduler/batch/preparation.hpp"
#include "pscheduler/batch/resumption.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/http_client.hpp"
#include "pscheduler/ports/scope.hpp"

namespace pscheduler::batch {

struct Settings {
  std::string assist;                      // names the participants
  std::string local_host;                  // leads when neither the test nor `lead` says who does
  std::optional<std::string> lead;         // stands in where the first participant is unknown
  std::optional<std::string> assist_bind;  // handed to the HTTP client, as `bind` for calls to leads
  std::optional<std::string> bind;
  std::optional<std::string> key;  // for tasks without one of their own; results do not show it
  std::size_t parallel_max = 0;    // of a job's iterations; 0: all of them
  bool dry_run = false;            // no lead is asked for anything
};

// Is told what happens while it happens. Iterations are numbered from 0.
class Observer {
 public:
  virtual ~Observer() = default;

  // A message for whoever wants to follow each step, maybe of several lines.
  [[nodiscard]] virtual bool wants_debug() const { return false; }
  virtual void debug(const std::string&) {}

  virtual void job_begins(std::size_t /*job*/, std::size_t /*iterations*/) {}
  virtual void job_ends(std::size_t /*job*/) {}
  virtual void posted(std::size_t /*job*/, std::size_t /*iteration*/, const std::string& /*task_url*/) {}
  virtual void planned(std::size_t /*job*/, std::size_t /*iteration*/, const TimeRange& /*slot*/) {}
  virtual void finished(std::size_t /*job*/, std::size_t /*iteration*/, const Json& /*element*/) {}
};

struct World {
  ports::asio::any_io_executor executor;
  ports::HttpClient& client;
  ports::Clock& clock;
  Jq& jq;
  // The root of a server's API with a final '/', from a host as users name it.
  std::function<Result<std::string>(const std::string& host)> api_root;
};

class Servers;
class Dialogue;
class Gate;

class Batch {
 public:
  // `resumption` is what an earlier attempt left (resumption.hpp). The observer outlives this object.
  Batch(Document document, Plan plan, Settings settings, World world, Observer& observer,
        Resumption resumption = {});
  ~Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  // Once, to the end. The problem is a continue-if that gives no answer: later jobs are not run then. When it
  // is cancelled, withdraw() has to follow.
  ports::Async<Problems> run();

  // After run() was cancelled: takes back the tasks that are still under way, within some ten seconds.
  ports::Async<void> withdraw();

  // How many tasks withdraw() has canceled.
  [[nodiscard]] std::size_t withdrawn() const { return withdrawn_; }

  // The document with what is known by now. Unless all is done, "batch" has "interrupted": true, and an
  // iteration without a result is null, or its task and the URL of that when it was posted: what resume()
  // takes.
  [[nodiscard]] Json output() const;

  // Whether an iteration's element tells of at least one result, and all of them of success.
  static bool succeeded(const Json& element);

 private:
  struct Cell {
    std::optional<Json> element;
    std::string task_url;  // as long as its result is awaited
    Json sent;             // the task as it was posted
  };
  struct Turn {
    std::size_t job;
    std::size_t iteration;
    std::size_t number;  // among those that were to begin together
    Duration waited;     // for a place among them
  };
  struct Progress {
    bool reached = false;
    std::vector<Cell> cells;
  };

  Cell& cell_of(const Turn& turn) { return progress_[turn.job].cells[turn.iteration]; }
  void take_up(const Resumption& resumption);
  ports::Async<void> run_job(std::size_t job);
  ports::Async<void> run_at_once(std::size_t job, std::vector<std::size_t> iterations);
  ports::Async<void> run_together(std::size_t job, std::vector<std::size_t> iterations);
  ports::Async<void> run_one(Turn turn);
  ports::Async<void> run_in_turn(Turn turn, Gate& places);
  ports::AsyncResult<void> attempt(Turn turn);
  ports::AsyncResult<void> submit(Turn turn, std::shared_ptr<Dialogue> dialogue);
  ports::AsyncResult<std::string> post(Turn turn, std::shared_ptr<Dialogue> dialogue, std::string lead);
  ports::AsyncResult<bool> gather(Turn turn, std::shared_ptr<Dialogue> dialogue, Json run,
                                  std::string runs_url);
  ports::Async<void> wait_in_turn(Turn turn, std::shared_ptr<Dialogue> dialogue);
  ports::Async<void> take_back(std::shared_ptr<Dialogue> dialogue, std::string url, std::string key);
  ports::Async<void> end_firm_within(Duration limit);
  void synchronize(std::size_t job, const std::vector<std::size_t>& iterations);
  void finish(const Turn& turn, Json element);
  void tell(std::size_t job, const std::string& text) const;
  [[nodiscard]] std::shared_ptr<Dialogue> dialogue_of(const Turn& turn);
  [[nodiscard]] std::string key_of(const Json& task) const;
  [[nodiscard]] Json results_of(std::size_t job) const;

  Document document_;
  Plan plan_;
  Settings settings_;
  World world_;
  Observer& observer_;
  std::unique_ptr<Servers> servers_;
  std::vector<Progress> progress_;
  ports::Scope firm_;  // what is brought to its end although the batch is interrupted
  Instant started_;
  Duration spent_before_;
  Duration begun_;
  bool complete_ = false;
  std::size_t withdrawn_ = 0;
};

}  // namespace pscheduler::batch
