// changefail: fails every run, to see what becomes of that.

#include "pscheduler/plugin_sdk/context_plugin.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

Result<void> check_data(const Json& data) {
  static const auto schema = data_schema("changefail-data.json");
  return check_against(schema, data);
}

Result<sdk::CommandPrefix> change(const Json& /*data*/) {
  return fail(Errc::not_possible, "The context changefail always fails; it is there to try that out.");
}

}  // namespace

extern const sdk::ContextPlugin context_changefail;
constinit const sdk::ContextPlugin context_changefail{
    .identity = {"changefail", "Fail instead of running the tool"},
    .check_data = &check_data,
    .change = &change,
};

}  // namespace pscheduler::plugins
