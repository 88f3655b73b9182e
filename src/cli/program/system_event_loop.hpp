#pragma once
// The event loop of this process, with its clock and the HTTP client of the project.

#include <boost/asio/io_context.hpp>
#include <map>

#include "cli/event_loop.hpp"
#include "cli/program/name_lookup.hpp"
#include "pscheduler/adapters/system/system_clock.hpp"

namespace pscheduler::cli {

class SystemEventLoop final : public EventLoop, private ports::HttpClient {
 public:
  // The client must run on `loop`; all outlive this.
  SystemEventLoop(boost::asio::io_context& loop, ports::HttpClient& client, NameLookup& names)
      : loop_(loop), client_(client), names_(names) {}

  ports::asio::any_io_executor executor() override { return loop_.get_executor(); }
  ports::Clock& clock() override { return clock_; }
  ports::HttpClient& client() override { return *this; }
  Result<void> make_known(const std::string& bind) override;
  Result<void> run(ports::AsyncResult<void> operation, const std::function<bool()>& go_on) override;

 private:
  struct Sources {
    std::string v4;
    std::string v6;
  };

  ports::AsyncResult<ports::HttpAnswer> call(ports::HttpCall call) override;

  boost::asio::io_context& loop_;
  ports::HttpClient& client_;
  NameLookup& names_;
  adapters::SystemClock clock_;
  std::map<std::string, Sources> known_;
};

}  // namespace pscheduler::cli
