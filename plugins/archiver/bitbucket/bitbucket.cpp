// bitbucket: takes every result and keeps none, to try archiving out.

#include "pscheduler/plugin_sdk/archiver_plugin.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

Result<void> check_data(const Json& data) {
  static const auto schema = data_schema("bitbucket-data.json");
  return check_against(schema, data);
}

sdk::ArchiveReply archive(const Json& /*record*/) {
  return {true, {}, {}};
}

}  // namespace

extern const sdk::ArchiverPlugin archiver_bitbucket;
constinit const sdk::ArchiverPlugin archiver_bitbucket{
    .identity = {"bitbucket", "Send results to nowhere"},
    .check_data = &check_data,
    .archive = &archive,
};

}  // namespace pscheduler::plugins
