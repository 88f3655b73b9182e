// file: appends each result as a line of JSON to a file of this host, so that a lone node needs no server.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "file_place.hpp"
#include "file_settings.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/archiver_plugin.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "result_file.hpp"
#include "shared/archive_record.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::string_view kFile = "results.jsonl";
constexpr std::int64_t kKeep = 10;

// A full disk or a missing directory is noticed by somebody within a day.
constexpr std::array kUsualRetries{RetryStep{5, std::chrono::minutes(1)},
                                   RetryStep{24, std::chrono::hours(1)}};

Result<void> check_data(const Json& data) {
  static const auto schema = data_schema("file-data.json");
  return check_against(schema, data);
}

Result<void> check_room(const FileSettings& settings) {
  std::error_code error;
  std::int64_t count = 0;
  // What is in folders that others keep closed, such as lost+found, is not from here.
  constexpr auto kOptions = std::filesystem::directory_options::skip_permission_denied;
  for (std::filesystem::recursive_directory_iterator entry(settings.directory, kOptions, error), end;
       !error && entry != end && count < settings.files_max; entry.increment(error)) {
    ++count;
  }
  if (error) {
    return fail(Errc::unavailable, fmt::format("{} cannot be looked through for files-max: {}.",
                                               settings.directory, error.message()));
  }
  if (count < settings.files_max) return {};
  return fail(
      Errc::unavailable,
      fmt::format("{} has {} files already, as many as files-max in {} allows; remove some, or allow more.",
                  settings.directory, count, settings.source));
}

Result<Rotation> rotation_for(const Json& data, const FileSettings& settings) {
  Rotation rotation;
  rotation.bytes_max = json::find_integer(data, "rotate-size").value_or(settings.file_bytes_max);
  rotation.keep = json::find_integer(data, "keep").value_or(std::min(kKeep, settings.keep_max));
  if (rotation.bytes_max > settings.file_bytes_max) {
    return fail(Errc::forbidden, fmt::format("rotate-size is {}, but file-bytes-max in {} allows {} at most.",
                                             rotation.bytes_max, settings.source, settings.file_bytes_max));
  }
  if (rotation.keep > settings.keep_max) {
    return fail(Errc::forbidden, fmt::format("keep is {}, but keep-max in {} allows {} at most.",
                                             rotation.keep, settings.source, settings.keep_max));
  }
  const auto every = sdk::duration_member(data, "rotate-every", Duration::zero());
  if (!every) return fail(every.error());
  if (*every > Duration::zero()) rotation.every = *every;
  return rotation;
}

Result<void> write(const Json& record) {
  const Json& data = data_of(record);
  const auto settings = FileSettings::load();
  if (!settings) return fail(settings.error());
  PSCHEDULER_TRY(check_outside(record, settings->outside, "file", settings->source));
  auto rotation = rotation_for(data, *settings);
  if (!rotation) return fail(std::move(rotation.error()));
  const MayCreate may_create = [&] { return check_room(*settings); };
  const auto name = json::find_string(data, "file").value_or(std::string(kFile));
  const auto place = find_place(settings->directory, name, may_create);
  if (!place) return fail(place.error());
  const Appending how{*rotation, settings->sync, may_create};
  return append_line(*place, how, payload_of(record), sdk::now());
}

sdk::ArchiveReply archive(const Json& record) {
  if (const auto usable = check_data(data_of(record)); !usable) return given_up(usable.error().message);
  return reply_to(record, write(record), kUsualRetries);
}

}  // namespace

extern const sdk::ArchiverPlugin archiver_file;
constinit const sdk::ArchiverPlugin archiver_file{
    .identity = {"file", "Append results to a file of this host, a line of JSON each"},
    .check_data = &check_data,
    .archive = &archive,
};

}  // namespace pscheduler::plugins
