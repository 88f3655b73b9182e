#pragma once
// URLs of the REST API as the commands make and check them (spec cli.md, 2.1).

#include <string>
#include <string_view>

#include "cli/server_connection.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::cli {

// "https://HOST[:PORT]/pscheduler/" followed by `path`. Host forms: name, IPv4, bare IPv6 (gets its
// brackets), name:port, [v6], [v6]:port. Names outside ASCII are IDNA-encoded. invalid_argument names the
// host.
Result<std::string> api_url(std::string_view host, std::string_view path = "");

// Nothing when the URL is "https://HOST[:PORT]/pscheduler/tasks/UUID"; else invalid_argument with what is
// wrong.
Result<void> check_task_url(const std::string& url);

// The "host[:port]" of an absolute URL; the URL itself when it has none.
std::string host_of(const std::string& url);

// The URL with the parameters percent-encoded as its query; after '&' when it has a query already.
std::string with_parameters(const std::string& url, const Parameters& parameters);

}  // namespace pscheduler::cli
