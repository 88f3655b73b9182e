#pragma once
// What a person knows a destination by, without its secrets.

#include <string>

#include "pscheduler/json/value.hpp"

namespace pscheduler::services {

// Of the data of an archive specification: "https://collector.example.org:8443" where they have a URL, the
// server and database of a connection to PostgreSQL, else the data as compact JSON without private members
// and what says how rather than where. At most a few hundred bytes.
std::string destination_place(const Json& data);

}  // namespace pscheduler::services
