#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "plugin_sdk/methods.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::sdk {
namespace {

// Longer slots are mistakes; nodes refuse them.
constexpr Duration kSlotMax = std::chrono::days(3650);

struct TestObject {
  std::string type;
  const Json* spec = nullptr;
};

Result<TestObject> test_object(const Json& document) {
  const auto type = json::find_string(document, "type");
  const Json* const spec = json::find_object(document, "spec");
  if (!type || spec == nullptr) {
    return fail(Errc::invalid_argument, "The input must be a test: an object with \"type\" and \"spec\".");
  }
  return TestObject{*type, spec};
}

Result<Answer> enumerate(const ToolPlugin& tool, const MethodInput& /*input*/) {
  auto enumeration = enumeration_of(tool.identity);
  Json tests = Json::array();
  for (const auto test : tool.tests) tests.push_back(test);
  enumeration["tests"] = std::move(tests);
  enumeration["preference"] = tool.preference;
  return enumeration;
}

std::vector<std::string> all_reasons_against(const ToolPlugin& tool, const TestObject& test) {
  if (std::ranges::find(tool.tests, test.type) == tool.tests.end()) {
    return {fmt::format("Tool {} does not do {} tests.", tool.identity.name, excerpt(test.type))};
  }
  const Json* const schema = json::find(*test.spec, "schema");
  const auto version = schema == nullptr ? std::optional<std::int64_t>(1) : json::as_integer(*schema);
  if (!version || *version < 1 || *version > tool.spec_schema_max) {
    return {fmt::format("Tool {} understands {} specs up to schema {}; this one has {}.", tool.identity.name,
                        test.type, tool.spec_schema_max, json::describe(*schema))};
  }
  auto reasons =
      tool.reasons_against == nullptr ? std::vector<std::string>() : tool.reasons_against(*test.spec);
  if (!reasons.empty()) return reasons;
  const auto slot = tool.duration(*test.spec);
  if (!slot) {
    reasons.push_back(slot.error().message);
  } else if (*slot > kSlotMax) {
    reasons.push_back(fmt::format("The measurement would take {}; {} is the longest that can be scheduled.",
                                  format_duration(*slot), format_duration(kSlotMax)));
  }
  return reasons;
}

Result<Answer> can_run(const ToolPlugin& tool, const MethodInput& input) {
  if (!input.document) return fail(input.document.error());
  const auto test = test_object(*input.document);
  if (!test) return fail(test.error());
  const auto reasons = all_reasons_against(tool, *test);
  if (reasons.empty()) return Json{{"can-run", true}};
  return Json{{"can-run", false}, {"reasons", reasons}};
}

bool can_run_is_pure(const ToolPlugin& tool) {
  return tool.asks_around == nullptr || !tool.asks_around();
}

Result<Answer> duration(const ToolPlugin& tool, const MethodInput& input) {
  if (!input.document) return fail(input.document.error());
  const auto test = test_object(*input.document);
  if (!test) return fail(test.error());
  const auto length = tool.duration(*test->spec);
  if (!length) return fail(length.error());
  return Json{{"duration", format_duration(*length)}};
}

Result<Answer> participant_data(const ToolPlugin& tool, const MethodInput& input) {
  if (!input.document) return fail(input.document.error());
  const auto participant = json::find_integer(*input.document, "participant");
  const Json* const test = json::find_object(*input.document, "test");
  if (!participant || test == nullptr) {
    return fail(Errc::invalid_argument, "The input must have \"participant\", a number, and \"test\".");
  }
  if (tool.data_elsewhere) {
    return fail(Errc::internal, fmt::format("The participant-data of {} comes from a program of its own; "
                                            "call the method through its link.",
                                            tool.identity.name));
  }
  if (tool.participant_data == nullptr) return Json::object();
  auto data = tool.participant_data(static_cast<int>(*participant), *test);
  if (!data) return fail(std::move(data.error()));
  return std::move(*data);
}

bool participant_data_is_pure(const ToolPlugin& tool) {
  return tool.participant_data == nullptr && !tool.data_elsewhere;
}

Result<Answer> merged_results(const ToolPlugin& tool, const MethodInput& input) {
  if (!input.document) return fail(input.document.error());
  const Json* const test = json::find_object(*input.document, "test");
  const Json* const results = json::find_array(*input.document, "results");
  if (test == nullptr || results == nullptr) {
    return fail(Errc::invalid_argument, "The input must have \"test\" and \"results\", an array.");
  }
  return tool.merged_results(*test, *results);
}

constexpr std::array kMethods{
    Method<ToolPlugin>{"enumerate", Reads::nothing, &enumerate},
    Method<ToolPlugin>{"can-run", Reads::stdin_always, &can_run, &can_run_is_pure},
    Method<ToolPlugin>{"duration", Reads::stdin_always, &duration},
    Method<ToolPlugin>{"participant-data", Reads::stdin_always, &participant_data, &participant_data_is_pure},
    Method<ToolPlugin>{"merged-results", Reads::stdin_always, &merged_results},
};

}  // namespace

std::span<const Method<ToolPlugin>> tool_methods() {
  return kMethods;
}

}  // namespace pscheduler::sdk
