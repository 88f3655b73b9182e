#include "pscheduler/plugin_sdk/envelope.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"

namespace pscheduler::sdk {
namespace {

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json diags_or_null(const std::string& text) {
  if (text.size() <= kDiagsBytesMax) return text_or_null(text);
  const auto line_end = text.rfind('\n', kDiagsBytesMax);
  const auto kept = line_end == std::string::npos ? kDiagsBytesMax : line_end;
  return text.substr(0, kept) + "\n... (" + std::to_string(text.size() - kept) + " bytes more)";
}

}  // namespace

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

FirstResult first_result(const Json& results) {
  const Json* const first = results.is_array() && !results.empty() ? &results.front() : nullptr;
  if (first == nullptr || first->is_null()) {
    return {std::nullopt, failed_result("The participant that measured gave no result.", {})};
  }
  const Json* const result = json::find(*first, "result");
  if (json::find_bool(*first, "succeeded").value_or(false) && result != nullptr && !result->is_null()) {
    return {*result, Json()};
  }
  auto error = json::find_string(*first, "error").value_or(std::string());
  if (error.empty()) error = "The measurement failed without giving a reason.";
  return {std::nullopt, failed_result(error, json::find_string(*first, "diags").value_or(std::string()))};
}

}  // namespace pscheduler::sdk
