#include "limits/transforms.hpp"

#include <nlohmann/json.hpp>

#include "limits/private_members.hpp"
#include "limits/python_text.hpp"
#include "pscheduler/json/access.hpp"

namespace pscheduler::limits {
namespace {

std::vector<std::string> messages_in(const Json& private_member) {
  std::vector<std::string> messages;
  if (const Json* list = json::find_array(private_member, "diags")) {
    for (const auto& message : *list) messages.push_back(python_str(message));
  }
  return messages;
}

std::optional<std::string> test_type(const Json& task) {
  const Json* test = json::find_object(task, "test");
  if (test == nullptr) return std::nullopt;
  return json::find_string(*test, "type");
}

}  // namespace

Json rewriter_input(const Json& task, const std::vector<std::string>& classifiers, const Json& hints) {
  Json input = task;
  input[std::string(kRewriterPrivate)] = {
      {"classifiers", classifiers}, {"changed", false}, {"diags", Json::array()}, {"hints", hints}};
  return input;
}

Result<Rewritten> read_rewritten(const Outputs& outputs, const Json& original) {
  const std::string name(kRewriterPrivate);
  if (outputs.empty()) return fail(Errc::invalid_argument, "The program has no output.");
  if (!outputs.front().is_object()) {
    return fail(Errc::invalid_argument,
                "The program gives " + json::describe(outputs.front()) + " instead of a task.");
  }
  Json task = outputs.front();
  const auto type = test_type(task);
  if (!type || !task["test"].contains("spec")) {
    return fail(Errc::invalid_argument, "The program gives a task without test.type and test.spec.");
  }
  if (type != test_type(original)) {
    return fail(Errc::invalid_argument,
                "The program changes the type of the test to '" + *type + "', which it may not.");
  }
  const Json* own = json::find_object(task, name);
  const auto changed = own == nullptr ? std::nullopt : json::find_bool(*own, "changed");
  if (!changed)
    return fail(Errc::invalid_argument, "The program removes or spoils " + name + ", which it may not.");
  Rewritten rewritten{nullptr, *changed, messages_in(*own)};
  task.erase(name);
  rewritten.task = std::make_shared<const Json>(std::move(task));
  return rewritten;
}

Json prioritizer_input(const Json& task, const std::vector<std::string>& classifiers) {
  Json input = task;
  input[std::string(kPrioritizerPrivate)] = {
      {"classifiers", classifiers}, {"priority", 0}, {"diags", Json::array()}};
  return input;
}

Result<Prioritized> read_prioritized(const Outputs& outputs) {
  if (outputs.empty()) return fail(Errc::invalid_argument, "The program has no output.");
  const Json* own = json::find_object(outputs.front(), kPrioritizerPrivate);
  if (own == nullptr) {
    return fail(Errc::invalid_argument,
                "The program removes " + std::string(kPrioritizerPrivate) + ", which it may not.");
  }
  const auto value = json::find_number(*own, "priority");
  if (!value) {
    const Json* given = json::find(*own, "priority");
    return fail(Errc::invalid_argument, "The program sets the priority to " +
                                            (given == nullptr ? "nothing" : json::describe(*given)) +
                                            " instead of a number.");
  }
  return Prioritized{*value, messages_in(*own)};
}

}  // namespace pscheduler::limits
