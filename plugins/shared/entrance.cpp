#include "shared/entrance.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

// Where the service manager's settings keep the program from its capabilities, the kernel would only say that
// it cannot be executed.
Result<void> check_surroundings() {
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
    return fail(
        Errc::not_possible,
        "The daemon runs without the right to gain privileges; leave out NoNewPrivileges in its unit.");
  }
  for (const auto capability : {CAP_SYS_ADMIN, CAP_NET_ADMIN}) {
    if (::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1) continue;
    return fail(Errc::not_possible,
                "The daemon's service may not use network namespaces and VRFs; add CAP_SYS_ADMIN and "
                "CAP_NET_ADMIN to CapabilityBoundingSet in its unit, see docs/contexts.md.");
  }
  return {};
}

}  // namespace

Entrance::Entrance(std::string_view embedded_file, std::string member, std::string kind)
    : schema_(data_schema(embedded_file)), member_(std::move(member)), kind_(std::move(kind)) {}

Result<void> Entrance::check(const Json& data) const {
  PSCHEDULER_TRY(check_against(schema_, data));
  const auto name = json::find_string(data, member_).value_or("");
  if (name != "." && name != "..") return {};
  return fail(Errc::invalid_argument,
              "At /" + member_ + ": '" + name + "' is no name; `ip " + kind_ + "` lists those there are.");
}

Result<sdk::CommandPrefix> Entrance::command(const Json& data) const {
  PSCHEDULER_TRY(check(data));
  PSCHEDULER_TRY(check_surroundings());
  std::error_code unknown;
  const auto program =
      std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path() / "pscheduler-enter";
  if (::access(program.c_str(), X_OK) != 0) {
    return fail(Errc::not_possible,
                "The daemon's user may not run " + program.string() +
                    "; run lib/pscheduler/enable-contexts as root, see docs/contexts.md.");
  }
  return sdk::CommandPrefix{program.string(), kind_, json::find_string(data, member_).value_or("")};
}

}  // namespace pscheduler::plugins
