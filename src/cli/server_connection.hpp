#pragma once
// How the commands talk to pScheduler servers: calls with a deadline, one after the other or many at once.
//
// Connections are kept alive between calls to the same server. What prevents a call from being answered (no
// such host, refused, timed out, bad bind address) is a reply with status 400 whose body is the reason, as
// clients of pScheduler are used to; `reached` tells it apart from a 400 of the server.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::cli {

// In the order in which they appear in the query; values are percent-encoded on the way out.
using Parameters = std::vector<std::pair<std::string, std::string>>;

// Longer than anything a server holds back on purpose: `runs/first` may take a minute, a long poll half of
// it.
inline constexpr Duration kCallLimit = std::chrono::minutes(3);

struct CallOptions {
  Duration time_limit = kCallLimit;
  std::optional<std::string> bind;  // source address, host name or interface name

  // Asked some ten times a second while the answer is awaited, for commands that have more to do than wait;
  // false gives the call up. It may make other calls. May be empty.
  std::function<bool()> while_waiting = {};

  // When set, the body of a successful reply comes here in pieces while it arrives, whatever its length, and
  // Reply::body stays empty; false gives the call up. May be empty.
  std::function<bool(std::string_view)> on_body = {};
};

struct Reply {
  int status = 0;
  std::string body;
  bool reached = true;
  bool own_fault = false;  // the call could not be made from where it was to be made

  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

struct TimedReply {
  Reply reply;
  Duration took{};  // until the reply was here
};

class ServerConnection {
 public:
  virtual ~ServerConnection() = default;

  virtual Reply get(const std::string& url, const Parameters& parameters, const CallOptions& options) = 0;

  // Asks all of them in the same moment; the replies are in the order of the URLs. `on_reply`, which may be
  // empty, is told of each that has come.
  virtual std::vector<TimedReply> get_all(const std::vector<std::string>& urls, const CallOptions& options,
                                          const std::function<void(std::size_t)>& on_reply) = 0;

  // The body is JSON text in ASCII: older servers refuse anything else.
  virtual Reply post(const std::string& url, const std::string& body, const CallOptions& options) = 0;

  // What is put is in the parameters; there is no body.
  virtual Reply put(const std::string& url, const Parameters& parameters, const CallOptions& options) = 0;

  virtual Reply del(const std::string& url, const Parameters& parameters, const CallOptions& options) = 0;
};

}  // namespace pscheduler::cli
