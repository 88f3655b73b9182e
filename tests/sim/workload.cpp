#include "sim/workload.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::sim {

using namespace std::chrono_literals;

namespace {

constexpr std::array<std::string_view, 5> kTests = {"exclusive", "exclusive", "normal", "background",
                                                    "multi"};

// Slots in seconds; most tests are short.
constexpr std::array<std::int64_t, 10> kLengths = {1, 2, 5, 10, 10, 20, 30, 60, 300, 1800};

constexpr std::array<std::int64_t, 10> kRepeats = {1, 5, 30, 60, 60, 300, 900, 3600, 21'600, 604'800};

constexpr std::array<std::string_view, 4> kCrons = {"*/5 * * * *", "0 * * * *", "17,47 * * * *",
                                                    "30 6 * * 1-5"};

constexpr std::array<std::string_view, 10> kDeeds = {"succeed", "succeed", "succeed", "succeed", "use-all",
                                                     "fail",    "hang",    "garbage", "die",     "late"};

constexpr std::array<std::string_view, 6> kArchiverDeeds = {"take",  "take",   "later",
                                                            "never", "refuse", "break"};

// Until one that wants a record again does, and when it takes one that it has put off.
constexpr Duration kRetry = 30s;
constexpr int kPutOffMax = 2;

// Repeats quicker than this are bounded by a number of runs, so that no simulation is about them alone.
constexpr std::int64_t kQuickSeconds = 60;

// Those that are asked about again; older ones have mostly ended.
constexpr std::size_t kRemembered = 40;

std::string duration_text(std::int64_t seconds) {
  return "PT" + std::to_string(seconds) + "S";
}

}  // namespace

SchedulingClass class_of_test(const std::string& test) {
  if (test == "multi") return SchedulingClass::background_multi;
  return parse_scheduling_class(test).value_or(SchedulingClass::background);
}

test::ToolScript script_of(const services::ToolRun& run) {
  test::ToolScript script;
  const Json& spec = run.test->at("spec");
  const auto deed = spec.value("does", "succeed");
  const Duration length = run.times.length();
  if (deed == "succeed") script.ends_after = length / 2;
  if (deed == "late") script.ends_after = length + 500ms;
  if (deed == "hang") script.hangs = true;
  if (deed == "fail") {
    script.ends_after = length / 3;
    script.outcome.status = 1;
    script.outcome.errors = "Nobody answered.";
  }
  if (deed == "garbage") {
    script.ends_after = length / 4;
    script.outcome.failure = "The tool printed something that is not JSON.";
    script.outcome.diags = "?!";
  }
  if (deed == "die") {
    script.ends_after = 10ms;
    script.outcome.status = 2;
    script.outcome.failure = "The tool was ended by signal 11.";
  }
  const Duration every = std::chrono::seconds(spec.value("every", 0));
  if (every > Duration::zero()) {
    for (Duration at = every; at < length; at += every) {
      script.records.emplace_back(at, R"({"succeeded":true})");
    }
    if (deed == "succeed") script.ends_after = std::nullopt;
  }
  return script;
}

Result<services::ArchiverReply> reply_to(const test::ArchiverCall& call) {
  const auto deed = call.record.at("data").value("does", "take");
  if (deed == "break") return fail(Errc::plugin_failed, "The archiver printed something that is not JSON.");
  services::ArchiverReply reply;
  reply.succeeded = deed == "take" || (deed == "later" && call.record.at("attempts") >= kPutOffMax);
  if (!reply.succeeded) reply.error = "Not " + deed + ".";
  if (!reply.succeeded && deed != "refuse") reply.retry = kRetry;
  reply.document = std::make_shared<const Json>(Json{{"succeeded", reply.succeeded}, {"error", reply.error}});
  return reply;
}

Duration Workload::pause() {
  return chance_.one_in(4) ? chance_.between(Duration(0), Duration(2s))
                           : chance_.between(Duration(1s), Duration(4min));
}

void Workload::accepted(std::string task) {
  tasks_.push_back(std::move(task));
  if (tasks_.size() > kRemembered) tasks_.erase(tasks_.begin());
}

void Workload::seen(std::string run) {
  runs_.push_back(std::move(run));
  if (runs_.size() > kRemembered) runs_.erase(runs_.begin());
}

Request Workload::request(Instant now) {
  if (tasks_.empty() || chance_.below(10) < 5) return new_task(now);
  return about_a_task(now);
}

Request Workload::about_a_task(Instant now) {
  const auto& task = tasks_[chance_.below(tasks_.size())];
  const auto what = chance_.below(10);
  if (what < 2) return {"DELETE", task};
  if (what < 4 && !runs_.empty()) return {"DELETE", runs_[chance_.below(runs_.size())]};
  if (what < 7) {
    const Instant start = floor_to_second(now + chance_.between(Duration(-10s), Duration(30min)));
    return {"POST", task + "/runs", Json{{"start-time", format_timestamp(start, Zone::utc())}}.dump()};
  }
  if (what < 8) return {"GET", task + "/runs"};
  if (what < 9) return {"GET", task + "/runtimes"};
  if (chance_.one_in(2)) return {"DELETE", "/stat/control/pause"};
  return {"PUT", "/stat/control/pause?duration=PT" + std::to_string(chance_.between(1, 30)) + "M"};
}

Request Workload::new_task(Instant now) {
  const std::string test(chance_.pick(kTests));
  const Json spec = spec_of(test);
  Json task = {{"schema", 3}, {"test", {{"type", test}, {"spec", spec}}}};
  task["schedule"] = schedule_of(test, spec["seconds"].get<std::int64_t>(), now);
  if (chance_.one_in(4)) task["priority"] = chance_.between(-2, 5);
  // Of streams only few: each record is archived by itself.
  if (chance_.one_in(test == "multi" ? 10 : 3)) {
    task["schema"] = 5;
    task["archives"] = archives();
  }
  return {"POST", "/tasks", task.dump()};
}

// An archiver that wants a record again and again is bounded by a time to live.
Json Workload::archives() {
  Json archives = Json::array();
  const auto count = chance_.between(1, 3);
  for (std::int64_t number = 0; number < count; ++number) {
    const std::string does(chance_.pick(kArchiverDeeds));
    Json archive = {{"schema", 3}, {"archiver", chance_.one_in(2) ? "shelf" : "drawer"}};
    archive["data"] = {{"good", true}, {"does", does}, {"label", std::to_string(number)}};
    if (does == "never" || chance_.one_in(3)) archive["ttl"] = duration_text(chance_.between(1, 180));
    if (chance_.one_in(2)) {
      archive["runs"] = chance_.pick(std::array<std::string_view, 3>{"succeeded", "failed", "all"});
    }
    archives.push_back(std::move(archive));
  }
  return archives;
}

Json Workload::spec_of(const std::string& test) {
  Json spec = {{"seconds", chance_.pick(kLengths)}, {"does", chance_.pick(kDeeds)}};
  if (test == "multi") {
    spec["seconds"] = chance_.pick(std::array<std::int64_t, 3>{60, 600, 7200});
    spec["every"] = chance_.pick(std::array<std::int64_t, 3>{1, 10, 60});
    if (spec["seconds"] == 7200) spec["every"] = 600;
  }
  return spec;
}

Json Workload::schedule_of(const std::string& test, std::int64_t seconds, Instant now) {
  Json schedule = Json::object();
  if (chance_.one_in(2)) {
    const Duration ahead = chance_.one_in(10) ? chance_.between(Duration(12h), Duration(30h))
                                              : chance_.between(Duration(0), Duration(40min));
    schedule["start"] = format_timestamp(floor_to_second(now + ahead), Zone::utc());
  }
  if (chance_.one_in(2)) schedule["slip"] = duration_text(chance_.between(1, 1800));
  if (schedule.contains("slip") && chance_.one_in(3)) schedule["sliprand"] = true;
  if (chance_.one_in(3))
    repeat(schedule, test == "multi" ? std::max<std::int64_t>(seconds, 60) : seconds, now);
  return schedule;
}

void Workload::repeat(Json& schedule, std::int64_t seconds, Instant now) {
  if (chance_.one_in(5)) {
    schedule["repeat-cron"] = chance_.pick(kCrons);
  } else {
    const auto every = std::max(chance_.pick(kRepeats), chance_.one_in(3) ? 1 : seconds);
    schedule["repeat"] = duration_text(every);
    if (every < kQuickSeconds) schedule["max-runs"] = chance_.between(1, 60);
  }
  if (chance_.one_in(4)) schedule["max-runs"] = chance_.between(1, 20);
  if (chance_.one_in(4)) {
    schedule["until"] = format_timestamp(now + chance_.between(Duration(41min), Duration(4h)), Zone::utc());
  }
}

}  // namespace pscheduler::sim
