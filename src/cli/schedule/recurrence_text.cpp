#include "cli/schedule/recurrence_text.hpp"

#include <nlohmann/json.hpp>

#include "cli/json_members.hpp"

namespace pscheduler::cli {
namespace {

std::string start_text(const std::string& start) {
  if (start.starts_with('P')) return "from " + start + " after it was posted";
  if (start.starts_with('@')) return "from the next multiple of " + start.substr(1);
  return "from " + start;
}

}  // namespace

std::string repetition_text(const Json& schedule) {
  const auto repeat = text_member(schedule, "repeat");
  const auto cron = text_member(schedule, "repeat-cron");
  if (!repeat && !cron) return {};
  std::string text;
  if (repeat) text = "every " + *repeat;
  if (cron) text += std::string(repeat ? ", and " : "") + "at \"" + *cron + "\" (cron)";
  if (const auto runs = json::find_integer(schedule, "max-runs")) {
    text += ", at most " + std::to_string(*runs) + (*runs == 1 ? " time" : " times");
  }
  if (const auto until = text_member(schedule, "until")) text += ", until " + *until;
  return text;
}

std::string recurrence_text(const Json& schedule) {
  auto text = repetition_text(schedule);
  if (text.empty()) text = "once";
  const auto start = text_member(schedule, "start");
  text += ", " + (start ? start_text(*start) : std::string("as soon as possible"));
  const auto slip = text_or(schedule, "slip", "P0D");
  if (slip == "P0D" || slip == "PT0S") return text + ", on time or not at all";
  return text + (flag_member(schedule, "sliprand") ? ", at a random moment up to " : ", up to ") + slip +
         (flag_member(schedule, "sliprand") ? " later" : " late");
}

}  // namespace pscheduler::cli
