#pragma once
// The composition of the daemon: makes every part in order, serves until it is told to stop, and takes
// everything down again in the reverse order.

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>

#include "pscheduler/adapters/log/stderr_log.hpp"
#include "pscheduler/app/config.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {
class PluginHost;
}

namespace pscheduler::app {

// Where the programs and plug-ins that belong to this one are: in the build tree or as installed.
struct Installation {
  std::filesystem::path shepherd;
  std::filesystem::path jq_helper;
  std::filesystem::path jq_modules;                // empty when there are none
  std::vector<std::filesystem::path> class_roots;  // ours first, then the system's
};

// Looks relative to the running program. unavailable when a program is missing.
Result<Installation> find_installation(const std::vector<std::filesystem::path>& plugins_configured);

class Daemon {
 public:
  Daemon(boost::asio::io_context& context, Config config, Installation installation,
         adapters::StderrLog& log);
  ~Daemon();

  // Starts up, serves until request_stop(), drains. The error says why it could not start.
  ports::AsyncResult<void> run();

  void request_stop();

  // Looks again which plug-ins there are and what they can do.
  void renew_plugins();

 private:
  struct Parts;

  ports::AsyncResult<void> start(Parts& parts);
  Result<void> federate(Parts& parts, const Zone& zone);
  void furnish_limits(Parts& parts, const Zone& zone);
  void furnish_housekeeping(Parts& parts);
  ports::AsyncResult<void> recover(Parts& parts);
  ports::AsyncResult<void> serve(Parts& parts);
  ports::Async<void> drain(Parts& parts);

  boost::asio::io_context& context_;
  Config config_;
  Installation installation_;
  adapters::StderrLog& log_;
  services::PluginHost* plugins_ = nullptr;  // while it serves
  bool stop_requested_ = false;
  ports::Event stop_;
};

}  // namespace pscheduler::app
