#include "batch/members.hpp"

#include <algorithm>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/nearest.hpp"
#include "pscheduler/json/pointer.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::batch {
namespace {

// Finding a place means to read the text once more; nobody needs more of them at a time.
constexpr std::size_t kLocatedMax = 100;

// Longer delays are mistakes, and sums of many would lead beyond the calendar.
constexpr Duration kDelayMax = std::chrono::days(366);

}  // namespace

void Reader::refuse(const std::string& pointer, std::string message) {
  note(pointer, pointer, std::move(message));
}

// The problem is shown where the member stands, and told of the object it does not belong into.
void Reader::refuse_member(const std::string& at, const std::string& name, std::string message) {
  std::string member = at;
  json::append_step(member, name);
  note(at, member, std::move(message));
}

void Reader::note(const std::string& at, const std::string& pointer, std::string message) {
  const bool locate = problems_.size() < kLocatedMax;
  problems_.push_back(
      {at.empty() ? "/" : at, std::move(message), locate ? places_.of(pointer) : std::nullopt});
}

void Reader::known_only(const Json& object, const std::string& at, const Members& members) {
  for (const auto& [name, value] : object.items()) {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&n = name](const auto& known) { return known.first == n; });
    if (found != members.end() && found->second <= schema_) continue;
    if (found != members.end()) {
      refuse_member(at, name,
                    "'" + name + "' is known from schema " + std::to_string(found->second) +
                        " on: state \"schema\": " + std::to_string(found->second));
      continue;
    }
    std::vector<std::string> names;
    for (const auto& [known, since] : members) names.push_back(known);
    const auto near = json::nearest_names(name, names);
    refuse_member(at, name,
                  "unexpected property '" + excerpt(name) + "'" +
                      (near.empty() ? "; known are " + join(names, ", ")
                                    : "; did you mean " + join(near, " or ") + "?"));
  }
}

const Json* Reader::required(const Json& object, const std::string& at, const std::string& name) {
  const Json* value = json::find(object, name);
  if (value == nullptr) refuse(at, "'" + name + "' is missing");
  return value;
}

bool Reader::flag(const Json& object, const std::string& at, const std::string& name, bool otherwise) {
  const Json* value = json::find(object, name);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  refuse(at + "/" + name, "must be true or false, not " + json::describe(*value));
  return otherwise;
}

std::optional<std::string> Reader::text(const Json& object, const std::string& at, const std::string& name) {
  const Json* value = json::find(object, name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  refuse(at + "/" + name, "must be a string, not " + json::describe(*value));
  return std::nullopt;
}

Duration Reader::duration(const Json& object, const std::string& at, const std::string& name,
                          Duration otherwise) {
  const Json* value = json::find(object, name);
  if (value == nullptr) return otherwise;
  const auto length = value->is_string() ? parse_duration(value->get<std::string>())
                                         : Result<Duration>(fail(Errc::invalid_argument, ""));
  if (length && *length <= kDelayMax) return *length;
  if (length) {
    refuse(at + "/" + name, "is more than a year: " + json::describe(*value));
    return otherwise;
  }
  refuse(at + "/" + name, "is not a duration, such as PT30S: " + json::describe(*value));
  return otherwise;
}

}  // namespace pscheduler::batch
