#include "cli/watching.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/json_members.hpp"
#include "cli/options.hpp"
#include "cli/result_view.hpp"
#include "cli/servers.hpp"
#include "cli/task_waits.hpp"
#include "cli/text_layout.hpp"
#include "cli/waiting.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

using std::chrono::seconds;

constexpr std::array kFinalStates{"finished",  "failed",   "overdue", "missed",
                                  "preempted", "nonstart", "canceled"};

// What we ask servers to hold a request for; older ones hold it that long whatever comes.
constexpr seconds kHold{30};

// An answer quicker than this about a run that is not over means that the server did not wait.
constexpr seconds kHeld{1};

// How often to ask for the next run, or a server that does not hold requests.
constexpr seconds kPause{1};

// A server makes a run overdue 30 s after its end. When nothing is final this long after it, nothing will be.
constexpr std::chrono::minutes kGrace{10};

// How long the first run of a task that was just posted may take to be planned, with all who take part in it.
constexpr const char* kPlanning = "10";

// How many runs to look through for the one after the last: those that begin in the same second.
constexpr const char* kFollowingMax = "10";

bool is_final(const std::string& state) {
  return std::find(kFinalStates.begin(), kFinalStates.end(), state) != kFinalStates.end();
}

class Watch {
 public:
  Watch(Context& context, const WatchRequest& request, const Json& task)
      : context_(context),
        request_(request),
        task_(task),
        detail_(task.at("detail")),
        verbose_(!request.quiet && !request.format) {
    const Json* schedule = member(task, "schedule");
    repeats_ = schedule != nullptr &&
               (member(*schedule, "repeat") != nullptr || member(*schedule, "repeat-cron") != nullptr);
  }

  int run(const Json* known_run);

 private:
  enum class Step { next, pause, stop };

  Result<Json> find_run(bool begin);
  [[nodiscard]] bool may_be_planning() const;
  std::optional<Json> following_run();
  [[nodiscard]] bool began_before_the_last(const Json& run) const;
  Step follow(const Json& found);
  Step follow_nonstarter(const Json& run);
  bool await_end(Json& run);
  void say_times(const Json& run);
  [[nodiscard]] TimeRange slot_of(const Json& run) const;
  void show(const Json& run);
  Step after(const Json& run) const;
  int nothing_more(const Error& error, bool begin);
  Duration time_until(const Json& run, const char* member_name) const;

  Context& context_;
  const WatchRequest& request_;
  const Json& task_;
  const Json& detail_;
  bool verbose_;
  bool repeats_ = false;
  long runs_seen_ = 0;
  std::string last_url_;
  std::string last_start_;
  int status_ = kExitOk;
};

int Watch::run(const Json* known_run) {
  for (bool begin = true;; begin = false) {
    Step step = Step::stop;
    if (begin && known_run != nullptr) {
      step = follow(*known_run);
    } else {
      const auto found = find_run(begin);
      if (!found) return nothing_more(found.error(), begin);
      step = follow(*found);
    }
    if (step == Step::stop) return status_;
    if (step == Step::pause) context_.environment.sleep_for(kPause);
  }
}

// The run after the one that was shown last. What repeats quickly has begun its next run before this one is
// shown, and the next one by the server's word begins later still.
std::optional<Json> Watch::following_run() {
  const auto url = text_member(detail_, "runs-href");
  if (!url || last_start_.empty()) return std::nullopt;
  const auto list =
      fetch_json(context_, *url, {{"start", last_start_}, {"limit", kFollowingMax}}, request_.call);
  if (!list || !list->is_array()) return std::nullopt;
  const auto last = std::find(list->begin(), list->end(), Json(last_url_));
  const auto next = last == list->end() ? list->begin() : last + 1;
  if (next == list->end() || !next->is_string()) return std::nullopt;
  auto run = fetch_json(context_, next->get<std::string>(), {}, request_.call);
  return run ? std::optional<Json>(std::move(*run)) : std::nullopt;
}

// Servers of this kind say so, and answer as soon as there is a run or can be none.
bool Watch::may_be_planning() const {
  return flag_member(detail_, "plans-runs") && json::find_integer(detail_, "runs") == 0;
}

Result<Json> Watch::find_run(bool begin) {
  if (!begin && repeats_) {
    if (auto run = following_run()) return std::move(*run);
  }
  const auto* name = begin && request_.first ? "first-run-href" : "next-run-href";
  const auto url = text_member(detail_, name);
  if (!url) return fail(Errc::invalid_argument, request_.task_url + " does not say where its runs are");
  Waiting waiting(context_, [&](Duration waited) {
    return with_seconds("Waiting for " + host_of(*url) + " to plan a run", waited);
  });
  const auto* wait = begin && may_be_planning() ? kPlanning : "0";
  return fetch_json(context_, *url, {{"wait", wait}}, waiting.during(request_.call));
}

int Watch::nothing_more(const Error& error, bool begin) {
  if (error.code != Errc::not_found) return fail_with(context_, error);
  if (begin) return fail_with(context_, "No run of " + request_.task_url + " is scheduled");
  if (!request_.format && !request_.output) context_.out << "\nNothing more is scheduled.\n" << std::flush;
  return kExitOk;
}

bool Watch::began_before_the_last(const Json& run) const {
  const auto start_of = [](const std::string& text) {
    return parse_timestamp(text, Zone::utc(), TimestampForm::body);
  };
  const auto start = start_of(text_or(run, "start-time", ""));
  const auto last = start_of(last_start_);
  return start && last && *start < *last;
}

Watch::Step Watch::follow(const Json& found) {
  const auto url = text_or(found, "href", "");
  if (url.empty()) {
    status_ = fail_with(context_,
                        request_.task_url + " has a run without an address; its server is not to be trusted");
    return Step::stop;
  }
  // Servers call a run the next one until the second of its start has passed, in which one that was started a
  // little ahead of its time has ended already.
  if (url == last_url_ || began_before_the_last(found)) return after(found);
  last_url_ = url;
  last_start_ = text_or(found, "start-time", "");
  if (verbose_)
    context_.out << "\n"
                 << (runs_seen_ == 0 && request_.first ? "First run:\n" : "Next run:\n") << url << "\n";
  ++runs_seen_;

  if (text_or(found, "state", "") == "nonstart") return follow_nonstarter(found);
  Json run = found;
  if (!await_end(run)) return Step::stop;
  show(run);
  return request_.runs_max > 0 && runs_seen_ >= request_.runs_max ? Step::stop : Step::next;
}

// A one-shot task comes to its end with its run, unless that is planned again.
Watch::Step Watch::after(const Json& run) const {
  if (repeats_ || text_or(run, "state", "") == "preempted") return Step::pause;
  if (!request_.format && !request_.output) context_.out << "\nNothing more is scheduled.\n" << std::flush;
  return Step::stop;
}

Watch::Step Watch::follow_nonstarter(const Json& run) {
  const auto reason = std::string(trim(text_or(run, "errors", "no reason was given")));
  if (verbose_) {
    context_.out << "Was to start " << text_or(run, "start-time", "?") << "\nNever started: " << reason
                 << "\n"
                 << std::flush;
  } else {
    fail_with(context_, "Run never started: " + reason);
  }
  if (!repeats_) return Step::stop;
  context_.environment.sleep_for(time_until(run, "end-time"));
  return Step::next;
}

// Zero when it has passed or cannot be read.
Duration Watch::time_until(const Json& run, const char* member_name) const {
  const auto at = parse_timestamp(text_or(run, member_name, ""), Zone::utc(), TimestampForm::body);
  return at ? std::max(Duration::zero(), *at - context_.environment.now()) : Duration::zero();
}

TimeRange Watch::slot_of(const Json& run) const {
  const Instant now = context_.environment.now();
  return {now + time_until(run, "start-time"), now + time_until(run, "end-time")};
}

void Watch::say_times(const Json& run) {
  const auto line = [&](const char* label, const char* name) {
    const auto left = std::chrono::floor<seconds>(time_until(run, name)).count();
    context_.out << label << text_or(run, name, "?") << " (~" << left << " second" << (left == 1 ? "" : "s")
                 << ")\n";
  };
  line("Starts ", "start-time");
  line("Ends   ", "end-time");
  context_.out << "Waiting...\n" << std::flush;
}

// Replaces `run` by what it has become when it is over. False when that could not be learned and was told.
bool Watch::await_end(Json& run) {
  if (verbose_) say_times(run);
  CallOptions call = request_.call;
  call.time_limit = kCallLimit;
  TaskWaits waits(context_, request_.task_url, request_.call, task_);
  Waiting waiting(context_, [&](Duration waited) { return waits.until_over(slot_of(run), waited); });
  call = waiting.during(std::move(call));
  Duration patience = time_until(run, "end-time") + kGrace;
  while (!is_final(text_or(run, "state", ""))) {
    const Duration asked = context_.environment.steady();
    auto answer = fetch_json(context_, last_url_,
                             {{"wait-merged", "True"}, {"wait", std::to_string(kHold.count())}}, call);
    if (!answer && answer.error().code == Errc::not_found) {
      context_.out << "The run is gone; the task may have been cancelled.\n" << std::flush;
      return false;
    }
    if (!answer) {
      status_ = fail_with(context_, answer.error().message + "\nGo on later with: pscheduler watch --first " +
                                        request_.task_url);
      return false;
    }
    run = std::move(*answer);
    const Duration held = context_.environment.steady() - asked;
    patience -= std::max<Duration>(held, kHeld);
    if (is_final(text_or(run, "state", ""))) break;
    if (patience <= Duration::zero()) {
      status_ = fail_with(context_, "The run should long be over but " + host_of(last_url_) +
                                        " still calls it " + text_or(run, "state-display", "unknown") +
                                        "; see pscheduler result " + last_url_);
      return false;
    }
    if (held < kHeld) context_.environment.sleep_for(kPause);
  }
  return true;
}

void Watch::show(const Json& run) {
  ResultView view;
  view.format = request_.format.value_or(ResultFormat::text);
  view.heading = Heading::none;
  view.diagnostics = request_.full;
  view.archivings = request_.full;
  view.call = request_.call;
  if (request_.output) {
    std::string path = *request_.output;
    const auto number = std::to_string(runs_seen_);
    for (auto at = path.find("%n"); at != std::string::npos; at = path.find("%n", at + number.size())) {
      path.replace(at, 2, number);
    }
    view.output = std::move(path);
  } else if (view.format == ResultFormat::text) {
    context_.out << "\n";
  }
  // What one run came to does not end the watch, nor does it set the exit status.
  show_run(context_, run, view);
  context_.out.flush();
}

}  // namespace

int watch_task(Context& context, const WatchRequest& request, const Json& task, const Json* known_run) {
  const Json* detail = member(task, "detail");
  if (detail == nullptr) {
    return fail_with(context, request.task_url + " has no detail; " + host_of(request.task_url) +
                                  " does not speak this API");
  }
  if (flag_member(*detail, "multi-result")) {
    context.out << "This task gives results again and again while it runs. See those it has so far with:\n\n"
                << "  pscheduler result " << shell_quote(request.task_url) << "\n"
                << std::flush;
    return kExitOk;
  }
  return Watch(context, request, task).run(known_run);
}

}  // namespace pscheduler::cli
