#pragma once
// Absolute URLs, and those that name tasks and runs.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/base/uuid.hpp"

namespace pscheduler {

inline constexpr std::size_t kUrlBytesMax = 256u << 10;

struct Url {
  std::string scheme;  // lower case
  HostPort server;
  std::string target;  // path and query as written, at least "/"

  // scheme://host[:port][/path][?query][#fragment]; the fragment is dropped. Relative references, user names,
  // and characters beyond ASCII that are not percent-encoded are refused.
  static Result<Url> parse(std::string_view text);

  [[nodiscard]] std::string to_string() const;

  bool operator==(const Url&) const = default;
};

// The URL of a task, or of one run of it.
struct TaskUrl {
  std::string scheme;
  HostPort server;
  TaskId task;
  std::optional<RunId> run;

  // Its path must be exactly /pscheduler/tasks/UUID, or that and /runs/UUID (double slashes count once); a
  // query is ignored.
  static Result<TaskUrl> parse(std::string_view text);

  // Without a query.
  [[nodiscard]] std::string to_string() const;

  bool operator==(const TaskUrl&) const = default;
};

}  // namespace pscheduler
