#pragma once
// What librabbitmq and the server say went wrong, in words. Errors are timed_out, unreachable (the connection
// is lost) and unavailable (the server does not want it).

#include <amqp.h>

#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"

namespace pscheduler::plugins {

// Of a status other than AMQP_STATUS_OK.
tl::unexpected<Error> amqp_failure(std::string_view peer, int status);

// Whether the server ends the channel or the connection by this method, and why.
bool is_amqp_close(const amqp_method_t& method);
tl::unexpected<Error> amqp_failure(std::string_view peer, const amqp_method_t& close);

// Words of the server on one line.
std::string amqp_words(const amqp_bytes_t& bytes);

}  // namespace pscheduler::plugins
