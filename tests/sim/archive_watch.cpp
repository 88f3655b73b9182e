#include "sim/archive_watch.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace pscheduler::sim {

using namespace std::chrono_literals;

namespace {

// From the time of an attempt until it is made and stored.
constexpr Duration kTriedWithin = 2min;

bool wants(const std::string& runs, RunState state) {
  if (runs == "all") return true;
  return state == (runs == "failed" ? RunState::failed : RunState::finished);
}

// Which steps give a run a result to archive (spec scheduling.md 11.2): that of a tool that was at work, or
// the making of a streamed result. The long run that streams them has none of its own.
bool brings_result(const StateChange& step, bool streams) {
  if (!step.from) return streams && step.to == RunState::finished;
  const bool was_at_work =
      *step.from == RunState::on_deck || *step.from == RunState::running || *step.from == RunState::cleanup;
  const bool ends =
      step.to == RunState::finished || step.to == RunState::failed || step.to == RunState::canceled;
  return !streams && was_at_work && ends;
}

}  // namespace

void ArchiveWatch::report(RunId run, int index, std::string_view what, Instant now) const {
  findings_.report(
      Rule::results_are_archived, now,
      "archiving " + std::to_string(index) + " of run " + run.to_string() + " " + std::string(what));
}

void ArchiveWatch::take(const ports::Changes& changes, Instant now) {
  latest_now_ = std::max(latest_now_, now);
  for (const auto& task : changes.new_tasks) {
    auto& archives = archives_[task.id];
    for (const Json& archive : Json::parse(task.document).value("archives", Json::array())) {
      archives.push_back(archive.value("runs", "succeeded"));
    }
  }
  for (const auto& step : changes.history) take_end(changes, step, now);
  for (const auto& archiving : changes.new_archivings) {
    const auto label = Json::parse(archiving.spec).at("data").at("label").get<std::string>();
    Known known{label, archiving.next_attempt, archiving.expires};
    if (!archivings_.emplace(Key(archiving.run, archiving.index), std::move(known)).second) {
      report(archiving.run, archiving.index, "was added twice", now);
    }
  }
  for (const auto& archiving : changes.changed_archivings) take_changed(archiving, now);
  for (const auto& run : changes.removed_runs) take_removed(run, now);
  for (const auto& task : changes.removed_tasks) archives_.erase(task);
}

// With a result its archivings become durable, no fewer and no more.
void ArchiveWatch::take_end(const ports::Changes& changes, const StateChange& step, Instant now) {
  const auto added = [&](const auto& runs) {
    return std::find_if(runs.begin(), runs.end(), [&](const Run& run) { return run.id == step.run; });
  };
  const auto fresh = added(changes.new_runs);
  const auto* known = ledger_.run(step.run);
  if (fresh == changes.new_runs.end() && known == nullptr) return;
  const TaskId task = fresh == changes.new_runs.end() ? known->task : fresh->task;
  const auto* owner = ledger_.task(task);
  if (owner == nullptr || step.from == step.to) return;
  std::ptrdiff_t expected = 0;
  if (brings_result(step, traits(owner->scheduling_class).multi_result)) {
    const auto& archives = archives_[task];
    expected = std::ranges::count_if(archives, [&](const auto& runs) { return wants(runs, step.to); });
  }
  const auto found = std::ranges::count_if(changes.new_archivings,
                                           [&](const Archiving& one) { return one.run == step.run; });
  if (found == expected) return;
  findings_.report(Rule::results_are_archived, now,
                   "run " + step.run.to_string() + " became " + std::string(traits(step.to).name) + " with " +
                       std::to_string(found) + " archivings instead of " + std::to_string(expected));
}

void ArchiveWatch::take_changed(const Archiving& archiving, Instant now) {
  const auto found = archivings_.find({archiving.run, archiving.index});
  if (found == archivings_.end() || found->second.completed) {
    report(archiving.run, archiving.index, "was changed though it was not open", now);
    return;
  }
  auto& known = found->second;
  const std::string wrong = wrong_with(known, archiving, std::exchange(known.answer, std::nullopt));
  if (!wrong.empty()) report(archiving.run, archiving.index, wrong, now);
  known.next_attempt = archiving.next_attempt;
  known.attempts = archiving.attempts;
  known.completed = archiving.completed;
}

// What is stored of an attempt has to be what came of it; "" when it is.
std::string ArchiveWatch::wrong_with(const Known& known, const Archiving& changed,
                                     std::optional<Answer> answer) const {
  const Json attempts = Json::parse(changed.diags);
  const bool says_why = !attempts.empty() && !attempts.back().value("stderr", "").empty();
  if (!answer) {
    const bool over = known.expires && *known.expires <= latest_now_;
    const bool ended = changed.completed && !changed.archived && says_why;
    return over && ended && changed.attempts == known.attempts ? "" : "was changed without an attempt";
  }
  if (*answer == Answer::not_reached) {
    return !changed.completed && changed.attempts == known.attempts ? ""
                                                                    : "was ended by this node's own want";
  }
  if (changed.attempts != known.attempts + 1) return "has a wrong number of attempts";
  if (*answer == Answer::taken) return changed.completed && changed.archived ? "" : "was taken in vain";
  if (changed.archived) return "is stored as taken, but was not";
  if (!says_why) return "failed mutely";
  if (*answer == Answer::refused) return changed.completed ? "" : "was refused, but not ended";
  return changed.completed ? "was ended, though the archiver wanted it again" : "";
}

// What is old goes at twice its age also when its archiver does not take it.
void ArchiveWatch::take_removed(RunId run, Instant now) {
  const auto* known = ledger_.run(run);
  for (auto it = archivings_.lower_bound({run, 0}); it != archivings_.end() && it->first.first == run;) {
    const bool may_go = it->second.completed || ledger_.was_unwanted(run) || known == nullptr ||
                        known->times.end + 2 * keep_ <= latest_now_ ||
                        (it->second.expires && *it->second.expires <= latest_now_);
    if (!may_go) report(run, it->first.second, "was removed before its end", now);
    it = archivings_.erase(it);
  }
}

void ArchiveWatch::take(const test::ArchiverCall& call, const Result<services::ArchiverReply>& reply) {
  ++given_;
  const auto href = call.record.at("run-href").get<std::string>();
  const auto run = *RunId::parse(href.substr(href.rfind('/') + 1));
  const auto label = call.record.at("data").at("label").get<std::string>();
  trace_.add(call.at, "archive", run.uuid(), label);
  // It may have been removed meanwhile.
  if (ledger_.run(run) == nullptr) return;
  const auto it = std::find_if(archivings_.lower_bound({run, 0}), archivings_.end(), [&](const auto& entry) {
    return entry.first.first != run || entry.second.label == label;
  });
  if (it == archivings_.end() || it->first.first != run) {
    report(run, -1, "was given to an archiver, but was never stored", call.at);
    return;
  }
  auto& known = it->second;
  const int index = it->first.second;
  if (known.completed) report(run, index, "was given to its archiver after its end", call.at);
  if (known.answer) report(run, index, "was given again before the last attempt was stored", call.at);
  if (call.at < known.next_attempt) report(run, index, "was given again too early", call.at);
  if (call.record.at("attempts") != known.attempts) report(run, index, "came with wrong attempts", call.at);
  if (!reply) {
    const bool no_room = reply.error().code == Errc::unavailable;
    known.answer = no_room ? Answer::not_reached : Answer::refused;
  } else {
    known.answer = reply->succeeded ? Answer::taken : reply->retry ? Answer::again : Answer::refused;
  }
}

void ArchiveWatch::power_lost() {
  for (auto& [key, known] : archivings_) known.answer.reset();
}

void ArchiveWatch::check_none_waits(Instant now) const {
  for (const auto& [key, known] : archivings_) {
    const Instant due = std::min(known.next_attempt, known.expires.value_or(Instant::max()));
    if (known.completed || now <= due + kTriedWithin) continue;
    report(key.first, key.second, "was due at " + format_timestamp(due, Zone::utc()), now);
  }
}

std::vector<RunId> ArchiveWatch::runs_with_open() const {
  std::vector<RunId> runs;
  for (const auto& [key, known] : archivings_) {
    if (!known.completed && (runs.empty() || runs.back() != key.first)) runs.push_back(key.first);
  }
  return runs;
}

void ArchiveWatch::check_is_kept(RunId run, const std::vector<Archiving>& stored, Instant now) const {
  for (auto it = archivings_.lower_bound({run, 0}); it != archivings_.end() && it->first.first == run; ++it) {
    const auto& [key, known] = *it;
    const auto same = std::ranges::find_if(stored, [&](const Archiving& one) {
      return one.index == key.second && one.completed == known.completed && one.attempts == known.attempts &&
             one.next_attempt == known.next_attempt;
    });
    if (same == stored.end()) report(run, key.second, "is not what it was", now);
  }
}

}  // namespace pscheduler::sim
