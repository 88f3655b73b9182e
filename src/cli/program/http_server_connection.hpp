#pragma once
// Calls to servers over the HTTP client of the project, one at a time on an event loop of their own.

#include <boost/asio/io_context.hpp>

#include "cli/program/name_lookup.hpp"
#include "cli/server_connection.hpp"
#include "pscheduler/ports/http_client.hpp"

namespace pscheduler::cli {

class HttpServerConnection final : public ServerConnection {
 public:
  // The client must run on `loop`; all outlive this.
  HttpServerConnection(boost::asio::io_context& loop, ports::HttpClient& client, NameLookup& names)
      : loop_(loop), client_(client), names_(names) {}

  Reply get(const std::string& url, const Parameters& parameters, const CallOptions& options) override;
  std::vector<TimedReply> get_all(const std::vector<std::string>& urls, const CallOptions& options,
                                  const std::function<void(std::size_t)>& on_reply) override;
  Reply post(const std::string& url, const std::string& body, const CallOptions& options) override;
  Reply put(const std::string& url, const Parameters& parameters, const CallOptions& options) override;
  Reply del(const std::string& url, const Parameters& parameters, const CallOptions& options) override;

 private:
  Reply call(ports::HttpCall call, const CallOptions& options);
  Result<void> furnish(ports::HttpCall& call, const CallOptions& options);
  ports::Async<void> ask(ports::HttpCall call, TimedReply& answer);

  boost::asio::io_context& loop_;
  ports::HttpClient& client_;
  NameLookup& names_;
};

}  // namespace pscheduler::cli
