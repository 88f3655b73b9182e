#include "file_settings.hpp"

#include <fmt/format.h>

#include "shared/plugin_config.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::int64_t kFileBytes = 100'000'000;  // what editors and jq still take without complaint
constexpr std::int64_t kFileBytesMax = 1'000'000'000'000;
constexpr std::int64_t kKeepMax = 100;
constexpr std::int64_t kKeepCeiling = 1000;
constexpr std::int64_t kFilesMax = 1000;         // together with kFileBytes a bound on the disk
constexpr std::int64_t kFilesCeiling = 100'000;  // all are counted whenever one is added

}  // namespace

Result<FileSettings> FileSettings::load() {
  const auto config = PluginConfig::of_archiver("file");
  if (!config) return fail(config.error());
  PSCHEDULER_TRY(
      config->check_keys({"directory", "outside", "file-bytes-max", "keep-max", "files-max", "sync"}));
  FileSettings settings;
  settings.source = config->file();
  settings.directory = config->text("directory", "");
  if (settings.directory.empty() || settings.directory.front() != '/') {
    return fail(Errc::unavailable,
                fmt::format("This host has no directory for results; name one with \"directory = /PATH\" in "
                            "section [file] of {}.",
                            settings.source));
  }
  const auto outside = config->flag("outside", false);
  if (!outside) return fail(outside.error());
  const auto file_bytes = config->number("file-bytes-max", kFileBytes, 1, kFileBytesMax);
  if (!file_bytes) return fail(file_bytes.error());
  const auto keep = config->number("keep-max", kKeepMax, 0, kKeepCeiling);
  if (!keep) return fail(keep.error());
  const auto files = config->number("files-max", kFilesMax, 1, kFilesCeiling);
  if (!files) return fail(files.error());
  const auto sync = config->flag("sync", true);
  if (!sync) return fail(sync.error());
  settings.outside = *outside;
  settings.file_bytes_max = *file_bytes;
  settings.keep_max = *keep;
  settings.files_max = *files;
  settings.sync = *sync;
  return settings;
}

}  // namespace pscheduler::plugins
