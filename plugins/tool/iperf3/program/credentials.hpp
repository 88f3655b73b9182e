#pragma once
// What lets the client of one run, and nobody else, use the server of that run (spec tools.md 3.14).

#include <string>

#include "pscheduler/base/result.hpp"

namespace pscheduler::plugins {

struct Credentials {
  std::string private_key;  // RSA of 2048 bits, traditional PEM
  std::string public_key;   // PEM
  std::string username;
  std::string password;
  std::string users;  // the file iperf3 checks them with
};

// Fresh ones; takes some tenths of a second.
Result<Credentials> make_credentials();

}  // namespace pscheduler::plugins
