#include "limits/load_limit_data.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "limits/load_quota.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"

namespace pscheduler::limits {
namespace {

LimitData read_pass_fail(Members& data, ScriptReader&) {
  return PassFailLimit{data.need_flag("pass").value_or(false)};
}

LimitData read_test_type(Members& data, ScriptReader&) {
  return TestTypeLimit{data.need_texts("types")};
}

std::optional<WrittenTimestamp> read_timestamp(Members& data, std::string_view name) {
  const auto text = data.need_text(name);
  if (!text) return std::nullopt;
  auto written = parse_written_timestamp(*text, TimestampForm::body);
  if (written && text->find('T') != std::string::npos && text->find(' ') == std::string::npos)
    return *written;
  data.findings().refuse(data.at(name),
                         "must be a time such as 2030-01-31T12:00:00Z, not '" + excerpt(*text) + "'");
  return std::nullopt;
}

LimitData read_date_range(Members& data, ScriptReader&) {
  DateRangeLimit read;
  const auto start = read_timestamp(data, "start");
  const auto end = read_timestamp(data, "end");
  read.overlap = data.find_flag("overlap").value_or(false);
  if (!start || !end) return read;
  read.start = *start;
  read.end = *end;
  if (start->offset.has_value() != end->offset.has_value()) {
    data.findings().refuse(data.at("end"), "start and end must both have a zone, or none");
  } else if (end->local - end->offset.value_or(std::chrono::minutes(0)) <
             start->local - start->offset.value_or(std::chrono::minutes(0))) {
    data.findings().refuse(data.at("end"), "is before the start");
  } else if (!start->offset) {
    data.findings().warn(data.at("start"),
                         "has no zone, so this limit fails for every run; add Z or an offset such as +02:00");
  }
  return read;
}

struct FieldRule {
  CalendarField field;
  const char* name;
  std::int64_t lowest;
  std::int64_t highest;
};

constexpr std::array kFieldRules = {
    FieldRule{CalendarField::year, "year", 1, 294'276}, FieldRule{CalendarField::month, "month", 1, 12},
    FieldRule{CalendarField::week, "week", 1, 53},      FieldRule{CalendarField::weekday, "weekday", 0, 7},
    FieldRule{CalendarField::day, "day", 1, 31},        FieldRule{CalendarField::hour, "hour", 0, 23},
    FieldRule{CalendarField::minute, "minute", 0, 59},  FieldRule{CalendarField::second, "second", 0, 59},
};

std::optional<std::int64_t> read_field_number(const Json& value, const std::string& pointer,
                                              const FieldRule& rule, Findings& findings) {
  const auto number = json::as_integer(value);
  if (number && *number >= rule.lowest && *number <= rule.highest) return number;
  findings.refuse(pointer, std::string("must be a ") + rule.name + " from " + std::to_string(rule.lowest) +
                               " to " + std::to_string(rule.highest) + ", not " + json::describe(value));
  return std::nullopt;
}

void read_field_item(const Json& item, const std::string& pointer, const FieldRule& rule, Findings& findings,
                     std::vector<NumberRange>& ranges) {
  if (!item.is_object()) {
    if (const auto number = read_field_number(item, pointer, rule, findings))
      ranges.push_back({*number, *number});
    return;
  }
  Members range(item, pointer, "a range", findings);
  const Json* lower = range.need("lower");
  const Json* upper = range.need("upper");
  range.refuse_others();
  if (lower == nullptr || upper == nullptr) return;
  const auto from = read_field_number(*lower, range.at("lower"), rule, findings);
  const auto to = read_field_number(*upper, range.at("upper"), rule, findings);
  if (!from || !to) return;
  if (*from > *to) {
    findings.warn(pointer, "is empty, as lower is above upper; write two ranges to go around the end");
  }
  ranges.push_back({*from, *to});
}

LimitData read_calendar(Members& data, ScriptReader&) {
  CalendarLimit read;
  for (const auto& rule : kFieldRules) {
    const Json* list = data.find_array(rule.name);
    if (list == nullptr) continue;
    if (rule.field == CalendarField::week && !list->empty()) {
      data.findings().refuse(data.at(rule.name), "cannot be used; use year, month, day or weekday");
      continue;
    }
    auto& ranges = read.fields[rule.field];
    for (std::size_t i = 0; i < list->size(); ++i) {
      read_field_item((*list)[i], below(data.at(rule.name), i), rule, data.findings(), ranges);
    }
    if (list->empty()) data.findings().warn(data.at(rule.name), "is empty, so no run passes this limit");
  }
  read.overlap = data.find_flag("overlap").value_or(false);
  return read;
}

void read_transform(Members& data, const char* name, ScriptReader& scripts,
                    std::optional<JqSpec>& transform) {
  if (const Json* value = data.find(name)) transform = scripts.read(*value, data.at(name), ScriptUse::fetch);
}

std::shared_ptr<const Json> object_or_empty(const Json* object) {
  return std::make_shared<const Json>(object == nullptr ? Json::object() : *object);
}

LimitData read_url_fetch(Members& data, ScriptReader& scripts) {
  UrlFetchLimit read;
  read.url = data.need_text("url").value_or("");
  read_transform(data, "url-transform", scripts, read.url_transform);
  read.headers = object_or_empty(data.find_object("headers"));
  read_transform(data, "headers-transform", scripts, read.headers_transform);
  read.params = object_or_empty(data.find_object("params"));
  read_transform(data, "params-transform", scripts, read.params_transform);
  read.bind = data.find_host("bind").value_or("");
  read.verify_keys = data.find_flag("verify-keys").value_or(read.verify_keys);
  read.follow_redirects = data.find_flag("follow-redirects").value_or(read.follow_redirects);
  read.timeout = data.find_duration("timeout").value_or(read.timeout);
  read.success_only = data.find_flag("success-only").value_or(read.success_only);
  read.fail_result = data.find_flag("fail-result").value_or(read.fail_result);
  if (!read.headers->empty() && !read.headers_transform) {
    data.findings().warn(data.at("headers"),
                         "are sent only by way of a headers-transform; \".\" sends them as they are");
  }
  if (!read.params->empty() && !read.params_transform) {
    data.findings().warn(data.at("params"),
                         "are sent only by way of a params-transform; \".\" sends them as they are");
  }
  return read;
}

using Reader = LimitData (*)(Members&, ScriptReader&);

struct TypeRow {
  const char* name;
  Reader reader;  // null for jq, whose data is the specification
};

constexpr std::array kTypes = {
    TypeRow{"pass-fail", read_pass_fail},
    TypeRow{"test-type", read_test_type},
    TypeRow{"jq", nullptr},
    TypeRow{"url-fetch", read_url_fetch},
    TypeRow{"run-daterange", read_date_range},
    TypeRow{"run-schedule", read_calendar},
    TypeRow{"quota", read_quota},
};

}  // namespace

std::vector<std::string> limit_types() {
  std::vector<std::string> names;
  for (const auto& row : kTypes) names.emplace_back(row.name);
  return names;
}

std::optional<LimitData> read_limit_data(const std::string& type, const Json& data,
                                         const std::string& pointer, Findings& findings,
                                         ScriptReader& scripts) {
  for (const auto& row : kTypes) {
    if (type != row.name) continue;
    if (row.reader == nullptr) {
      auto jq = scripts.read(data, pointer, ScriptUse::plain);
      if (!jq) return std::nullopt;
      return JqLimit{std::move(*jq)};
    }
    const auto problems_before = findings.problems.size();
    Members members(data, pointer, "the data of type " + type, findings);
    auto read = row.reader(members, scripts);
    members.refuse_others();
    if (findings.problems.size() != problems_before) return std::nullopt;
    return read;
  }
  return std::nullopt;
}

}  // namespace pscheduler::limits
