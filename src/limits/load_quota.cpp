#include "limits/load_quota.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/base/si_number.hpp"
#include "pscheduler/json/access.hpp"

namespace pscheduler::limits {
namespace {

// Charges are kept for so long.
constexpr Duration kPeriodMax = std::chrono::days(366);
constexpr std::int64_t kBytesMax = std::int64_t{1} << 60;

std::optional<std::int64_t> number(Members& data, const char* name, std::int64_t lowest,
                                   std::int64_t highest) {
  const Json* value = data.find(name);
  if (value == nullptr) return std::nullopt;
  const auto found = json::as_integer(*value);
  if (found && *found >= lowest && *found <= highest) return found;
  data.findings().refuse(data.at(name), "must be a number from " + std::to_string(lowest) + " to " +
                                            std::to_string(highest) + ", not " + json::describe(*value));
  return std::nullopt;
}

// A whole number, also as text with a unit: 10G.
std::optional<std::int64_t> quantity(Members& data, const char* name) {
  const Json* value = data.find(name);
  if (value == nullptr) return std::nullopt;
  const auto found =
      value->is_string() ? parse_si(value->get_ref<const std::string&>()) : json::as_integer(*value);
  if (found && *found >= 1 && *found <= kBytesMax) return found;
  data.findings().refuse(data.at(name),
                         "must be a positive number, or text such as \"10G\", not " + json::describe(*value));
  return std::nullopt;
}

std::optional<Duration> length(Members& data, const char* name, std::optional<Duration> found) {
  if (!found) return std::nullopt;
  if (*found > Duration::zero() && *found <= kPeriodMax) return found;
  data.findings().refuse(data.at(name), "must be longer than nothing and at most P366D");
  return std::nullopt;
}

// What belongs to one kind of account has no sense for others.
void refuse_for(Members& data, const char* name, const char* wanted) {
  if (data.find(name) != nullptr)
    data.findings().refuse(data.at(name), std::string("is only for \"per\": \"") + wanted + "\"");
}

void read_account(Members& data, QuotaLimit& quota) {
  const auto per = data.need_text("per");
  if (per == "network") {
    quota.per = QuotaLimit::Per::network;
    quota.prefix_v4 = static_cast<int>(number(data, "prefix-v4", 0, 32).value_or(quota.prefix_v4));
    quota.prefix_v6 = static_cast<int>(number(data, "prefix-v6", 0, 128).value_or(quota.prefix_v6));
  } else {
    refuse_for(data, "prefix-v4", "network");
    refuse_for(data, "prefix-v6", "network");
  }
  if (per == "identifier") {
    quota.per = QuotaLimit::Per::identifier;
    quota.identifier = data.need_text("identifier").value_or("");
  } else {
    refuse_for(data, "identifier", "identifier");
  }
  if (per && *per != "address" && *per != "network" && *per != "identifier") {
    data.findings().refuse(data.at("per"),
                           "must be address, network or identifier, not " + json::describe(Json(*per)));
  }
}

}  // namespace

LimitData read_quota(Members& data, ScriptReader&) {
  QuotaLimit quota;
  read_account(data, quota);
  quota.period = length(data, "period", data.need_duration("period")).value_or(Duration::zero());
  quota.runs = number(data, "runs", 0, kQuotaRunsMax);
  quota.time = length(data, "time", data.find_duration("time"));
  quota.bytes = quantity(data, "bytes");
  quota.assumed_bandwidth = quantity(data, "assume-bandwidth");
  if (data.find("runs") == nullptr && data.find("time") == nullptr && data.find("bytes") == nullptr) {
    data.findings().refuse(data.pointer(), "says nothing of how much; add runs, time or bytes");
  }
  if (quota.assumed_bandwidth && data.find("bytes") == nullptr)
    data.findings().warn(data.at("assume-bandwidth"), "has no effect without bytes");
  return quota;
}

}  // namespace pscheduler::limits
