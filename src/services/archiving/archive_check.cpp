#include "pscheduler/services/archive_check.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/services/data_transforms.hpp"

namespace pscheduler::services {
namespace {

// Compiling takes tens of milliseconds; more means that the script is no honest one.
constexpr Duration kScriptCheckLimit = std::chrono::seconds(5);

// By where they are: that of the specification, and members of its data that are transforms too.
std::map<std::string, ArchiveTransform> transforms_of(const Plugins& plugins, const ArchiveSpec& archive) {
  std::map<std::string, ArchiveTransform> transforms;
  if (archive.transform) transforms.emplace("/transform", *archive.transform);
  const Plugin* archiver = plugins.find(PluginClass::archiver, archive.archiver);
  if (archiver == nullptr) return transforms;
  for (auto& [member, transform] : data_transforms(*archiver, *archive.data))
    transforms.emplace("/data/" + member, std::move(transform));
  return transforms;
}

}  // namespace

ports::AsyncResult<void> check_archive(Plugins& plugins, ports::Scripts& scripts, const ArchiveSpec& archive,
                                       std::string where) {
  where.insert(0, "At ");
  if (plugins.find(PluginClass::archiver, archive.archiver) == nullptr) {
    co_return fail(Errc::invalid_argument, where + "/archiver: there is no archiver '" +
                                               excerpt(archive.archiver) +
                                               "' here; GET /archivers lists those there are.");
  }
  auto validity = co_await plugins.data_is_valid(PluginClass::archiver, archive.archiver, *archive.data);
  if (!validity) co_return fail(std::move(validity.error()));
  if (!validity->valid) co_return fail(Errc::invalid_argument, where + "/data: " + validity->error);
  auto transforms = transforms_of(plugins, archive);
  for (const auto& [member, transform] : transforms) {
    auto compiled = co_await scripts.check(transform.script, kScriptCheckLimit);
    if (!compiled) co_return fail(compiled.error().code, where + member + ": " + compiled.error().message);
  }
  co_return Result<void>{};
}

}  // namespace pscheduler::services
