#include "adapters/store/columns.hpp"

#include <SQLiteCpp/Column.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "pscheduler/json/value.hpp"

namespace pscheduler::adapters::store {

Parameters& Parameters::integer(std::int64_t value) {
  statement_.bind(++at_, value);
  return *this;
}

Parameters& Parameters::integer(std::optional<std::int64_t> value) {
  if (value) return integer(*value);
  statement_.bind(++at_);
  return *this;
}

Parameters& Parameters::text(const std::string& value) {
  statement_.bindNoCopy(++at_, value);
  return *this;
}

Parameters& Parameters::text_list(const std::vector<std::string>& value) {
  const auto json = Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
  statement_.bind(++at_, json);
  return *this;
}

Parameters& Parameters::uuid(const Uuid& value) {
  statement_.bind(++at_, static_cast<const void*>(value.bytes().data()),
                  static_cast<int>(value.bytes().size()));
  return *this;
}

Parameters& Parameters::uuid(std::optional<Uuid> value) {
  if (value) return uuid(*value);
  statement_.bind(++at_);
  return *this;
}

Parameters& Parameters::duration(std::optional<Duration> value) {
  return integer(value ? std::optional<std::int64_t>(value->count()) : std::nullopt);
}

Parameters& Parameters::instant(std::optional<Instant> value) {
  return duration(value ? std::optional<Duration>(value->time_since_epoch()) : std::nullopt);
}

std::int64_t Row::integer() {
  return statement_.getColumn(at_++).getInt64();
}

std::optional<std::int64_t> Row::optional_integer() {
  const auto column = statement_.getColumn(at_++);
  return column.isNull() ? std::nullopt : std::optional<std::int64_t>(column.getInt64());
}

std::string Row::text() {
  return statement_.getColumn(at_++).getString();
}

std::vector<std::string> Row::text_list() {
  return Json::parse(text()).get<std::vector<std::string>>();
}

Uuid Row::uuid() {
  const auto column = statement_.getColumn(at_++);
  Uuid::Bytes bytes{};
  const auto* data = static_cast<const std::uint8_t*>(column.getBlob());
  if (data == nullptr || column.getBytes() != static_cast<int>(bytes.size())) {
    throw std::runtime_error("a UUID has not 16 bytes");
  }
  std::copy_n(data, bytes.size(), bytes.begin());
  return Uuid(bytes);
}

std::optional<Uuid> Row::optional_uuid() {
  if (!statement_.getColumn(at_).isNull()) return uuid();
  ++at_;
  return std::nullopt;
}

RunState Row::state() {
  return run_state_from_number(static_cast<int>(integer())).value();
}

std::optional<Duration> Row::optional_duration() {
  const auto value = optional_integer();
  return value ? std::optional<Duration>(Duration(*value)) : std::nullopt;
}

std::optional<Instant> Row::optional_instant() {
  const auto value = optional_duration();
  return value ? std::optional<Instant>(Instant(*value)) : std::nullopt;
}

void bind_task(Parameters& to, const Task& task) {
  to.uuid(task.id.uuid()).text(task.document).text(task.test_type).text(task.tool);
  to.integer(static_cast<std::int64_t>(task.scheduling_class));
  to.text_list(task.participants).integer(task.participant);
  const auto& schedule = task.schedule;
  to.instant(schedule.start).duration(schedule.slip).integer(schedule.random_slip ? 1 : 0);
  to.duration(schedule.repeat).text(schedule.repeat_cron).instant(schedule.until).integer(schedule.max_runs);
  to.duration(task.duration).duration(task.post).text_list(task.cli).text(task.limit_diags);
  to.text(task.hints.requester).text(task.hints.server).text(task.hints.requester_proxied_by);
  to.text(task.own_key).text(task.participant_key).integer(task.priority).instant(task.added);
}

void bind_progress(Parameters& to, std::int64_t task_number, const TaskProgress& progress) {
  to.integer(task_number).instant(progress.first_start).instant(progress.latest_end);
  to.integer(progress.runs).integer(progress.attempts).integer(progress.runs_started);
  to.integer(progress.enabled ? 1 : 0).integer(progress.plans_runs ? 1 : 0).instant(progress.canceled_at);
  to.integer(progress.nonstarts_in_a_row);
}

void bind_run(Parameters& to, std::int64_t task_number, const Run& run) {
  to.instant(run.times.start).instant(run.times.end).instant(run.added);
  to.integer(static_cast<std::int64_t>(run.state));
  to.integer(run.status ? std::optional<std::int64_t>(*run.status) : std::nullopt);
  to.text(run.errors).integer(run.priority).text(run.limit_diags);
  to.text(run.participant_data).text(run.participant_data_full);
  to.instant(run.nominal_start).instant(run.latest_start).instant(run.expires).instant(run.held_until);
  to.integer(task_number).uuid(run.id.uuid());
}

void bind_move(Parameters& to, std::int64_t task_number, const Run& run) {
  to.instant(run.times.end).integer(static_cast<std::int64_t>(run.state));
  to.integer(run.status ? std::optional<std::int64_t>(*run.status) : std::nullopt);
  to.text(run.errors).integer(run.priority).text(run.limit_diags);
  to.text(run.participant_data).text(run.participant_data_full);
  to.integer(task_number).uuid(run.id.uuid()).instant(run.times.start).instant(run.added);
  to.instant(run.nominal_start).instant(run.latest_start).instant(run.expires).instant(run.held_until);
}

void bind_results(Parameters& to, std::int64_t run_number, const RunResults& results) {
  to.integer(run_number).integer(static_cast<std::int64_t>(bytes_of(results)));
  to.text(results.local).text(results.full).text(results.merged).text(results.clock_survey);
}

void bind_change(Parameters& to, std::int64_t run_number, const StateChange& change) {
  to.integer(run_number).instant(change.at);
  to.integer(change.from ? std::optional<std::int64_t>(static_cast<std::int64_t>(*change.from))
                         : std::nullopt);
  to.integer(static_cast<std::int64_t>(change.to)).text(change.reason).text(change.actor);
}

void bind_archiving(Parameters& to, std::int64_t run_number, const Archiving& archiving) {
  to.integer(archiving.attempts).instant(archiving.last_attempt).instant(archiving.next_attempt);
  to.integer(archiving.completed ? 1 : 0).integer(archiving.archived ? 1 : 0).text(archiving.diags);
  to.integer(run_number).integer(archiving.index);
}

void bind_new_archiving(Parameters& to, std::int64_t run_number, const Archiving& archiving) {
  bind_archiving(to, run_number, archiving);
  to.text(archiving.archiver).text(archiving.spec).instant(archiving.expires);
}

NumberedTask read_task(Row& from) {
  NumberedTask row{from.integer(), {}};
  auto& task = row.task;
  task.id = TaskId(from.uuid());
  task.document = from.text();
  task.test_type = from.text();
  task.tool = from.text();
  task.scheduling_class = static_cast<SchedulingClass>(from.integer());
  task.participants = from.text_list();
  task.participant = static_cast<int>(from.integer());
  auto& schedule = task.schedule;
  schedule.start = from.optional_instant();
  schedule.slip = from.duration();
  schedule.random_slip = from.integer() != 0;
  schedule.repeat = from.optional_duration();
  schedule.repeat_cron = from.text();
  schedule.until = from.optional_instant();
  schedule.max_runs = from.optional_integer();
  task.duration = from.duration();
  task.post = from.duration();
  task.cli = from.text_list();
  task.limit_diags = from.text();
  task.hints.requester = from.text();
  task.hints.server = from.text();
  task.hints.requester_proxied_by = from.text();
  task.own_key = from.text();
  task.participant_key = from.text();
  task.priority = from.optional_integer();
  task.added = from.instant();
  auto& progress = task.progress;
  progress.first_start = from.optional_instant();
  progress.latest_end = from.optional_instant();
  progress.runs = from.integer();
  progress.attempts = from.integer();
  progress.runs_started = from.integer();
  progress.enabled = from.integer() != 0;
  progress.plans_runs = from.integer() != 0;
  progress.canceled_at = from.optional_instant();
  progress.nonstarts_in_a_row = from.integer();
  return row;
}

Run read_run(Row& from) {
  Run run;
  run.id = RunId(from.uuid());
  run.task = TaskId(from.uuid());
  run.times.start = from.instant();
  run.times.end = from.instant();
  run.added = from.instant();
  run.state = from.state();
  if (const auto status = from.optional_integer()) run.status = static_cast<int>(*status);
  run.errors = from.text();
  run.priority = from.optional_integer();
  run.limit_diags = from.text();
  run.participant_data = from.text();
  run.participant_data_full = from.text();
  run.nominal_start = from.optional_instant();
  run.latest_start = from.optional_instant();
  run.expires = from.optional_instant();
  run.held_until = from.optional_instant();
  return run;
}

RunResults read_results(Row& from) {
  RunResults results;
  results.local = from.text();
  results.full = from.text();
  results.merged = from.text();
  results.clock_survey = from.text();
  return results;
}

StateChange read_change(Row& from, RunId run) {
  StateChange change;
  change.run = run;
  change.at = from.instant();
  if (const auto state = from.optional_integer()) {
    change.from = run_state_from_number(static_cast<int>(*state)).value();
  }
  change.to = from.state();
  change.reason = from.text();
  change.actor = from.text();
  return change;
}

Archiving read_archiving(Row& from) {
  Archiving archiving;
  archiving.run = RunId(from.uuid());
  archiving.task = TaskId(from.uuid());
  archiving.index = static_cast<int>(from.integer());
  archiving.archiver = from.text();
  archiving.destination = from.text();
  archiving.spec = from.text();
  archiving.expires = from.optional_instant();
  archiving.attempts = static_cast<int>(from.integer());
  archiving.last_attempt = from.optional_instant();
  archiving.next_attempt = from.instant();
  archiving.completed = from.integer() != 0;
  archiving.archived = from.integer() != 0;
  archiving.diags = from.text();
  return archiving;
}

std::size_t bytes_of(const RunResults& results) {
  return results.local.size() + results.full.size() + results.merged.size() + results.clock_survey.size();
}

}  // namespace pscheduler::adapters::store
