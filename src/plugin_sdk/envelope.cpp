#include "pscheduler/plugin_sdk/envelope.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"

namespace pscheduler::sdk {
namespace {

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json diags_or_null(const std::string& text) {
  return text_or_null(cut_diags(text));
}

}  // namespace

std::string cut_diags(const std::string& text) {
  if (text.size() <= kDiagsBytesMax) return text;
  const auto line_end = text.rfind('\n', kDiagsBytesMax);
  const auto kept = line_end == std::string::npos ? kDiagsBytesMax : line_end;
  return text.substr(0, kept) + "\n... (" + std::to_string(text.size() - kept) + " bytes more)";
}

Json succeeded_run(Json result, const std::string& diags) {
  return {{"schema", 1},
          {"succeeded", true},
          {"result", std::move(result)},
          {"error", nullptr},
          {"diags", diags_or_null(diags)}};
}

Json failed_run(const std::string& error, const std::string& diags) {
  return {{"schema", 1},
          {"succeeded", false},
          {"result", nullptr},
          {"error", text_or_null(error)},
          {"diags", diags_or_null(diags)}};
}

Json failed_result(const std::string& error, const std::string& diags) {
  Json result = {{"schema", 1}, {"succeeded", false}};
  if (!error.empty()) result["error"] = error;
  if (!diags.empty()) result["diags"] = diags;
  return result;
}

ParticipantResult participant_result(const Json& results, std::size_t participant) {
  const Json* const entry =
      results.is_array() && participant < results.size() ? &results[participant] : nullptr;
  if (entry == nullptr || entry->is_null()) {
    return {std::nullopt, failed_result("The participant that measured gave no result.", {})};
  }
  const Json* const result = json::find(*entry, "result");
  if (json::find_bool(*entry, "succeeded").value_or(false) && result != nullptr && !result->is_null()) {
    return {*result, Json()};
  }
  auto error = json::find_string(*entry, "error").value_or(std::string());
  if (error.empty()) error = "The measurement failed without giving a reason.";
  return {std::nullopt, failed_result(error, json::find_string(*entry, "diags").value_or(std::string()))};
}

ParticipantResult first_result(const Json& results) {
  return participant_result(results, 0);
}

}  // namespace pscheduler::sdk
