#pragma once
// The string formats that schemas check. Besides ipv4, ipv6 and email of draft-7 there are those of the
// shared dictionary: ipv4-cidr, ipv6-cidr, and ipv6-host-port ("[fe80::1%eth0]:443").

#include <string_view>

namespace pscheduler::json {

using FormatCheck = bool (*)(std::string_view);

// nullptr for a format that is not checked, as draft-7 has it for those unknown.
FormatCheck find_format(std::string_view name);

}  // namespace pscheduler::json
