#pragma once
// ports::Scripts by way of pscheduler-jq-helper: one process that stays, keeps compiled programs, and is
// ended when a program overruns its time, when nothing was asked for a while, or with this object.
//
// One request at a time; others wait their turn in order. A program that makes the helper crash fails alone:
// the next request starts another helper. All use is on one thread, the executor's.

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pscheduler/ports/processes.hpp"
#include "pscheduler/ports/scripts.hpp"

namespace pscheduler::adapters {

struct JqScriptsOptions {
  std::filesystem::path helper;                     // pscheduler-jq-helper
  std::vector<std::filesystem::path> module_paths;  // see JqEngineOptions
  std::size_t memory_bytes_max = 512u << 20;        // address space of the helper
  std::size_t waiting_max = 256;                    // requests that wait; further ones are unavailable
  Duration waiting_time_max = std::chrono::seconds(10);
  Duration idle_time_max = std::chrono::seconds(60);
};

class JqScripts final : public ports::Scripts {
 public:
  // `processes` must outlive this object.
  JqScripts(ports::asio::any_io_executor executor, ports::Processes& processes, JqScriptsOptions options);
  // All requests must have ended. A helper that is still there is ended without waiting for it.
  ~JqScripts() override;

  // As the port says; unavailable also when a request's turn does not come in time. The time limit counts
  // from the turn and includes the start of the helper.
  ports::AsyncResult<void> check(const ports::Script& script, Duration time_limit) override;
  ports::AsyncResult<std::vector<Json>> run(const ports::Script& script, const Json& input,
                                            const Json& arguments, Duration time_limit) override;

  // Ends the helper and waits for its end. For an orderly stop, after all requests.
  ports::Async<void> stop();

  [[nodiscard]] bool helper_is_running() const { return conversation_ != nullptr; }

 private:
  class Turns;

  ports::AsyncResult<std::vector<Json>> ask(std::string request, std::uint64_t id, Duration time_limit);
  ports::AsyncResult<std::string> exchange(std::string request, Duration time_limit);
  ports::AsyncResult<void> start_helper();
  void end_helper_when_idle();

  ports::Processes& processes_;
  JqScriptsOptions options_;
  std::shared_ptr<Turns> turns_;  // shared so that a late timer can tell whether this object is still there
  ports::asio::steady_timer idle_;
  std::unique_ptr<ports::Conversation> conversation_;
  std::uint64_t last_id_ = 0;
};

}  // namespace pscheduler::adapters
