#include "pscheduler/services/limits.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "pscheduler/ports/messages.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

using namespace boost::asio::experimental::awaitable_operators;

// How long to wait after a change: an editor makes several in a row.
constexpr Duration kSettle = std::chrono::milliseconds(200);
// How soon rules that could not be fetched are fetched again.
constexpr Duration kFetchAgain = std::chrono::seconds(15);

// How often a run is judged again because others have taken from a quota meanwhile: few are planned at once.
constexpr int kJudgedMax = 100;

constexpr std::string_view kRunForbidden = "Run forbidden by limits:\n";

Json to_json(const Hints& hints) {
  Json json = {{"requester", hints.requester.substr(0, hints.requester.find('%'))}};
  if (!hints.server.empty()) json["server"] = hints.server;
  if (!hints.requester_proxied_by.empty()) json["requester-proxied-by"] = hints.requester_proxied_by;
  return json;
}

std::string all_of(const std::vector<limits::Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) text += (text.empty() ? "" : "\n") + limits::to_text(problem);
  return text;
}

}  // namespace

std::string denial_in(const Error& error) {
  const bool is_denial = error.code == Errc::forbidden && error.message.starts_with(kRunForbidden);
  return is_denial ? error.message.substr(kRunForbidden.size()) : "";
}

Limits::Limits(LimitPorts ports, ports::ChargeStore& charges, ports::Log& log, Read read,
               LimitsSettings settings)
    : ports_(std::move(ports)),
      log_(log),
      read_(std::move(read)),
      settings_(std::move(settings)),
      quotas_(charges),
      downloads_(ports_.executor, [this](const std::exception_ptr& exception) {
        try {
          std::rethrow_exception(exception);
        } catch (const std::exception& error) {
          log_.write(ports::kLimitsBroken, {{"error", std::string(error.what())}});
        }
      }) {
  ports_.usage = [this](limits::FindUsage asked) { return quotas_.usage(std::move(asked)); };
}

// What happens to other files of the directory changes nothing; rules behind a URL are fetched again at each
// look, and what could not be used is tried again.
ports::Async<void> Limits::look() {
  auto text = read_();
  if (!text) {
    text_.reset();
    complain(std::move(text.error().message));
    co_return;
  }
  const bool is_same = *text == text_;
  text_ = *text;
  if (!*text) {
    if (in_force()) log_.write(ports::kLimitsGone, {{"file", settings_.file.string()}});
    rules_.reset();
    complaint_.reset();
    co_return;
  }
  if (is_same && !complaint_ && !limits::url_in(**text)) co_return;
  auto loaded = co_await LimitRules::load(ports_, std::move(**text), settings_.strictness);
  take(std::move(loaded));
}

void Limits::take(LimitRules::Loaded loaded) {
  if (!loaded.problems.empty()) return complain(all_of(loaded.problems));
  complaint_.reset();
  rules_ = std::move(loaded.rules);
  log_.write(ports::kLimitsApplied, {{"file", settings_.file.string()},
                                     {"warnings", static_cast<std::int64_t>(loaded.warnings.size())}});
  downloads_.cancel_all();
  downloads_.spawn(
      [](std::shared_ptr<LimitRules> rules) -> ports::Async<void> { co_await rules->warm_up(); }(rules_));
}

void Limits::complain(std::string reason) {
  rules_.reset();
  if (complaint_ != reason) {
    log_.write(ports::kLimitsRefused, {{"file", settings_.file.string()}, {"error", reason}});
  }
  complaint_ = std::move(reason);
}

// The directory of the file or, while there is none, the one in which it or one above it will be made.
std::filesystem::path Limits::watched_directory(const ports::Files& files) const {
  auto directory = settings_.file.parent_path();
  while (directory.has_relative_path() && !files.real_path(directory)) directory = directory.parent_path();
  return directory;
}

ports::Async<void> Limits::work(ports::DirectoryWatch& directories, const ports::Files& files) {
  for (;;) {
    // Before the look, so that no change between them is lost.
    directories.watch({watched_directory(files)});
    co_await look();
    if (complaint_) {
      auto changed = directories.changed();
      auto again = ports_.clock.sleep_for(kFetchAgain);
      co_await (std::move(changed) || std::move(again));
    } else {
      co_await directories.changed();
    }
    co_await ports_.clock.sleep_for(kSettle);
  }
}

ports::Async<void> Limits::stop() {
  downloads_.cancel_all();
  co_await downloads_.join();
}

ports::AsyncResult<limits::Decision> Limits::decide(Json task, Hints hints, Moment moment) {
  if (complaint_) {
    co_return fail(Errc::not_possible, "Limit processor is not initialized: " + *complaint_);
  }
  const auto rules = rules_;
  if (!rules) co_return limits::unlimited();
  limits::Proposal proposal{std::make_shared<const Json>(std::move(task)),
                            std::make_shared<const Json>(to_json(hints)), moment == Moment::submission,
                            moment == Moment::run, ports_.clock.now()};
  co_return co_await rules->decide(std::move(proposal));
}

// Refused for good is only what has really been denied, not what could not be looked up. A decision that
// takes from quotas holds only if nobody else has taken from any since it was begun.
ports::AsyncResult<Limits::RunPermit> Limits::permit_run(const Task& task, RunId run, TimeRange times) {
  if (!in_force()) co_return RunPermit{};
  Json document = Json::parse(task.document, nullptr, false);
  document["run_schedule"] = {{"start", format_timestamp(floor_to_second(times.start), settings_.zone)},
                              {"duration", format_duration(ceil_to_second(times.length()))}};
  for (int judged = 0; judged < kJudgedMax; ++judged) {
    const auto revision = quotas_.revision();
    const auto failures = quotas_.failures();
    Json proposed = document;
    auto decision = co_await decide(std::move(proposed), task.hints, Moment::run);
    if (!decision) co_return fail(std::move(decision.error()));
    if (!decision->passed && quotas_.failures() != failures) {
      co_return fail(Errc::unavailable, "What is used of quotas could not be looked up.");
    }
    if (!decision->passed) co_return fail(Errc::forbidden, std::string(kRunForbidden) + decision->diags);
    if (!decision->charges.empty() && quotas_.revision() != revision) continue;
    RunPermit permit{std::move(decision->diags), std::nullopt, std::move(decision->charges)};
    for (auto& charge : permit.charges) {
      charge.run = run;
      charge.added = ports_.clock.now();
    }
    permit.hold = quotas_.hold(permit.charges);
    if (decision->trace.priority) permit.priority = std::llround(std::trunc(decision->trace.priority->value));
    co_return permit;
  }
  co_return fail(Errc::unavailable, "Too many runs want the same quota at this moment.");
}

}  // namespace pscheduler::services
