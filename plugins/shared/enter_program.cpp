#include "shared/enter_program.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"

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
                "CAP_NET_ADMIN to "
                "CapabilityBoundingSet in its unit, see docs/contexts.md.");
  }
  return {};
}

}  // namespace

Result<void> check_entered_name(const Json& data, std::string_view member) {
  const auto name = json::find_string(data, member).value_or("");
  if (name != "." && name != "..") return {};
  return fail(Errc::invalid_argument, "At /" + std::string(member) + ": '" + name + "' is no name.");
}

Result<sdk::CommandPrefix> enter_command(const std::string& kind, const Json& data, std::string_view member) {
  PSCHEDULER_TRY(check_surroundings());
  std::error_code unknown;
  const auto program =
      std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path() / "pscheduler-enter";
  if (::access(program.c_str(), X_OK) != 0) {
    return fail(Errc::not_possible,
                "The daemon's user may not run " + program.string() +
                    "; run lib/pscheduler/enable-contexts as root, see docs/contexts.md.");
  }
  return sdk::CommandPrefix{program.string(), kind, json::find_string(data, member).value_or("")};
}

}  // namespace pscheduler::plugins
