#include "adapters/store/migrations.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "adapters/store/destination.hpp"

namespace pscheduler::adapters::store {
namespace {

// Texts are '' where there is none. JSON is kept as text, times as microseconds since 1970 UTC, states and
// classes by the numbers of the model. The progress of a task and the results of a run have tables of their
// own: the one changes often beside a document that never does, the others are large and seldom needed.
constexpr char kFirst[] = R"sql(
CREATE TABLE task (
  number INTEGER PRIMARY KEY,
  uuid BLOB NOT NULL UNIQUE CHECK (length(uuid) = 16),
  document TEXT NOT NULL,
  test_type TEXT NOT NULL,
  tool TEXT NOT NULL,
  scheduling_class INTEGER NOT NULL CHECK (scheduling_class BETWEEN 0 AND 3),
  participants TEXT NOT NULL,
  participant INTEGER NOT NULL,
  start_us INTEGER,
  slip_us INTEGER NOT NULL,
  random_slip INTEGER NOT NULL,
  repeat_us INTEGER,
  repeat_cron TEXT NOT NULL,
  until_us INTEGER,
  max_runs INTEGER,
  duration_us INTEGER NOT NULL,
  post_us INTEGER NOT NULL,
  cli TEXT NOT NULL,
  limit_diags TEXT NOT NULL,
  requester TEXT NOT NULL,
  server TEXT NOT NULL,
  requester_proxied_by TEXT NOT NULL,
  own_key TEXT NOT NULL,
  participant_key TEXT NOT NULL,
  priority INTEGER,
  added_us INTEGER NOT NULL
) STRICT;

CREATE TABLE task_progress (
  task INTEGER PRIMARY KEY,
  first_start_us INTEGER,
  latest_end_us INTEGER,
  runs INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  runs_started INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  plans_runs INTEGER NOT NULL,
  canceled_us INTEGER
) STRICT;
CREATE INDEX task_planning ON task_progress(task) WHERE plans_runs = 1;
CREATE INDEX task_over ON task_progress(coalesce(canceled_us, latest_end_us, 0)) WHERE plans_runs = 0;

CREATE TABLE run (
  number INTEGER PRIMARY KEY,
  uuid BLOB NOT NULL UNIQUE CHECK (length(uuid) = 16),
  task INTEGER NOT NULL,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL,
  added_us INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 11),
  status INTEGER,
  errors TEXT NOT NULL,
  priority INTEGER,
  limit_diags TEXT NOT NULL,
  participant_data TEXT NOT NULL,
  participant_data_full TEXT NOT NULL,
  nominal_us INTEGER,
  latest_start_us INTEGER,
  expires_us INTEGER
) STRICT;
CREATE INDEX run_of_task ON run(task, start_us);
CREATE INDEX run_start ON run(start_us);
CREATE INDEX run_long ON run(end_us) WHERE end_us - start_us > 600000000;
CREATE INDEX run_state ON run(state, start_us);
CREATE INDEX run_upcoming ON run(task, end_us) WHERE state IN (1, 2, 3, 10);
CREATE INDEX run_unfinished ON run(number) WHERE state <= 4;
CREATE INDEX run_unfinished_end ON run(end_us) WHERE state <= 4;
CREATE INDEX run_final_end ON run(end_us) WHERE state >= 5;
CREATE INDEX run_added ON run(added_us);
CREATE INDEX run_open ON run(latest_start_us) WHERE state IN (9, 10) AND latest_start_us IS NOT NULL;
CREATE INDEX run_expires ON run(expires_us) WHERE expires_us IS NOT NULL;

CREATE TABLE run_results (
  run INTEGER PRIMARY KEY,
  bytes INTEGER NOT NULL,
  local TEXT NOT NULL,
  full TEXT NOT NULL,
  merged TEXT NOT NULL,
  clock_survey TEXT NOT NULL
) STRICT;

CREATE TABLE state_change (
  number INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  from_state INTEGER CHECK (from_state BETWEEN 0 AND 11),
  to_state INTEGER NOT NULL CHECK (to_state BETWEEN 0 AND 11),
  reason TEXT NOT NULL,
  actor TEXT NOT NULL
) STRICT;
CREATE INDEX state_change_of_run ON state_change(run);

CREATE TABLE archiving (
  number INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  position INTEGER NOT NULL,
  archiver TEXT NOT NULL,
  spec TEXT NOT NULL,
  expires_us INTEGER,
  attempts INTEGER NOT NULL,
  last_attempt_us INTEGER,
  next_attempt_us INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  archived INTEGER NOT NULL,
  diags TEXT NOT NULL,
  UNIQUE (run, position)
) STRICT;
CREATE INDEX archiving_open ON archiving(archiver, next_attempt_us) WHERE completed = 0;
CREATE INDEX archiving_expires ON archiving(expires_us) WHERE completed = 0 AND expires_us IS NOT NULL;

CREATE TABLE control (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  paused INTEGER NOT NULL,
  paused_until_us INTEGER
) STRICT;
INSERT INTO control VALUES (1, 0, NULL);
)sql";

// How many attempts of a task in a row have found no room, for the node to rest after a restart as before.
constexpr char kNonstartsInARow[] = R"sql(
ALTER TABLE task_progress ADD COLUMN nonstarts_in_a_row INTEGER NOT NULL DEFAULT 0;
)sql";

// Runs that are only held for another lead; and errands, which refer to no other table because they outlive
// the tasks and runs they are about.
constexpr char kSeveralNodes[] = R"sql(
ALTER TABLE run ADD COLUMN held_until_us INTEGER;

CREATE TABLE errand (
  number INTEGER PRIMARY KEY,
  uuid BLOB NOT NULL UNIQUE CHECK (length(uuid) = 16),
  host TEXT NOT NULL,
  bind_address TEXT NOT NULL,
  task BLOB NOT NULL CHECK (length(task) = 16),
  run BLOB CHECK (length(run) = 16),
  key TEXT NOT NULL,
  added_us INTEGER NOT NULL,
  expires_us INTEGER NOT NULL,
  next_attempt_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  problem TEXT NOT NULL
) STRICT;
CREATE INDEX errand_next_attempt ON errand(next_attempt_us);
)sql";

// What a lead is to be told of a run that it does not have there any more; empty for removals.
constexpr char kErrandsThatTell[] = R"sql(
ALTER TABLE errand ADD COLUMN tells TEXT NOT NULL DEFAULT '';
)sql";

// What has been learned about other hosts, for the node to know them after a restart.
constexpr char kKnownPeers[] = R"sql(
CREATE TABLE peer (
  host TEXT PRIMARY KEY,
  ours INTEGER NOT NULL CHECK (ours IN (0, 1)),
  exchange_us INTEGER NOT NULL,
  seen_us INTEGER NOT NULL
) STRICT;
)sql";

// What runs take of quotas. They refer to no other table because they outlive the runs: who removes his
// results has had them all the same.
constexpr char kCharges[] = R"sql(
CREATE TABLE charge (
  number INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  run BLOB NOT NULL CHECK (length(run) = 16),
  start_us INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  added_us INTEGER NOT NULL,
  forgotten_us INTEGER NOT NULL,
  has_run INTEGER NOT NULL CHECK (has_run IN (0, 1))
) STRICT;
CREATE INDEX charge_of_account ON charge(account, start_us);
CREATE INDEX charge_of_waiting_run ON charge(run) WHERE has_run = 0;
CREATE INDEX charge_forgotten ON charge(forgotten_us);
)sql";

// Where archivings go, so that each destination has a queue of its own.
constexpr char kDestinations[] = R"sql(
CREATE TABLE archiving_salt (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  salt BLOB NOT NULL
) STRICT;
INSERT INTO archiving_salt VALUES (1, randomblob(16));

ALTER TABLE archiving ADD COLUMN destination TEXT NOT NULL DEFAULT '';
UPDATE archiving SET destination = destination_of((SELECT salt FROM archiving_salt), archiver, spec);
DROP INDEX archiving_open;
CREATE INDEX archiving_waiting ON archiving(destination, next_attempt_us, number, expires_us) WHERE completed = 0;
)sql";

// How delivering to each destination has gone; it refers to no other table, as what was delivered is removed
// long before. Beside it the ways to count what waits and what was given up: `completed` and `archived` are
// in the indexes though they are the same in all of their rows, as SQLite would else look them up in the
// table.
constexpr char kDeliveries[] = R"sql(
CREATE TABLE destination (
  id TEXT PRIMARY KEY,
  archiver TEXT NOT NULL,
  label TEXT NOT NULL,
  place TEXT NOT NULL,
  last_success_us INTEGER,
  last_failure_us INTEGER,
  last_error TEXT NOT NULL,
  failing_since_us INTEGER,
  reported INTEGER NOT NULL CHECK (reported IN (0, 1)),
  seen_us INTEGER NOT NULL
) STRICT;
DROP INDEX archiving_waiting;
CREATE INDEX archiving_waiting ON archiving(destination, next_attempt_us, number, expires_us, completed)
  WHERE completed = 0;
CREATE INDEX archiving_given_up ON archiving(next_attempt_us) WHERE completed = 1 AND archived = 0;
CREATE INDEX archiving_given_up_there ON archiving(destination, next_attempt_us, number, completed, archived)
  WHERE completed = 1 AND archived = 0;
)sql";

constexpr std::array kMigrations = {Migration{1, kFirst},        Migration{2, kNonstartsInARow},
                                    Migration{3, kSeveralNodes}, Migration{4, kErrandsThatTell},
                                    Migration{5, kKnownPeers},   Migration{6, kCharges},
                                    Migration{7, kDestinations}, Migration{8, kDeliveries}};

int pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

// What a schema is made of, for a person: tables, their columns, indexes.
std::vector<std::string> parts_of(SQLite::Database& database) {
  SQLite::Statement rows(database,
                         "SELECT 'the ' || type || ' ' || name, 1 AS place, name FROM sqlite_schema"
                         " WHERE type IN ('table', 'index') UNION ALL"
                         " SELECT 'the column ' || c.name || ' of the table ' || s.name, 2, s.name"
                         " FROM sqlite_schema AS s JOIN pragma_table_info(s.name) AS c WHERE s.type = 'table'"
                         " ORDER BY place, name");
  std::vector<std::string> parts;
  while (rows.executeStep()) parts.push_back(rows.getColumn(0).getString());
  return parts;
}

std::size_t steps_up_to(std::span<const Migration> steps, int version) {
  return static_cast<std::size_t>(
      std::count_if(steps.begin(), steps.end(), [&](const auto& step) { return step.version <= version; }));
}

// The first part that these steps make and the database does not have.
std::optional<std::string> missing_part(SQLite::Database& database, std::span<const Migration> taken) {
  SQLite::Database expected(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  migrate(expected, taken);
  const auto found = parts_of(database);
  for (auto& part : parts_of(expected)) {
    if (std::find(found.begin(), found.end(), part) == found.end()) return std::move(part);
  }
  return std::nullopt;
}

}  // namespace

std::span<const Migration> migrations() {
  return kMigrations;
}

Result<void> check_origin(SQLite::Database& database, std::span<const Migration> steps,
                          const std::string& file) {
  const int application = pragma(database, "application_id");
  const int version = pragma(database, "user_version");
  const bool blank = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (application != kApplicationId && !(blank && application == 0 && version == 0)) {
    return fail(Errc::not_possible,
                fmt::format("{} is a database of another program; choose another data directory", file));
  }
  if (version < 1 && !blank) {
    return fail(
        Errc::not_possible,
        fmt::format("{} holds tables but no valid number of its schema ({}): it is damaged; restore a "
                    "backup or move it away to begin anew",
                    file, version));
  }
  const int known = steps.empty() ? 0 : steps.back().version;
  if (version > known) {
    return fail(Errc::not_possible,
                fmt::format("{} was written by a newer version (schema {}, this one knows {}); install that "
                            "version or choose another data directory",
                            file, version, known));
  }
  if (const auto missing = missing_part(database, steps.first(steps_up_to(steps, version)))) {
    return fail(Errc::not_possible,
                fmt::format("{} says it has schema {}, but lacks {}: it was made by a version that was never "
                            "released, or is damaged; restore a backup or move it away to begin anew",
                            file, version, *missing));
  }
  return {};
}

void migrate(SQLite::Database& database, std::span<const Migration> steps) {
  add_destination_of(database);
  const int from = pragma(database, "user_version");
  for (const auto& step : steps) {
    if (step.version <= from) continue;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(step.sql);
    database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
    database.exec(fmt::format("PRAGMA user_version = {}", step.version));
    transaction.commit();
  }
}

}  // namespace pscheduler::adapters::store
