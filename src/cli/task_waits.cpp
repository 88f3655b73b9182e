#include "cli/task_waits.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/json_members.hpp"
#include "cli/servers.hpp"
#include "cli/text_layout.hpp"
#include "cli/waiting.hpp"

namespace pscheduler::cli {
namespace {

// An answer that takes longer is not worth it: the line is about something else that is awaited.
constexpr Duration kBrief = std::chrono::seconds(1);

// How often to ask while a tool is at work.
constexpr Duration kSeldom = std::chrono::seconds(5);

// What a step is called by the server, and by a person.
constexpr std::pair<std::string_view, std::string_view> kSteps[] = {
    {"task", "to take the task"},          {"free-times", "to tell the times it has free"},
    {"hold", "to agree to the run"},       {"announce", "to confirm the run"},
    {"result", "to hand over its result"},
};

std::string step_in_words(const std::string& step) {
  const auto* found = std::find_if(std::begin(kSteps), std::end(kSteps),
                                   [&](const auto& known) { return known.first == step; });
  return found == std::end(kSteps) ? "" : " " + std::string(found->second);
}

std::string seconds_until(Instant at, Instant now) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(at - now).count();
  return std::to_string(left) + (left == 1 ? " second" : " seconds");
}

}  // namespace

std::string wait_in_words(const Json& task) {
  const Json* detail = member(task, "detail");
  const Json* waits = detail == nullptr ? nullptr : member(*detail, "waiting-for");
  if (waits == nullptr || !waits->is_array() || waits->empty()) return {};
  std::vector<std::string> hosts;
  const auto step = text_or(waits->front(), "step", "");
  for (const auto& wait : *waits) {
    const auto host = text_or(wait, "host", "?");
    const bool known = std::find(hosts.begin(), hosts.end(), host) != hosts.end();
    if (text_or(wait, "step", "") == step && !known) hosts.push_back(host);
  }
  return "Waiting for " + enumerate(hosts) + step_in_words(step);
}

TaskWaits::TaskWaits(Context& context, std::string task_url, CallOptions call, const Json& task)
    : context_(context),
      task_url_(std::move(task_url)),
      call_(std::move(call)),
      lead_(host_of(task_url_)),
      asked_at_(context.environment.steady()) {
  call_.time_limit = kBrief;
  const Json* detail = member(task, "detail");
  others_ = detail == nullptr ? std::vector<std::string>() : words_of(member(*detail, "participants"));
  if (!others_.empty()) others_.erase(others_.begin());
}

std::string TaskWaits::asked() const {
  const auto task = fetch_json(context_, task_url_, {{"detail", "1"}}, call_);
  return task ? wait_in_words(*task) : "Waiting for " + lead_;
}

std::string TaskWaits::until_planned() const {
  auto words = asked();
  if (!words.empty()) return words;
  return "Waiting for " + lead_ + " to find a time for the run" +
         (others_.empty() ? "" : " with " + enumerate(others_));
}

std::string TaskWaits::until_over(const TimeRange& slot, Duration waited) {
  const Instant now = context_.environment.now();
  if (now < slot.start) return "The run starts in " + seconds_until(slot.start, now);
  const Duration steady = context_.environment.steady();
  const bool several = !others_.empty();
  if (several && (now >= slot.end || steady - asked_at_ >= kSeldom)) {
    asked_at_ = steady;
    last_answer_ = asked();
  }
  if (!last_answer_.empty()) return with_seconds(last_answer_, waited);
  if (now < slot.end) return "Measuring, at most " + seconds_until(slot.end, now) + " left";
  return with_seconds("Waiting for " + lead_ + " to finish the run", waited);
}

}  // namespace pscheduler::cli
