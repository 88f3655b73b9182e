#pragma once
// Where a connection text leads, judged before libpq goes there: it could read files of this host, use its
// user's certificates and passwords, and reach sockets that trust it.

#include <map>
#include <string>

#include "pscheduler/base/result.hpp"
#include "shared/destination_guard.hpp"

namespace pscheduler::plugins {

// What an operator sets in /etc/pscheduler/archiver/postgresql.conf, section [postgresql].
struct PgSettings {
  bool local_sockets = false;  // whether the server may be one at a socket of this host
  bool files = false;          // whether connection texts may name files (passfile, sslkey …) of this host
  std::string authorities;     // a PEM file with the certificates to trust
  std::string source;          // the configuration's file

  static Result<PgSettings> load();
};

struct PgParameters {
  std::map<std::string, std::string> options;  // by the keywords of libpq

  // The text without passwords, should the library or the server have repeated one.
  [[nodiscard]] std::string without_secrets(std::string text) const;
};

// Errors: invalid_argument (it is no connection text), forbidden (it leads where it may not), unreachable (a
// host without an address). None of them quotes it.
Result<PgParameters> read_dsn(const std::string& dsn, const PgSettings& settings, bool from_outside,
                              const DestinationGuard& guard);

// libpq also takes parameters and Kerberos tickets from the environment. To be called before it is used.
void forget_environment();

}  // namespace pscheduler::plugins
