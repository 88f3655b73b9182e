#pragma once
// What the tools of the test throughput print as the result of a participant, and how the results of both
// ends become one (spec tools.md 1.4, tests.md 3.23).

#include <string>

#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

// `measured` has intervals and summary, and may have mss, mtu and window sizes.
Json throughput_succeeded(Json measured, const std::string& diags);
Json throughput_failed(const std::string& error, const std::string& diags);

// A server that only served.
Json throughput_served(const std::string& diags);

// Who knows what of the data that were sent.
enum class Knows {
  client_all,   // the client's program tells all, whichever end sent
  sender_most,  // each end tells what it saw; streams come in the same order at both
};

// The final result from those of the participants: client, and server where there are two.
Json merge_throughput(const Json& test, const Json& results, Knows knows);

// The client's result with diags and errors of both ends.
Json join_ends(Json client, const Json& server);

}  // namespace pscheduler::plugins
