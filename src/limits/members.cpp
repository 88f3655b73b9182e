#include "limits/members.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/nearest.hpp"
#include "pscheduler/json/pointer.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::limits {

std::string below(std::string pointer, std::string_view name) {
  json::append_step(pointer, name);
  return pointer;
}

std::string below(std::string pointer, std::size_t index) {
  json::append_step(pointer, index);
  return pointer;
}

Members::Members(const Json& value, std::string pointer, std::string_view what, Findings& findings)
    : pointer_(std::move(pointer)), what_(what), findings_(findings) {
  if (value.is_object()) {
    object_ = &value;
  } else {
    findings_.refuse(pointer_, "must be an object, " + what_ + ", not " + json::describe(value));
  }
}

const Json* Members::find(std::string_view name) {
  known_.emplace_back(name);
  return object_ == nullptr ? nullptr : json::find(*object_, name);
}

const Json* Members::need(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr && object_ != nullptr) {
    findings_.refuse(pointer_, "'" + std::string(name) + "' is missing; " + what_ + " needs it");
  }
  return value;
}

std::optional<std::string> Members::text(std::string_view name, const Json* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  findings_.refuse(at(name), "must be a string, not " + json::describe(*value));
  return std::nullopt;
}

std::optional<std::string> Members::find_text(std::string_view name) {
  return text(name, find(name));
}

std::optional<std::string> Members::need_text(std::string_view name) {
  return text(name, need(name));
}

std::optional<bool> Members::flag(std::string_view name, const Json* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  findings_.refuse(at(name), "must be true or false, not " + json::describe(*value));
  return std::nullopt;
}

std::optional<bool> Members::find_flag(std::string_view name) {
  return flag(name, find(name));
}

std::optional<bool> Members::need_flag(std::string_view name) {
  return flag(name, need(name));
}

std::optional<Duration> Members::duration(std::string_view name, const Json* value) {
  const auto written = text(name, value);
  if (!written) return std::nullopt;
  const auto parsed = parse_duration(*written);
  if (parsed) return *parsed;
  findings_.refuse(at(name), "must be a duration such as PT30S, not '" + excerpt(*written) + "'");
  return std::nullopt;
}

std::optional<Duration> Members::find_duration(std::string_view name) {
  return duration(name, find(name));
}

std::optional<Duration> Members::need_duration(std::string_view name) {
  return duration(name, need(name));
}

std::optional<std::string> Members::find_host(std::string_view name) {
  auto host = find_text(name);
  if (host && !check_host(*host)) {
    findings_.refuse(at(name), "must be a host name or an IP address, not '" + excerpt(*host) + "'");
  }
  return host;
}

const Json* Members::find_object(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr || value->is_object()) return value;
  findings_.refuse(at(name), "must be an object, not " + json::describe(*value));
  return nullptr;
}

const Json* Members::array(std::string_view name, const Json* value) {
  if (value == nullptr || value->is_array()) return value;
  findings_.refuse(at(name), "must be an array, not " + json::describe(*value));
  return nullptr;
}

const Json* Members::find_array(std::string_view name) {
  return array(name, find(name));
}

const Json* Members::need_array(std::string_view name) {
  return array(name, need(name));
}

std::vector<std::string> Members::need_texts(std::string_view name) {
  std::vector<std::string> texts;
  const Json* list = need_array(name);
  if (list == nullptr) return texts;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& item = (*list)[i];
    if (item.is_string()) {
      texts.push_back(item.get<std::string>());
    } else {
      findings_.refuse(below(at(name), i), "must be a string, not " + json::describe(item));
      texts.emplace_back();
    }
  }
  return texts;
}

void Members::refuse_others() {
  if (object_ == nullptr) return;
  for (const auto& [name, value] : object_->items()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    std::string message = "'" + excerpt(name) + "' is not known here";
    const auto meant = json::nearest_names(name, known_);
    if (!meant.empty()) {
      message += "; did you mean '" + meant.front() + "'?";
    } else if (known_.empty()) {
      message += "; there must be nothing";
    } else {
      message += "; " + what_ + " has " + join(known_, ", ");
    }
    findings_.refuse(at(name), std::move(message));
  }
}

}  // namespace pscheduler::limits
