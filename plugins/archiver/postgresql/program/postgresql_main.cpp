// pscheduler-postgresql: the `archive` of postgresql.

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

#include "archiver/postgresql/postgresql.hpp"
#include "pg_connection.hpp"
#include "pg_parameters.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "shared/archive_record.hpp"
#include "shared/archiver_program.hpp"
#include "shared/kept_connections.hpp"

namespace pscheduler::plugins {
namespace {

using Clock = std::chrono::steady_clock;

// For inserting. Daemons want an answer within two minutes, of which connecting may take one.
constexpr auto kLimit = std::chrono::seconds(45);

// A kept connection that its server has closed shows that at once.
constexpr auto kAtOnce = std::chrono::seconds(10);
constexpr Duration kExpires = std::chrono::hours(1);

struct Way {
  std::string dsn;
  bool from_outside = false;

  bool operator==(const Way&) const = default;
};
using Connections = KeptConnections<Way, PgConnection>;

// Over a connection that was kept, or a new one.
Result<void> run(const Way& way, const PgParameters& parameters, Duration expires,
                 const std::string& statement, const std::string& payload) {
  static Connections kept;
  const auto begun = Clock::now();
  if (auto used = kept.take(way, expires)) {
    auto done = used->connection.run(statement, payload, begun + kLimit);
    if (done) kept.put_back(std::move(*used));
    // It may have ended without a word meanwhile; what it refused, a new one will refuse, too.
    if (done || Clock::now() > begun + kAtOnce) return done;
  }
  auto opened = PgConnection::open(parameters);
  if (!opened) return fail(std::move(opened.error()));
  PSCHEDULER_TRY(opened->run(statement, payload, Clock::now() + kLimit));
  kept.put_back({way, std::move(*opened)});
  return {};
}

Result<void> insert(const Json& record) {
  const Json& data = data_of(record);
  const bool from_outside = is_from_outside(record);
  const auto settings = PgSettings::load();
  if (!settings) return fail(settings.error());
  const auto guard = DestinationGuard::load("postgresql", record, {"ca-file", "files", "local-sockets"});
  if (!guard) return fail(guard.error());
  const auto dsn = json::find_string(data, "_dsn").value_or("");
  const auto parameters = read_dsn(dsn, *settings, from_outside, *guard);
  if (!parameters) return fail(parameters.error());
  const auto expires = sdk::duration_member(data, "connection-expires", kExpires);
  if (!expires) return fail(expires.error());
  // The names have no character that means something in SQL. Without quotes, upper case is as good as lower.
  const auto statement =
      fmt::format("INSERT INTO {} ({}) VALUES ($1)", json::find_string(data, "table").value_or(""),
                  json::find_string(data, "column").value_or(""));
  auto done = run({dsn, from_outside}, *parameters, *expires, statement, payload_of(record));
  if (!done) done.error().message = parameters->without_secrets(std::move(done.error().message));
  return done;
}

sdk::ArchiveReply archive(const Json& record) {
  if (const auto usable = check_postgresql_data(data_of(record)); !usable)
    return given_up(usable.error().message);
  return reply_to(record, insert(record));
}

}  // namespace
}  // namespace pscheduler::plugins

int main(int argc, char** argv) {
  pscheduler::plugins::forget_environment();
  return pscheduler::plugins::run_archiver(pscheduler::plugins::archiver_postgresql,
                                           &pscheduler::plugins::archive, argc, argv);
}
