#pragma once
// One query: completed once, by its answer, its deadline or a cancellation, whichever is first.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::adapters {

class DnsChannel;

class DnsQuery : public std::enable_shared_from_this<DnsQuery> {
 public:
  using Answer = Result<std::vector<std::string>>;
  using Finished = std::function<void(Answer)>;

  // `subject` is what is looked for, as messages call it.
  DnsQuery(boost::asio::any_io_executor executor, std::string subject);

  // `finished` is called at a later turn of the loop.
  void start(std::shared_ptr<DnsChannel> channel, Duration time_limit, Finished finished);

  void complete(Answer answer);
  void cancel();

  // What a failed query of c-ares means.
  [[nodiscard]] Answer failure(int status) const;

 private:
  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer timer_;
  std::string subject_;
  std::shared_ptr<DnsChannel> channel_;
  Finished finished_;
};

}  // namespace pscheduler::adapters
