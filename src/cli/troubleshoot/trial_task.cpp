#include "cli/troubleshoot/trial_task.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/json_members.hpp"
#include "cli/run_report.hpp"
#include "cli/servers.hpp"
#include "cli/task_submission.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

using std::chrono::seconds;

constexpr seconds kHold{30};  // what we ask servers to hold a request for; older ones hold it that long
constexpr seconds kHeld{1};   // a quicker answer about a run that is not over was not held
constexpr seconds kRunPatience{90};  // beyond the slip, the length of the run and what servers add to both
constexpr int kArchivingTries = 5;   // a second apart

// What the run has become once it is over, or does not seem to end.
Result<Json> run_to_its_end(Context& context, const std::string& url, const Stage& say) {
  Result<Json> run = fetch_json(context, url + "/runs/first", {}, CallOptions{});
  if (!run) {
    if (run.error().code != Errc::not_found) return run;
    return fail(Errc::not_possible, host_of(url) + " took the task but never scheduled a run of it.");
  }
  say("scheduled");
  const auto run_url = text_or(*run, "href", "");
  const Duration give_up = context.environment.steady() + kRunPatience;
  while (outcome_of(*run) == RunOutcome::unfinished && context.environment.steady() < give_up) {
    const Duration asked = context.environment.steady();
    run = fetch_json(context, run_url, {{"wait-merged", "True"}, {"wait", std::to_string(kHold.count())}},
                     CallOptions{});
    if (!run) return run;
    if (context.environment.steady() - asked < kHeld && outcome_of(*run) == RunOutcome::unfinished) {
      context.environment.sleep_for(kHeld);
    }
  }
  return run;
}

bool all_archived(const Json& run, std::size_t wanted) {
  const Json* archivings = member(run, "archivings");
  if (archivings == nullptr || !archivings->is_array()) return wanted == 0;
  const auto done = std::count_if(archivings->begin(), archivings->end(),
                                  [](const Json& archiving) { return flag_member(archiving, "archived"); });
  return done == static_cast<std::ptrdiff_t>(archivings->size()) && archivings->size() >= wanted;
}

// Archiving goes on after the run is over.
Finding check_archivings(Context& context, Json run, std::size_t wanted) {
  const auto url = text_or(run, "href", "");
  for (int tries = 0; !all_archived(run, wanted); ++tries) {
    if (tries == kArchivingTries) {
      return bad("The run succeeded, but not all of its results were archived.\n" +
                     std::string(trim_end(archivings_text(run))),
                 "The archivers named above, or the network between them and " + host_of(url) +
                     ", are at fault. How it went on:\npscheduler result --archivings " + url);
    }
    context.environment.sleep_for(seconds(1));
    auto again = fetch_json(context, url, {}, CallOptions{});
    if (!again) return bad(again.error().message, "Try again; it answered before.");
    run = std::move(*again);
  }
  return good("OK");
}

std::size_t archives_of(const Json& task) {
  const Json* archives = member(task, "archives");
  return archives == nullptr ? 0 : archives->size();
}

}  // namespace

Json idle_trial() {
  const Json archive = {
      {"archiver", "bitbucket"}, {"data", Json::object()}, {"transform", {{"script", "."}}}, {"ttl", "PT1M"}};
  return {{"schema", 1},
          {"test", {{"type", "idle"}, {"spec", {{"schema", 1}, {"duration", "PT1S"}}}}},
          {"archives", {archive, archive}},
          {"schedule", Json::object()}};
}

Json stream_trial(const std::string& from, const std::string& to, IpVersion version) {
  Json spec = {{"schema", 1}, {"source-node", from}, {"dest", without_port(to)}};
  if (without_port(to) != to) spec["dest-node"] = to;
  if (version != IpVersion::any) {
    spec["schema"] = 2;
    spec["ip-version"] = version == IpVersion::v4 ? 4 : 6;
  }
  return {{"schema", 1},
          {"test", {{"type", "simplestream"}, {"spec", std::move(spec)}}},
          {"schedule", Json::object()}};
}

Finding check_task(Context& context, const std::string& lead, const Json& task, const Stage& say) {
  const auto url = post_task(context, {lead, {}}, task, CallOptions{});
  if (!url) {
    return bad(url.error().message,
               "The words above are those of the hosts that take part; see that the plug-ins "
               "they name are installed, and that the hosts reach each other.");
  }
  say("posted");
  const auto run = run_to_its_end(context, *url, say);
  if (!run) return bad(run.error().message, "See what became of it:\npscheduler explain " + *url);
  if (outcome_of(*run) != RunOutcome::succeeded) {
    const bool failed = outcome_of(*run) == RunOutcome::failed;
    return bad(std::string(trim_end(outcome_text(*run) + (failed ? diagnostics_text(*run) : ""))),
               "Who did what and when:\npscheduler explain " + text_or(*run, "href", *url));
  }
  say("measured");
  return check_archivings(context, *run, archives_of(task));
}

}  // namespace pscheduler::cli
