// pscheduler-postgresql: the `archive` of postgresql.

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <list>
#include <string>

#include "archiver/postgresql/postgresql.hpp"
#include "pg_connection.hpp"
#include "pg_parameters.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/plugin_sdk/program.hpp"
#include "shared/archive_record.hpp"

namespace pscheduler::plugins {
namespace {

using Clock = std::chrono::steady_clock;

// For inserting. Daemons want an answer within two minutes, of which connecting may take one.
constexpr auto kLimit = std::chrono::seconds(45);

// A kept connection that its server has closed shows that at once.
constexpr auto kAtOnce = std::chrono::seconds(10);
constexpr Duration kExpires = std::chrono::hours(1);

// Connections that are kept open; a database has few to give.
constexpr std::size_t kKeptMax = 4;

struct Kept {
  std::string dsn;
  bool from_outside = false;
  Clock::time_point opened;
  PgConnection connection;
};

// The most recently used one is first.
std::list<Kept>& kept() {
  static std::list<Kept> all;
  return all;
}

// Takes it out, so that it is gone unless it is put back.
std::list<Kept> take_kept(const std::string& dsn, bool from_outside, Duration expires) {
  std::list<Kept> taken;
  auto& all = kept();
  for (auto entry = all.begin(); entry != all.end(); ++entry) {
    if (entry->dsn != dsn || entry->from_outside != from_outside) continue;
    taken.splice(taken.begin(), all, entry);
    if (Clock::now() - taken.front().opened >= expires) taken.clear();
    break;
  }
  return taken;
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
  const auto in_words = [&](Error error) {
    error.message = parameters->without_secrets(std::move(error.message));
    return fail(std::move(error));
  };
  const auto payload = payload_of(record);
  const auto begun = Clock::now();
  auto used = take_kept(dsn, from_outside, *expires);
  if (!used.empty()) {
    auto done = used.front().connection.run(statement, payload, begun + kLimit);
    if (done) kept().splice(kept().begin(), used);
    if (done) return done;
    if (Clock::now() > begun + kAtOnce) return in_words(std::move(done.error()));
  }
  // A kept one may have ended without a word meanwhile; what it refused, a new one will refuse, too.
  auto opened = PgConnection::open(*parameters);
  if (!opened) return in_words(std::move(opened.error()));
  if (auto done = opened->run(statement, payload, Clock::now() + kLimit); !done)
    return in_words(std::move(done.error()));
  kept().push_front({dsn, from_outside, Clock::now(), std::move(*opened)});
  if (kept().size() > kKeptMax) kept().pop_back();
  return {};
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
  auto archiver = pscheduler::plugins::archiver_postgresql;
  archiver.archive = &pscheduler::plugins::archive;
  const std::array<const pscheduler::sdk::ArchiverPlugin*, 1> archivers{&archiver};
  pscheduler::sdk::Catalogue catalogue;
  catalogue.archivers = archivers;
  return pscheduler::sdk::run_program(catalogue, argc, argv);
}
