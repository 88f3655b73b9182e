#pragma once
// What `run` is told (spec plugins.md 6.4).

#include <nlohmann/json.hpp>
#include <string>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::sdk {

struct RunInput {
  std::string task_uuid;
  Instant start;
  Duration duration{};
  std::string test_type;
  Json spec;
  int participant = 0;
  Json participant_data;  // array, one element a participant; empty when not given
};

// Errors name the member that is missing or unusable.
Result<RunInput> parse_run_input(const Json& input);

}  // namespace pscheduler::sdk
