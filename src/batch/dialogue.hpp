#pragma once
// What one iteration says to the servers (the steps of one task, from its lead to its results), and tells the
// one who looks for a fault about it.

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "batch/servers.hpp"
#include "pscheduler/batch/batch.hpp"

namespace pscheduler::batch {

class Dialogue {
 public:
  // A run of the task, and where all of them are listed.
  struct Course {
    Json run;
    std::string runs_url;
  };

  // `name` begins every message. What is referred to outlives this object.
  Dialogue(std::string name, const Settings& settings, const World& world, Servers& servers,
           Observer& observer)
      : name_(std::move(name)), settings_(settings), world_(world), servers_(servers), observer_(observer) {}

  void tell(const std::string& text) const;

  // The host that leads the task. Fails when the assist cannot name the participants.
  ports::AsyncResult<std::string> lead_of(Json task);

  // The URL of the task that the lead has made.
  ports::AsyncResult<std::string> post(std::string lead, Json task);

  // The first run, once it has its time; not_found when the lead finds none. `wait` false: only if it is
  // there already.
  ports::AsyncResult<Course> first_run(std::string task_url, bool wait);

  // The run when its state is final.
  ports::AsyncResult<Json> until_final(Json run);

  // All runs of the task in all formats, as they appear in results. `known` is one that was fetched already.
  ports::AsyncResult<Json> results(Json known, std::string runs_url);

  ports::AsyncResult<void> cancel(std::string task_url, std::string key);

 private:
  ports::AsyncResult<Json> formats_of(Json run);

  std::string name_;
  const Settings& settings_;
  const World& world_;
  Servers& servers_;
  Observer& observer_;
};

// What stands for something that could not be had.
Json failure_element(const Error& error);

// When a run is planned; nothing when its times cannot be read.
std::optional<TimeRange> slot_of(const Json& run);

// Whether nothing more happens to a run by itself, and whether it was taken back before it began.
bool is_final(const Json& run);
bool was_canceled(const Json& run);

// Whether a run did its work without a result of its own: the process of a streaming task belongs to its
// first run, and each of its results is another run.
bool carries_a_stream(const Json& run);

}  // namespace pscheduler::batch
