#pragma once
// The composition of the daemon: makes every part in order, serves until it is told to stop, and takes
// everything down again in the reverse order.

#include <boost/asio/io_context.hpp>
#include <memory>

#include "installation.hpp"
#include "pscheduler/adapters/log/stderr_log.hpp"
#include "pscheduler/app/config.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {
class PluginHost;
}

namespace pscheduler::app {

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
  ports::Async<void> furnish_default_archives(Parts& parts);
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
