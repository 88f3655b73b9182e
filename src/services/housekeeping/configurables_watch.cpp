#include "pscheduler/services/configurables_watch.hpp"

#include "pscheduler/ports/messages.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

// How long to wait after a change: an editor makes several in a row.
constexpr Duration kSettle = std::chrono::milliseconds(200);

std::string shown(const std::optional<Duration>& value) {
  return value ? format_duration(*value) : std::string("as configured");
}

}  // namespace

ConfigurablesWatch::ConfigurablesWatch(Ports ports, std::filesystem::path file, Read read, Apply apply)
    : ports_(ports), file_(std::move(file)), read_(std::move(read)), apply_(std::move(apply)) {}

void ConfigurablesWatch::look() {
  const auto read = read_();
  if (!read) {
    if (read.error().message != complaint_) {
      ports_.log.write(ports::kConfigurablesRefused, {{"error", read.error().message}});
    }
    complaint_ = read.error().message;
    return;
  }
  complaint_.clear();
  if (*read == in_force_) return;
  in_force_ = *read;
  apply_(in_force_);
  ports_.log.write(ports::kConfigurablesApplied, {{"keep-runs-tasks", shown(in_force_.keep_runs_tasks)},
                                                  {"run-straggle", shown(in_force_.run_straggle)}});
}

// The directory of the file or, while there is none, the one in which it or one above it will be made.
std::filesystem::path ConfigurablesWatch::watched_directory() const {
  auto directory = file_.parent_path();
  while (directory.has_relative_path() && !ports_.files.real_path(directory)) {
    directory = directory.parent_path();
  }
  return directory;
}

ports::Async<void> ConfigurablesWatch::work(ports::DirectoryWatch& directories) {
  for (;;) {
    // Before the look, so that no change between them is lost.
    directories.watch({watched_directory()});
    look();
    co_await directories.changed();
    co_await ports_.clock.sleep_for(kSettle);
  }
}

}  // namespace pscheduler::services
