#include "pscheduler/services/limits.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <cmath>
#include <cstdlib>
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

// How often a run is judged again because others have taken from one of its quotas meanwhile: few runs of one
// account are planned at once.
constexpr int kJudgedMax = 100;

constexpr std::string_view kRunForbidden = "Run forbidden by limits:\n";

Json to_json(const Hints& hints) {
  Json json = {{"requester", hints.requester.substr(0, hints.requester.find('%'))}};
  if (!hints.server.empty()) json["server"] = hints.server;
  if (!hints.requester_proxied_by.empty()) json["requester-proxied-by"] = hints.requester_proxied_by;
  return json;
}

std::string two_digits(std::int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::optional<std::int64_t> priority_in(const limits::Decision& decision) {
  if (!decision.trace.priority) return std::nullopt;
  return std::llround(std::trunc(decision.trace.priority->value));
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

// By whose calendar a run is judged. Others may name its start with whatever offset they like, and so choose
// the hour that a rule sees; pScheduler 5.2 takes their word for it, strict rules do not.
std::string Limits::told_start(Instant start, std::optional<std::chrono::minutes> offset) const {
  if (!offset || settings_.strictness == limits::Strictness::strict) {
    offset = std::chrono::floor<std::chrono::minutes>(settings_.zone.offset_at(start));
  }
  std::string text = format_timestamp_z(floor_to_second(start) + *offset);
  if (*offset == std::chrono::minutes::zero()) return text;
  const auto minutes = std::abs(offset->count());
  text.back() = offset->count() < 0 ? '-' : '+';
  return text + two_digits(minutes / 60) + ":" + two_digits(minutes % 60);
}

Json Limits::proposed_run(const Task& task, TimeRange times,
                          std::optional<std::chrono::minutes> offset) const {
  Json document = Json::parse(task.document, nullptr, false);
  document["run_schedule"] = {{"start", told_start(times.start, offset)},
                              {"duration", format_duration(ceil_to_second(times.length()))}};
  return document;
}

ports::Async<std::optional<std::int64_t>> Limits::priority_of_run(
    const Task& task, TimeRange times, std::optional<std::chrono::minutes> offset) {
  if (!in_force()) co_return std::nullopt;
  auto deciding = decide(proposed_run(task, times, offset), task.hints, Moment::run);
  const auto decision = co_await std::move(deciding);
  if (!decision || !decision->passed) co_return std::nullopt;
  co_return priority_in(*decision);
}

// Refused for good is only what has really been denied, not what could not be looked up. A decision that
// takes from quotas holds only if nobody else has taken from these since it was begun.
ports::AsyncResult<Limits::RunPermit> Limits::permit_run(const Task& task, RunId run, TimeRange times,
                                                         std::optional<std::chrono::minutes> offset) {
  if (!in_force()) co_return RunPermit{};
  const Json document = proposed_run(task, times, offset);
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
    if (quotas_.taken_from_since(revision, decision->charges)) continue;
    RunPermit permit{std::move(decision->diags), std::nullopt, std::move(decision->charges)};
    for (auto& charge : permit.charges) {
      charge.run = run;
      charge.added = ports_.clock.now();
    }
    permit.hold = quotas_.hold(permit.charges);
    permit.priority = priority_in(*decision);
    co_return permit;
  }
  co_return fail(Errc::unavailable, "Too many runs want the same quota at this moment.");
}

}  // namespace pscheduler::services
