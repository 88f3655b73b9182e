#pragma once
// Calls to servers, a bounded number at a time to each, however many iterations want to make one.
//
// Questions that a server holds back on purpose (long polls) have places of their own, so that they keep
// nobody from posting or fetching. Who asks for what ends first is let in first.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "batch/gate.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/http_client.hpp"

namespace pscheduler::batch {

using Bind = std::optional<std::string>;

class Servers {
 public:
  // All outlive this object, as this outlives every call.
  Servers(ports::asio::any_io_executor executor, ports::HttpClient& client, ports::Clock& clock)
      : executor_(std::move(executor)), client_(client), clock_(clock) {}

  // Asked again for a while when there is no answer, or the server says that it cannot just now; but not when
  // it was given up before and has not answered since.
  ports::AsyncResult<ports::HttpAnswer> get(std::string url, Bind bind);

  // A question that the server answers when something has happened, at the latest about `until`.
  ports::AsyncResult<ports::HttpAnswer> poll(std::string url, Bind bind, Instant until);

  // Made once: whether it came through is not known when there is no answer.
  ports::AsyncResult<ports::HttpAnswer> post(std::string url, Bind bind, std::string body);
  ports::AsyncResult<ports::HttpAnswer> remove(std::string url, Bind bind);

 private:
  struct Host {
    explicit Host(const ports::asio::any_io_executor& executor);
    Gate calls;
    Gate polls;
    bool given_up = false;
  };

  Host& host_of(const std::string& url);
  ports::AsyncResult<ports::HttpAnswer> persist(ports::HttpCall call, bool poll, Instant urgency);
  ports::AsyncResult<ports::HttpAnswer> call_once(Host& host, ports::HttpCall call, bool poll,
                                                  Instant urgency);

  ports::asio::any_io_executor executor_;
  ports::HttpClient& client_;
  ports::Clock& clock_;
  std::map<std::string, std::unique_ptr<Host>> hosts_;
};

// The JSON of a successful answer; else what the server said, as "STATUS: words".
Result<Json> json_of(const Result<ports::HttpAnswer>& answer);
Result<std::string> text_of(const Result<ports::HttpAnswer>& answer);

}  // namespace pscheduler::batch
