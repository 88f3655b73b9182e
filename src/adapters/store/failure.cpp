#include "adapters/store/failure.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <new>
#include <system_error>

namespace pscheduler::adapters::store {
namespace {

Error describe(const SQLite::Exception& exception, const std::string& file) {
  const int code = exception.getErrorCode() & 0xff;  // the low byte is the primary result code
  const auto detail = fmt::format("SQLite {}: {}", exception.getExtendedErrorCode(), exception.getErrorStr());
  const auto say = [&](Errc errc, const char* sentence) {
    return Error{errc, fmt::format(fmt::runtime(sentence), file), detail};
  };
  switch (code) {
    case SQLITE_FULL:
      return say(Errc::unavailable, "the disk that holds {} is full; free some space on it");
    case SQLITE_IOERR:
      return say(Errc::unavailable, "{} cannot be read or written; check its disk and the free space on it");
    case SQLITE_NOMEM:
      return say(Errc::unavailable, "there is not enough memory to work on {}; free some or try again later");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return say(Errc::unavailable, "{} is locked by another program; end that program");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return say(Errc::unavailable,
                 "{} cannot be opened for writing; check the owner and mode of it and its folder");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return say(Errc::not_possible,
                 "{} is damaged or not a database; restore a backup or move it away to begin anew");
    case SQLITE_TOOBIG:
      return say(Errc::too_large, "a value is too large for {}; SQLite takes at most 1 GB");
    default:
      return say(Errc::internal, "{} refused an operation; see the detail");
  }
}

}  // namespace

Error current_failure(const std::string& file) {
  try {
    throw;
  } catch (const SQLite::Exception& exception) {
    return describe(exception, file);
  } catch (const std::bad_alloc&) {
    return {Errc::unavailable,
            fmt::format("there is not enough memory to work on {}; try again later", file),
            {}};
  } catch (const std::system_error& exception) {
    return {Errc::unavailable, fmt::format("the system lacks resources to work on {}; try again later", file),
            exception.what()};
  } catch (const std::exception& exception) {
    return {Errc::internal, fmt::format("{} holds a value that cannot be read", file), exception.what()};
  }
}

}  // namespace pscheduler::adapters::store
