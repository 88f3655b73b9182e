#include "adapters/store/connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "adapters/store/failure.hpp"
#include "adapters/store/migrations.hpp"

namespace pscheduler::adapters::store {
namespace {

// Readers hardly ever meet a lock; the event loop must not hang when one does.
constexpr int kReaderBusyMs = 500;

// What the write-ahead log is cut to when it starts over; a checkpoint is due at half of it
// (group_writer.cpp).
constexpr int kLogBytesKept = 8 << 20;

// Tasks carry keys: SQLite gives its own files the mode of this one.
Result<void> create_private(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const int error = errno;
    return fail(Errc::unavailable, fmt::format("{} cannot be opened ({}); make its folder exist and writable",
                                               file, std::strerror(error)));
  }
  ::close(descriptor);
  return {};
}

// temp_store: savepoints must not need a file descriptor when there is none left.
void set_up(SQLite::Database& database, const StoreOptions& options) {
  database.exec(fmt::format("PRAGMA cache_size = -{}", options.cache_bytes / 1024));
  database.exec("PRAGMA mmap_size = 0");
  database.exec("PRAGMA temp_store = MEMORY");
  database.exec("PRAGMA trusted_schema = OFF");
}

}  // namespace

Result<std::unique_ptr<SQLite::Database>> open_writer(const std::string& file, const StoreOptions& options) {
  PSCHEDULER_TRY(create_private(file));
  return guarded(file, [&]() -> Result<std::unique_ptr<SQLite::Database>> {
    auto database = std::make_unique<SQLite::Database>(file, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX,
                                                       kWriterBusyMs);
    PSCHEDULER_TRY(check_origin(*database, migrations(), file));
    set_up(*database, options);
    if (database->execAndGet("PRAGMA journal_mode = WAL").getString() != "wal") {
      return fail(
          Errc::not_possible,
          fmt::format("{} cannot have a write-ahead log; keep the data on a local file system", file));
    }
    database->exec(fmt::format("PRAGMA journal_size_limit = {}", kLogBytesKept));
    database->exec(options.synchronous == Synchronous::full ? "PRAGMA synchronous = FULL"
                                                            : "PRAGMA synchronous = NORMAL");
    migrate(*database, migrations());
    return database;
  });
}

std::unique_ptr<SQLite::Database> open_reader(const std::string& file, const StoreOptions& options) {
  auto database =
      std::make_unique<SQLite::Database>(file, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kReaderBusyMs);
  set_up(*database, options);
  database->exec("PRAGMA query_only = ON");
  return database;
}

}  // namespace pscheduler::adapters::store
