#pragma once
// Between the model and rows: parameters are bound and columns read one after the other, so that each pair of
// functions in columns.cpp mirrors the column lists of statements.hpp.

#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "pscheduler/model/archiving.hpp"
#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"

namespace pscheduler::adapters::store {

// Makes a kept statement ready for its next use, however this one ends.
class Rearm {
 public:
  explicit Rearm(SQLite::Statement& statement) : statement_(statement) {}
  ~Rearm() { statement_.tryReset(); }
  Rearm(const Rearm&) = delete;
  Rearm& operator=(const Rearm&) = delete;

 private:
  SQLite::Statement& statement_;
};

// Binds the parameters of a statement from the first on. Texts are not copied: they must live until the
// statement has been executed.
class Parameters {
 public:
  explicit Parameters(SQLite::Statement& statement) : statement_(statement) {}

  Parameters& integer(std::int64_t value);
  Parameters& integer(std::optional<std::int64_t> value);
  Parameters& text(const std::string& value);
  Parameters& text(std::string&& value) = delete;
  Parameters& text_list(const std::vector<std::string>& value);  // copied, as a JSON array
  Parameters& uuid(const Uuid& value);
  Parameters& uuid(std::optional<Uuid> value);
  Parameters& duration(Duration value) { return integer(value.count()); }
  Parameters& duration(std::optional<Duration> value);
  Parameters& instant(Instant value) { return duration(value.time_since_epoch()); }
  Parameters& instant(std::optional<Instant> value);

 private:
  SQLite::Statement& statement_;
  int at_ = 0;
};

// Reads the columns of the current row from the first on.
class Row {
 public:
  explicit Row(SQLite::Statement& statement) : statement_(statement) {}

  std::int64_t integer();
  std::optional<std::int64_t> optional_integer();
  std::string text();
  std::vector<std::string> text_list();
  Uuid uuid();
  std::optional<Uuid> optional_uuid();
  RunState state();
  Duration duration() { return Duration(integer()); }
  std::optional<Duration> optional_duration();
  Instant instant() { return Instant(duration()); }
  std::optional<Instant> optional_instant();

 private:
  SQLite::Statement& statement_;
  int at_ = 0;
};

// The rows that are left, each as `read` makes it of a Row.
template <class Read>
auto read_all(SQLite::Statement& statement, Read read) {
  std::vector<std::invoke_result_t<Read, Row&>> rows;
  while (statement.executeStep()) {
    Row row(statement);
    rows.push_back(read(row));
  }
  return rows;
}

void bind_task(Parameters& to, const Task& task);
void bind_progress(Parameters& to, std::int64_t task_number, const TaskProgress& progress);
void bind_run(Parameters& to, std::int64_t task_number, const Run& run);
void bind_move(Parameters& to, std::int64_t task_number, const Run& run);
void bind_results(Parameters& to, std::int64_t run_number, const RunResults& results);
void bind_change(Parameters& to, std::int64_t run_number, const StateChange& change);
void bind_archiving(Parameters& to, std::int64_t run_number, const Archiving& archiving);
void bind_new_archiving(Parameters& to, std::int64_t run_number, const Archiving& archiving);

struct NumberedTask {
  std::int64_t number;  // in the order of creation
  Task task;
};

NumberedTask read_task(Row& from);
Run read_run(Row& from);
RunResults read_results(Row& from);
StateChange read_change(Row& from, RunId run);
Archiving read_archiving(Row& from);

// How much room they take.
std::size_t bytes_of(const RunResults& results);

}  // namespace pscheduler::adapters::store
