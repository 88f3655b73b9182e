#pragma once
// A TCP connection to the first of several addresses that answers (RFC 8305).

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/ports/async.hpp"

namespace pscheduler::adapters {

// Addresses of both families in turn, beginning with the first; within a family the order stays. With a
// source address only those of its family are left.
std::vector<boost::asio::ip::address> connection_order(const std::vector<std::string>& literals,
                                                       const std::optional<boost::asio::ip::address>& source);

// unreachable with the system's reason for the last address that failed, timed_out at the deadline.
ports::AsyncResult<boost::asio::ip::tcp::socket> connect_to_first(
    std::vector<boost::asio::ip::address> addresses, std::uint16_t port,
    std::optional<boost::asio::ip::address> source, std::chrono::steady_clock::time_point deadline);

}  // namespace pscheduler::adapters
