#include "services/running/outcome_text.hpp"

#include <nlohmann/json.hpp>

namespace pscheduler::services {

Json failure_result(const std::string& error, const std::string& diags) {
  Json result = {{"succeeded", false}, {"error", error}};
  if (!diags.empty()) result["diags"] = diags;
  return result;
}

std::string failure_sentence(const ToolOutcome& outcome) {
  if (!outcome.failure.empty()) return outcome.failure;
  const std::string status = "The tool exited with status " + std::to_string(outcome.status);
  return outcome.errors.empty() ? status + "." : status + ": " + outcome.errors;
}

std::string reason_of(const Json& merged) {
  const auto error = merged.find("error");
  if (error != merged.end() && error->is_string() && !error->get_ref<const std::string&>().empty()) {
    return error->get<std::string>();
  }
  return "The measurement did not succeed.";
}

std::string problems_of(const std::vector<Gathered>& others) {
  std::string text;
  for (const auto& other : others) {
    if (!other.problem.empty()) text += (text.empty() ? "" : "\n") + other.problem;
  }
  return text;
}

}  // namespace pscheduler::services
