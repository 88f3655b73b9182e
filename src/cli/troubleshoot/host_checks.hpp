#pragma once
// The checks of one host (spec cli.md, 11). Each begins anew; only one that is good makes the next
// worthwhile.

#include <optional>
#include <string>
#include <vector>

#include "cli/troubleshoot/finding.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

enum class IpVersion { any, v4, v6 };

// The addresses of a host in the family, literals included; a port is left aside.
std::vector<std::string> addresses_in(const Context& context, const std::string& host, IpVersion version);

// The host alone, as other programs take it.
std::string without_port(const std::string& host);

bool is_literal(const std::string& host);

Finding check_name(Context& context, const std::string& host, IpVersion version);

// Whether large packets get from the server `from` to the host.
Finding check_mtu(Context& context, const std::string& from, const std::string& host);

Finding check_presence(Context& context, const std::string& host);
Finding check_level(Context& context, const std::string& host, std::int64_t& level);
Finding check_clock(Context& context, const std::string& host);
Finding check_plugins(Context& context, const std::string& host, const Stage& say);

// The next three read the answer of the first.
Finding check_status(Context& context, const std::string& host, Json& status);
Finding check_services(const std::string& host, const Json& status);
Finding check_limits(const std::string& host, const Json& status);

// "last-scheduled" or "last-finished": when that was.
Finding last_run(const Context& context, const Json& status, const char* name);

}  // namespace pscheduler::cli
