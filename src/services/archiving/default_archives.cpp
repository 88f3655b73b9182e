#include "pscheduler/services/default_archives.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <nlohmann/json.hpp>

#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/versioned.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/archive_check.hpp"

namespace pscheduler::services {

using namespace boost::asio::experimental::awaitable_operators;

namespace {

constexpr int kSchemaMax = 3;

// How long to wait after a change: an editor makes several in a row.
constexpr Duration kSettle = std::chrono::milliseconds(200);
// How soon a file is judged again whose plug-in could not be asked.
constexpr Duration kJudgeAgain = std::chrono::seconds(15);

std::string with_place(const std::string& text, const std::string& pointer, const std::string& message) {
  const auto place = json::locate(text, pointer);
  if (!place) return message;
  return "line " + std::to_string(place->line) + ", column " + std::to_string(place->column) + ": " + message;
}

// pScheduler 5.2 wants no other schema than 1 in these files, and then honours the members of all.
Result<Json> read_document(const std::string& text) {
  static const auto schema = json::VersionedSchema::of_type("ArchiveSpecification", kSchemaMax);
  if (!schema) return fail(schema.error());
  auto document = json::read(text);
  if (!document) return fail(std::move(document.error()));
  json::Violation violation;
  std::optional<json::Violation> found;
  if (!json::schema_version(*document, kSchemaMax, violation)) {
    found = violation;
  } else {
    (*document)["schema"] = kSchemaMax;
    found = schema->check(*document);
  }
  if (!found) return document;
  return fail(Errc::invalid_argument, with_place(text, found->pointer, json::to_text(*found) + "."));
}

}  // namespace

DefaultArchives::DefaultArchives(Ports ports, Plugins& plugins, std::filesystem::path directory, Read read)
    : ports_(std::move(ports)),
      plugins_(plugins),
      directory_(std::move(directory)),
      read_(std::move(read)),
      asked_(ports_.executor) {}

ports::AsyncResult<Json> DefaultArchives::check(const std::string& text) {
  auto document = read_document(text);
  if (!document) co_return fail(std::move(document.error()));
  const ArchiveSpec spec = read_archive_spec(*document);
  auto checked = co_await check_archive(plugins_, ports_.scripts, spec, "");
  if (!checked) co_return fail(std::move(checked.error()));
  co_return std::move(*document);
}

ports::Async<void> DefaultArchives::look() {
  auto texts = read_();
  if (!texts) {
    if (texts.error().message != complaint_) {
      ports_.log.write(ports::kDefaultArchivesUnreadable,
                       {{"directory", directory_.string()}, {"error", texts.error().message}});
    }
    complaint_ = texts.error().message;
    co_return;
  }
  complaint_.clear();
  undecided_ = false;
  forget_missing(*texts);
  for (const auto& [name, text] : *texts) co_await look_at(name, text);
  in_force_.clear();
  for (const auto& [name, file] : files_) {
    if (file.in_force) in_force_.push_back(file.in_force);
  }
}

// One that is in force and as it was is still good, whatever became of its plug-in: that may come back.
ports::Async<void> DefaultArchives::look_at(const std::string& name, const Result<std::string>& text) {
  File& file = files_[name];
  if (!text) {
    complain(name, file, text.error());
    co_return;
  }
  if (file.in_force && file.complaint.empty() && file.text == *text) co_return;
  file.text = *text;
  auto checked = co_await check(*text);
  if (!checked) {
    undecided_ = undecided_ || checked.error().code != Errc::invalid_argument;
    complain(name, file, checked.error());
    co_return;
  }
  file.complaint.clear();
  file.in_force = std::make_shared<const Json>(std::move(*checked));
  ports_.log.write(ports::kDefaultArchiveApplied, {{"file", (directory_ / name).string()}});
}

void DefaultArchives::complain(const std::string& name, File& file, const Error& error) {
  if (file.complaint != error.message) {
    ports_.log.write(ports::kDefaultArchiveRefused,
                     {{"file", (directory_ / name).string()},
                      {"error", error.message},
                      {"in_force", std::string(file.in_force ? "as it was before" : "no")}});
  }
  file.complaint = error.message;
}

void DefaultArchives::forget_missing(const Texts& texts) {
  for (auto file = files_.begin(); file != files_.end();) {
    if (texts.contains(file->first)) {
      ++file;
      continue;
    }
    if (file->second.in_force) {
      ports_.log.write(ports::kDefaultArchiveGone, {{"file", (directory_ / file->first).string()}});
    }
    file = files_.erase(file);
  }
}

std::vector<std::string> DefaultArchives::complaints() const {
  std::vector<std::string> lines;
  if (!complaint_.empty()) lines.push_back(directory_.string() + ": " + complaint_);
  for (const auto& [name, file] : files_) {
    if (!file.complaint.empty()) lines.push_back((directory_ / name).string() + ": " + file.complaint);
  }
  return lines;
}

void DefaultArchives::look_again() {
  asked_again_ = true;
  asked_.notify_all();
}

ports::Async<void> DefaultArchives::wait_for_reason(ports::DirectoryWatch& directories) {
  if (asked_again_) co_return;
  auto changed = directories.changed();
  if (undecided_) {
    auto asked_or_time = asked_.wait_for(ports_.clock, kJudgeAgain);
    co_await (std::move(changed) || std::move(asked_or_time));
  } else {
    auto asked = asked_.wait();
    co_await (std::move(changed) || std::move(asked));
  }
}

ports::Async<void> DefaultArchives::work(ports::DirectoryWatch& directories) {
  for (;;) {
    // The directory or, while there is none, the one in which it or one above it will be made. Before the
    // look, so that no change between them is lost.
    auto watched = directory_;
    while (watched.has_relative_path() && !ports_.files.real_path(watched)) watched = watched.parent_path();
    directories.watch({watched});
    asked_again_ = false;
    co_await look();
    co_await wait_for_reason(directories);
    co_await ports_.clock.sleep_for(kSettle);
  }
}

}  // namespace pscheduler::services
