// failer: fails as often as it is asked to, to try archiving out.

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/archiver_plugin.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

constexpr double kLikelihood = 0.5;  // of failing, and of asking for a retry then, unless the data say so
constexpr Duration kRetryAfter = std::chrono::seconds(10);

Result<void> check_data(const Json& data) {
  static const auto schema = data_schema("failer-data.json");
  return check_against(schema, data);
}

// 0 never happens, 1 always does.
bool happens(const Json& data, std::string_view name) {
  static std::random_device random;
  return std::generate_canonical<double, 32>(random) < json::find_number(data, name).value_or(kLikelihood);
}

sdk::ArchiveReply archive(const Json& record) {
  const Json* found = json::find_object(record, "data");
  const Json data = found == nullptr ? Json::object() : *found;
  if (json::find_bool(data, "badly").value_or(false)) {
    std::fputs("Failing badly, as \"badly\" asked for it.\n", stderr);
    std::exit(1);
  }
  const auto delay = sdk::duration_member(data, "delay", Duration::zero());
  if (!delay) return {false, delay.error().message, {}};
  sdk::sleep_for(*delay);
  if (!happens(data, "fail")) return {true, {}, {}};
  if (!happens(data, "retry")) return {false, "Archiving failed at random, for good.", {}};
  return {false, "Archiving failed at random.", kRetryAfter};
}

}  // namespace

extern const sdk::ArchiverPlugin archiver_failer;
constinit const sdk::ArchiverPlugin archiver_failer{
    .identity = {"failer", "Fail as often as is asked for"},
    .check_data = &check_data,
    .archive = &archive,
};

}  // namespace pscheduler::plugins
