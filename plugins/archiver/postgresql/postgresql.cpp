// postgresql: inserts each result as a row into a table. What is here judges the data.

#include "postgresql.hpp"

#include "pscheduler/json/access.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {

Result<void> check_postgresql_data(const Json& data) {
  static const auto schema = data_schema("postgresql-data.json");
  PSCHEDULER_TRY(check_against(schema, data));
  const auto dsn = json::find_string(data, "_dsn").value_or("");
  if (dsn.starts_with('@')) {
    return fail(
        Errc::invalid_argument,
        "At /_dsn: begins with @, which would have it read from a file of the server; write the connection "
        "itself, such as 'host=db.example dbname=results user=writer password=…'");
  }
  // Elsewhere it would end the text for the library, and hide the rest of it.
  if (dsn.find('\0') != std::string::npos)
    return fail(Errc::invalid_argument, "At /_dsn: has a NUL character, which no connection text may have");
  return {};
}

extern const sdk::ArchiverPlugin archiver_postgresql;
constinit const sdk::ArchiverPlugin archiver_postgresql{
    .identity = {"postgresql", "Insert results into a table of a PostgreSQL database"},
    .check_data = &check_postgresql_data,
};

}  // namespace pscheduler::plugins
