#pragma once
// What the DNS itself says, in the order it says it: neither hosts file nor search domains.

#include <string>
#include <vector>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::ports {

enum class RecordType { a, aaaa, ptr, txt };

class DnsRecords {
 public:
  virtual ~DnsRecords() = default;

  // The records of an absolute name: addresses, names without their final dot, texts. Empty when the name has
  // none of that type; not_found when there is no such name, timed_out, unavailable.
  virtual AsyncResult<std::vector<std::string>> records(std::string name, RecordType type,
                                                        Duration time_limit) = 0;
};

}  // namespace pscheduler::ports
