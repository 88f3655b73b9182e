#pragma once
// What is wrong with a batch document, and where: people get all of it at once.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "pscheduler/json/reader.hpp"

namespace pscheduler::batch {

struct Problem {
  std::string at;       // "/jobs/0/iterations", "/jobs/0/task iteration 3"; "/" is the document
  std::string message;  // what is wrong and what would be right
  std::optional<json::Location> location;
};

using Problems = std::vector<Problem>;

template <class T>
using Checked = tl::expected<T, Problems>;

// "batch.json:3:14: /jobs/0/iterations: must be …"; without a location "batch.json: …".
std::string to_text(const Problem& problem, std::string_view source);

// A line for each, the first ones when there are very many.
std::string to_text(const Problems& problems, std::string_view source);

}  // namespace pscheduler::batch
