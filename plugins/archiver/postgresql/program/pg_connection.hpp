#pragma once
// A connection to a PostgreSQL server; every wait on it has an end.

#include <libpq-fe.h>

#include <memory>
#include <string>

#include "pg_parameters.hpp"
#include "pscheduler/base/result.hpp"
#include "shared/poll_until.hpp"

namespace pscheduler::plugins {

class PgConnection {
 public:
  // Tries the addresses of each host for the time that the parameters give to one (connect_timeout). Errors:
  // unreachable, in the words of the library or the server.
  static Result<PgConnection> open(const PgParameters& parameters);

  // Runs a statement with one parameter, committed when it returns. After an error the connection is of no
  // more use.
  Result<void> run(const std::string& statement, const std::string& parameter, Deadline deadline);

 private:
  explicit PgConnection(PGconn* connection) : connection_(connection, &PQfinish) {}

  Result<void> wait(short events, Deadline deadline) const;
  Result<void> finish_sending(Deadline deadline) const;
  [[nodiscard]] tl::unexpected<Error> failure() const;

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

}  // namespace pscheduler::plugins
