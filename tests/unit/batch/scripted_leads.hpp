#pragma once
// Servers of pScheduler as a batch sees them, in virtual time: tests of type "idle" that last as long as
// their spec says, on the host that it names. Every request is logged; hosts can be dead.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "component/virtual_clock.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/ports/http_client.hpp"

namespace pscheduler::batch::testing {

struct Request {
  Instant at;
  std::string line;  // "POST a/tasks"
};

struct ScriptedTask {
  Json document;
  std::string host;
  Instant posted;
  TimeRange slot;
  bool canceled = false;

  // Whether its tool was started, by now.
  [[nodiscard]] bool ran(Instant now) const { return !canceled && slot.start <= now; }
};

class ScriptedLeads final : public ports::HttpClient {
 public:
  explicit ScriptedLeads(test::VirtualClock& clock) : clock_(clock) {}

  ports::AsyncResult<ports::HttpAnswer> call(ports::HttpCall call) override;

  // What a request gets instead of what servers say; nothing for requests that go their usual way.
  std::function<std::optional<ports::HttpAnswer>(const std::string& line)> instead;

  std::vector<Request> log;
  std::map<std::string, ScriptedTask> tasks;  // by id
  std::set<std::string> dead;
  Duration latency = std::chrono::milliseconds(5);
  std::size_t open = 0;  // calls that are waiting for an answer
  std::size_t most_open = 0;

  [[nodiscard]] std::vector<Instant> times_of(const std::string& line) const;

 private:
  ports::AsyncResult<ports::HttpAnswer> answer(ports::HttpCall call);
  ports::AsyncResult<ports::HttpAnswer> answer_about(const ScriptedTask& task, std::string url,
                                                     std::string rest, std::string query);
  std::string make_task(const std::string& host, const std::string& body);
  [[nodiscard]] Json run_of(const ScriptedTask& task, const std::string& task_url) const;

  test::VirtualClock& clock_;
};

}  // namespace pscheduler::batch::testing
