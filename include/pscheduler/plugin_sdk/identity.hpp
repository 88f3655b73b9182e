#pragma once
// What `enumerate` says of a plug-in, as data (spec plugins.md, 4).

#include <string_view>

namespace pscheduler::sdk {

struct Identity {
  std::string_view name;         // equals the directory's name
  std::string_view description;  // one line
  std::string_view version = "1.0";
  std::string_view maintainer = "pschedulerd developers";
};

}  // namespace pscheduler::sdk
