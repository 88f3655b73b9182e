#pragma once
// Calls other HTTP servers over http and https.
//
// Connections are kept for further calls to the same server (a bounded number, for a short time). Host names
// with several addresses are tried in the order of the resolver, families in turn, the next one 250 ms after
// the one before (RFC 8305). A call without a time limit gets kHttpCallTimeDefault. All calls on one thread.

#include <memory>

#include "pscheduler/ports/http_client.hpp"
#include "pscheduler/ports/resolver.hpp"

namespace pscheduler::adapters {

inline constexpr Duration kHttpCallTimeDefault = std::chrono::seconds(60);

class BeastHttpClient final : public ports::HttpClient {
 public:
  // Fails only when memory is out. The resolver must outlive the client.
  static Result<std::unique_ptr<BeastHttpClient>> make(ports::Resolver& resolver);
  ~BeastHttpClient() override;
  BeastHttpClient(const BeastHttpClient&) = delete;
  BeastHttpClient& operator=(const BeastHttpClient&) = delete;

  ports::AsyncResult<ports::HttpAnswer> call(ports::HttpCall call) override;

 private:
  class Impl;
  explicit BeastHttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pscheduler::adapters
