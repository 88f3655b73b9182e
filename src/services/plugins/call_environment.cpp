#include "services/plugins/call_environment.hpp"

namespace pscheduler::services {
namespace {

// What the Python log helper of 5.2 wants to know: a pickled dictionary, not forced to debug, facility
// local4, level INFO, quiet.
constexpr const char* kLogState =
    "KGRwMApWZm9yY2VkX2RlYnVnCnAxCkkwMApzVmZhY2lsaXR5CnAyCkkyMApzVmxhc3RfbGV2ZWwKcDMKSTIwCnNWaXNfcXVpZXQKcDQK"
    "STAxCnMu";

}  // namespace

Environment call_environment(const std::filesystem::path& temporary_directory, const std::string& lead_bind) {
  Environment environment{{"PSCHEDULER_LOG_STATE", kLogState}};
  if (!temporary_directory.empty()) environment.emplace_back("TMPDIR", temporary_directory.string());
  if (!lead_bind.empty()) environment.emplace_back("PSCHEDULER_LEAD_BIND_HACK", lead_bind);
  return environment;
}

}  // namespace pscheduler::services
