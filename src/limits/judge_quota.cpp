#include "limits/judge_quota.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "limits/quota_room.hpp"
#include "limits/task_volume.hpp"
#include "pscheduler/addr/cidr.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::limits {
namespace {

// Who has one /64 has as many addresses as he likes.
constexpr int kAddressPrefixV6 = 64;

// Whose runs are counted.
struct Holder {
  std::string key;   // in the account's name; without blanks
  std::string name;  // for people
};

Result<Holder> holder_of(const QuotaLimit& quota, const JudgeContext& context) {
  if (quota.per == QuotaLimit::Per::identifier) return Holder{"*", "all identified as " + quota.identifier};
  const auto text = json::find_string(*context.hints, "requester");
  if (!text)
    return fail(Errc::not_possible, "Whose quota it is cannot be told, as the requester is not known");
  const auto parsed = IpAddress::parse(*text);
  if (!parsed) return fail(parsed.error());
  const auto address = parsed->unmapped();
  const bool is_network = quota.per == QuotaLimit::Per::network;
  int prefix = address.bits();
  if (address.is_v6()) prefix = is_network ? quota.prefix_v6 : kAddressPrefixV6;
  if (address.is_v4() && is_network) prefix = quota.prefix_v4;
  const Cidr network(address, prefix);
  const bool is_whole = prefix == address.bits();
  return Holder{network.to_string(), is_whole ? address.to_string() : network.to_string()};
}

struct Slot {
  Instant start;
  std::optional<Duration> length;
  bool is_run = false;
};

// Nothing when the task's runs are judged when their time has come.
Result<std::optional<Slot>> slot_of(const Json& task, Instant now) {
  if (const Json* run = json::find(task, "run_schedule")) {
    const auto start = json::get_string(*run, "start");
    if (!start) return fail(start.error());
    const auto at = parse_timestamp_utc(*start, TimestampForm::body);
    if (!at) return fail(at.error());
    const auto duration = json::get_string(*run, "duration");
    if (!duration) return fail(duration.error());
    const auto length = parse_duration(*duration);
    if (!length) return fail(length.error());
    return std::optional(Slot{*at, *length, true});
  }
  const Json* schedule = json::find_object(task, "schedule");
  for (const auto* member : {"start", "repeat", "repeat-cron"}) {
    if (schedule != nullptr && json::find(*schedule, member) != nullptr) return std::optional<Slot>();
  }
  return std::optional(Slot{now, std::nullopt, false});
}

std::string length_text(Duration length) {
  return length == Duration::zero() ? "PT0S" : format_duration(length);
}

// What the quota counts: "3 of 20 runs, PT5M of PT30M"
std::string used_text(const QuotaLimit& quota, const Amount& used) {
  std::vector<std::string> parts;
  const auto runs_max = quota.runs.value_or(kQuotaRunsMax);
  if (quota.runs || used.runs >= runs_max)
    parts.push_back(std::to_string(used.runs) + " of " + std::to_string(runs_max) + " runs");
  if (quota.time) parts.push_back(length_text(used.time) + " of " + format_duration(*quota.time));
  if (quota.bytes) parts.push_back(bytes_text(used.bytes) + " of " + bytes_text(*quota.bytes));
  return join(parts, ", ") + " within " + format_duration(quota.period);
}

std::string allowed_text(const QuotaLimit& quota) {
  std::vector<std::string> parts;
  if (quota.runs) parts.push_back(std::to_string(*quota.runs) + " runs");
  if (quota.time) parts.push_back(format_duration(*quota.time));
  if (quota.bytes) parts.push_back(bytes_text(*quota.bytes));
  return join(parts, ", ") + " within " + format_duration(quota.period);
}

std::string wanted_text(const QuotaLimit& quota, const Amount& wanted) {
  std::vector<std::string> parts;
  if (quota.runs) parts.emplace_back("a run");
  if (quota.time) parts.push_back(length_text(wanted.time));
  if (quota.bytes) parts.push_back(bytes_text(wanted.bytes));
  return join(parts, ", ");
}

Charge charge_for(const std::string& account, const QuotaLimit& quota, const Amount& amount, Instant start) {
  Charge charge;
  charge.account = account;
  charge.start = start;
  charge.time = amount.time;
  charge.bytes = amount.bytes;
  charge.forgotten = start + quota.period;
  return charge;
}

LimitVerdict passed_with(std::string note) {
  auto verdict = LimitVerdict::pass();
  verdict.note = std::move(note);
  return verdict;
}

}  // namespace

MaybeVerdict judge_quota(const std::string& name, const QuotaLimit& quota, const JudgeContext& context) {
  const auto& identified = context.identified;
  if (quota.per == QuotaLimit::Per::identifier &&
      std::find(identified.begin(), identified.end(), quota.identifier) == identified.end()) {
    return passed_with("not counted, as the requester is not identified as " + quota.identifier);
  }
  const auto holder = holder_of(quota, context);
  if (!holder) return LimitVerdict::broken(holder.error().message);
  const auto slot = slot_of(*context.task, context.now);
  if (!slot) return LimitVerdict::broken("The time of the run cannot be read: " + slot.error().message);
  if (!*slot) return passed_with("counted run by run");
  const auto wanted = amount_of(quota, *context.task, (*slot)->length);
  if (!wanted) return LimitVerdict::failed(wanted.error().message);
  const std::string title = "Quota '" + name + "' of " + holder->name;
  if (!is_within(quota, *wanted)) {
    return LimitVerdict::failed(title + " is never enough for this (" + wanted_text(quota, *wanted) +
                                "): it is " + allowed_text(quota));
  }
  const Instant start = (*slot)->start;
  const std::string account = name + " " + holder->key;
  const auto* answer = context.facts.ask({&quota, 0}, [&] {
    return FindUsage{account, start - quota.period, start + quota.period};
  });
  if (answer == nullptr) return std::nullopt;
  const auto usage = answer_of<Usage>(*answer);
  if (!usage) return LimitVerdict::broken(title + " cannot be looked up: " + usage.error().message);
  const auto room = room_for(quota, (*usage)->charges, *wanted, start);
  if (room.free_at > start) {
    return LimitVerdict::failed(title + " has no room for this (" + wanted_text(quota, *wanted) +
                                "): " + used_text(quota, room.used) + " are used; there is room at " +
                                format_timestamp_z(ceil_to_second(room.free_at)) + " at the earliest");
  }
  auto verdict =
      passed_with((*usage)->is_known ? used_text(quota, room.used) + " were used by " + holder->name
                                     : used_text(quota, room.used) +
                                           ", taken as unused: what is used is known to the server alone");
  if ((*slot)->is_run) verdict.charge = charge_for(account, quota, *wanted, start);
  return verdict;
}

}  // namespace pscheduler::limits
