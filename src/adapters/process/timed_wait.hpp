#pragma once
// Waiting for a descriptor with a limit.

#include <boost/asio/posix/stream_descriptor.hpp>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::adapters {

enum class Waited { ready, timed_out };

// The descriptor must outlive the wait. A limit that is not positive gives timed_out unless it is ready now.
ports::Async<Waited> wait_ready(boost::asio::posix::stream_descriptor& descriptor,
                                boost::asio::posix::stream_descriptor::wait_type type, Duration limit);

}  // namespace pscheduler::adapters
