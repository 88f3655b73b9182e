#pragma once
// Name resolution by c-ares: the hosts file, then DNS, as the system is configured (a changed resolv.conf is
// noticed), without threads.
//
// Use it from the loop of its executor. Queries in flight when it is destroyed end as cancelled.

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pscheduler/ports/dns_records.hpp"
#include "pscheduler/ports/resolver.hpp"

namespace pscheduler::adapters {

class DnsChannel;
class DnsQuery;

class CaresResolver final : public ports::Resolver, public ports::DnsRecords {
 public:
  // `server`: ADDRESS:PORT to ask instead of the system's servers; the hosts file still comes first.
  explicit CaresResolver(boost::asio::any_io_executor executor, std::optional<std::string> server = {});
  ~CaresResolver() override;

  ports::AsyncResult<std::vector<std::string>> addresses(std::string host, ports::Family family,
                                                         Duration time_limit) override;
  ports::AsyncResult<std::vector<std::string>> names(std::string address, Duration time_limit) override;
  ports::AsyncResult<std::vector<std::string>> texts(std::string name, Duration time_limit) override;
  ports::AsyncResult<std::vector<std::string>> records(std::string name, ports::RecordType type,
                                                       Duration time_limit) override;

 private:
  using Ask = std::function<void(DnsChannel&, std::shared_ptr<DnsQuery>)>;
  ports::AsyncResult<std::vector<std::string>> resolve(std::string subject, Duration time_limit, Ask ask);
  Result<std::shared_ptr<DnsChannel>> channel();

  boost::asio::any_io_executor executor_;
  std::optional<std::string> server_;
  std::shared_ptr<DnsChannel> channel_;
};

}  // namespace pscheduler::adapters
