#include "cli/batch/follower.hpp"

#include <algorithm>
#include <ostream>

#include "cli/batch/report.hpp"
#include "cli/json_members.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::cli {
namespace {

constexpr Duration kRefresh = std::chrono::milliseconds(500);

std::string counted(std::size_t number, const std::string& what) {
  return std::to_string(number) + " " + what;
}

std::string length_in_words(Duration length) {
  const auto seconds = std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(length).count(), 0);
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7200) return std::to_string((seconds + 59) / 60) + " min";
  return std::to_string((seconds + 3599) / 3600) + " h";
}

}  // namespace

BatchFollower::BatchFollower(Context& context, const BatchOrder& order, const batch::Document& document,
                             bool streams)
    : context_(context),
      document_(document),
      debug_(order.line.has("debug")),
      events_(order.format == BatchFormat::events),
      lines_(order.line.has("progress")),
      in_place_(!lines_ && !debug_ && !events_ && context.environment.shows_progress()),
      streams_(streams) {}

BatchFollower::~BatchFollower() {
  end();
}

void BatchFollower::end() {
  if (in_place_) context_.environment.show_progress("");
}

std::string BatchFollower::name_of(std::size_t job) const {
  return document_.jobs[job].label;
}

void BatchFollower::debug(const std::string& message) {
  if (events_) {
    context_.out << json::to_plain({{"debug", message}}) + "\n" << std::flush;
  } else {
    context_.err << message + "\n" << std::flush;
  }
}

void BatchFollower::tell(const std::string& line) {
  if (lines_) context_.err << line + "\n" << std::flush;
}

void BatchFollower::say(const std::string& line) {
  tell(line);
  if (in_place_) context_.environment.show_progress(line);
}

void BatchFollower::job_begins(std::size_t job, std::size_t iterations) {
  present_ = {job, iterations, 0, 0, context_.environment.steady(), {}};
  tell(name_of(job) + ": begins, job " + std::to_string(job + 1) + " of " +
       std::to_string(document_.jobs.size()) + ", " +
       counted(iterations, iterations == 1 ? "iteration" : "iterations"));
  shown_at_ = {};
  look();
}

void BatchFollower::job_ends(std::size_t job) {
  tell(name_of(job) + ": ended, " + counted(present_.done - present_.failed, "succeeded") + ", " +
       counted(present_.failed, "failed"));
}

void BatchFollower::posted(std::size_t job, std::size_t iteration, const std::string& task_url) {
  present_.under_way[iteration] = {};
  tell(name_of(job) + "/" + std::to_string(iteration) + ": posted as " + task_url);
}

void BatchFollower::planned(std::size_t job, std::size_t iteration, const TimeRange& slot) {
  present_.under_way[iteration] = slot;
  const auto wait = slot.start - context_.environment.now();
  tell(name_of(job) + "/" + std::to_string(iteration) +
       (wait > std::chrono::seconds(1) ? ": starts in " + length_in_words(wait) : ": starts"));
}

void BatchFollower::finished(std::size_t job, std::size_t iteration, const Json& element) {
  const bool dry = element.is_object() && element.empty();
  const bool succeeded = dry || batch::Batch::succeeded(element);
  present_.under_way.erase(iteration);
  ++present_.done;
  if (!succeeded) ++present_.failed;
  const auto error = text_or(element, "error", "");
  tell(name_of(job) + "/" + std::to_string(iteration) + ": " + (succeeded ? "succeeded" : "failed") +
       (error.empty() ? "" : ": " + excerpt(error)) + " (" + std::to_string(present_.done) + " of " +
       std::to_string(present_.all) + ")");
  if (streams_) {
    if (in_place_) context_.environment.show_progress("");
    context_.out << iteration_line(document_.source["jobs"][job], job, iteration, element) << std::flush;
  }
}

void BatchFollower::look() {
  if (!in_place_) return;
  const Duration now = context_.environment.steady();
  if (shown_at_ != Duration::zero() && now - shown_at_ < kRefresh) return;
  shown_at_ = now;
  context_.environment.show_progress(summary());
}

std::string BatchFollower::summary() const {
  const Instant now = context_.environment.now();
  std::size_t running = 0;
  for (const auto& [iteration, slot] : present_.under_way) {
    if (!slot.empty() && slot.start <= now) ++running;
  }
  const std::size_t posted = present_.under_way.size() - running;
  const std::size_t waiting = present_.all - present_.done - present_.under_way.size();
  std::string text = "Job " + std::to_string(present_.job + 1) + " of " +
                     std::to_string(document_.jobs.size()) + " (" + name_of(present_.job) +
                     "): " + std::to_string(present_.done) + " of " + std::to_string(present_.all) + " done";
  if (present_.failed > 0) text += ", " + counted(present_.failed, "failed");
  if (running > 0) text += ", " + counted(running, "running");
  if (posted > 0) text += ", " + counted(posted, "scheduled");
  if (waiting > 0) text += ", " + counted(waiting, "waiting");
  return text + time_left();
}

// By the schedule for what is under way; what waits will take as long as what is done, on average.
std::string BatchFollower::time_left() const {
  const Instant now = context_.environment.now();
  Instant last{};
  for (const auto& [iteration, slot] : present_.under_way) last = std::max(last, slot.end);
  Duration left = std::max(last - now, Duration::zero());
  const std::size_t waiting = present_.all - present_.done - present_.under_way.size();
  if (!document_.jobs[present_.job].parallel && waiting > 0) {
    if (present_.done == 0) return "";
    const Duration each =
        (context_.environment.steady() - present_.begun) / static_cast<std::int64_t>(present_.done);
    left += each * static_cast<std::int64_t>(waiting);
  }
  return left <= Duration::zero() ? "" : ", about " + length_in_words(left) + " left";
}

}  // namespace pscheduler::cli
