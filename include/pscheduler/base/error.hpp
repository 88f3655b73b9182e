#pragma once
// Errors are values: a code, one sentence for a person, and detail for the one who mends it.
// One table gives each code its HTTP status, exit code and metric label (design, section 9).

#include <string>
#include <string_view>

namespace pscheduler {

enum class Errc {
  invalid_argument,   // the caller's input is malformed or out of range
  not_found,          // the named thing does not exist
  forbidden,          // the caller may not do this
  conflict,           // would collide with the schedule
  not_possible,       // well-formed, but cannot be done here (no tool, no such participant)
  not_allowed,        // the method does not exist on this resource
  unsupported_level,  // an API level above ours
  too_large,          // a body, an output or a document beyond its bound
  timed_out,          // a deadline passed
  unavailable,        // temporarily out of room, disk, descriptors or stopping
  plugin_failed,      // a plug-in did not do what its contract says
  unreachable,        // a host could not be reached
  cancelled,          // the caller gave up
  internal,           // our own mistake
};

struct Error {
  Errc code = Errc::internal;
  std::string message;  // one sentence: the field, the value and the remedy where there is one
  std::string detail;   // more lines for diagnosis; may be empty
};

struct ErrorTraits {
  Errc code;
  int http_status;
  int exit_code;
  std::string_view label;
};

// The row for a code; every code has one.
const ErrorTraits& traits(Errc code);

}  // namespace pscheduler
