#pragma once
// Where the program's own measurements go, for GET /metrics. Observing costs a few microseconds; one thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/model/run_state.hpp"
#include "pscheduler/ports/schedule_view.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::ports {

// Archiving to one destination; or to all that are not told apart, with an empty id and archiver.
struct DestinationReading {
  std::string id;
  std::string archiver;
  std::int64_t waiting = 0;
  std::int64_t given_up = 0;  // of those that are kept still
  std::int64_t taken = 0;     // attempts since the start, by their end
  std::int64_t refused = 0;
  std::optional<Duration> oldest;         // age of the oldest that waits
  std::optional<Duration> since_success;  // since the latest one
};

// What is taken on, and what at most is.
struct LoadReading {
  std::int64_t now = 0;
  std::int64_t max = 0;
};

// What is read off when somebody asks rather than counted as it happens.
struct MetricsReading {
  Census census;
  std::int64_t archivings_due = 0;
  std::int64_t archivings_later = 0;
  bool paused = false;
  std::int64_t runs_active = 0;   // whose tool is under way
  std::int64_t runs_waiting = 0;  // for their start
  std::int64_t errands = 0;       // removals that are still to be made at other nodes
  Duration errand_age_max{};      // of the oldest of them
  std::int64_t peers_silent = 0;  // other nodes that do not answer
  LoadReading tasks;              // that have something left to do
  LoadReading archivings;         // that wait
  LoadReading runs;               // whose tool is under way
  std::vector<DestinationReading> destinations;
  Duration uptime{};
};

class Metrics {
 public:
  virtual ~Metrics() = default;

  // A request has its answer; of a long one the first piece. `route` is the path with its placeholders
  // ("tasks/*"), so that there are few of them.
  virtual void request_answered(std::string_view method, std::string_view route, int status,
                                Duration took) = 0;

  // A run has come into a state; `late` is how long after its planned start a tool was started.
  virtual void run_entered(RunState state, std::optional<Duration> late) = 0;

  // A method of a plug-in has answered, or not; without `run`, whose length is the measurement's.
  virtual void plugin_called(std::string_view method, bool answered, Duration took) = 0;

  // Everything in the text format of Prometheus.
  [[nodiscard]] virtual std::string text(const MetricsReading& reading) = 0;
};

}  // namespace pscheduler::ports
