// changenothing: leaves everything as it is, to try contexts out.

#include "pscheduler/plugin_sdk/context_plugin.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

Result<void> check_data(const Json& data) {
  static const auto schema = data_schema("changenothing-data.json");
  return check_against(schema, data);
}

Result<sdk::CommandPrefix> change(const Json& data) {
  PSCHEDULER_TRY(check_data(data));
  return sdk::CommandPrefix{};
}

}  // namespace

extern const sdk::ContextPlugin context_changenothing;
constinit const sdk::ContextPlugin context_changenothing{
    .identity = {"changenothing", "Change nothing and run the tool"},
    .check_data = &check_data,
    .change = &change,
};

}  // namespace pscheduler::plugins
