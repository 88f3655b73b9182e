#pragma once
// Contexts that pscheduler-enter makes, the program beside this one that enters network namespaces and VRFs:
// it alone may have the rights for it.

#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/json/versioned.hpp"
#include "pscheduler/plugin_sdk/context_plugin.hpp"

namespace pscheduler::plugins {

class Entrance {
 public:
  // `kind` is what the program calls it, "netns" or "vrf"; the member of the data is the name of one.
  // `embedded_file` as for data_schema().
  Entrance(std::string_view embedded_file, std::string member, std::string kind);

  // Whether the data are good, and name what can be a namespace or VRF: neither "." nor "..".
  [[nodiscard]] Result<void> check(const Json& data) const;

  // How the program is called for these data. not_possible: this process may not be given the rights, with
  // the remedy.
  [[nodiscard]] Result<sdk::CommandPrefix> command(const Json& data) const;

 private:
  Result<json::VersionedSchema> schema_;
  std::string member_;
  std::string kind_;
};

}  // namespace pscheduler::plugins
