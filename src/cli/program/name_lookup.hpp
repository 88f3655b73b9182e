#pragma once
// Addresses of host names, one question at a time on the event loop of the calls to servers.

#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "pscheduler/ports/resolver.hpp"

namespace pscheduler::cli {

class NameLookup {
 public:
  // The resolver must run on `loop`; both outlive this.
  NameLookup(boost::asio::io_context& loop, ports::Resolver& resolver) : loop_(loop), resolver_(resolver) {}

  // Literals; empty when there are none or they cannot be found out in time.
  std::vector<std::string> addresses(const std::string& name);

 private:
  boost::asio::io_context& loop_;
  ports::Resolver& resolver_;
};

}  // namespace pscheduler::cli
