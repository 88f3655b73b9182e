#include "result_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "pscheduler/plugin_sdk/records.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"

namespace pscheduler::plugins {
namespace {

// Others hold the lock while they write a line. Nobody can wait for a lock with an end to it, so it is looked
// at again and again.
constexpr Duration kLockLimit = std::chrono::seconds(20);
constexpr Duration kLockLook = std::chrono::milliseconds(2);

// How often others may rotate the file away under our hands.
constexpr int kTriesMax = 20;

tl::unexpected<Error> failure(std::string_view what, const std::string& name) {
  return fail(Errc::unavailable, fmt::format("{} {} failed: {}.", what, name, std::strerror(errno)));
}

Result<void> lock(const sdk::Fd& file, const std::string& name) {
  const auto until = std::chrono::steady_clock::now() + kLockLimit;
  while (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return failure("Locking", name);
    if (std::chrono::steady_clock::now() >= until) {
      return fail(Errc::unavailable, fmt::format("Another program keeps {} locked.", name));
    }
    sdk::sleep_for(kLockLook);
  }
  return {};
}

// Whether the open file still has the name, which others may have given to a new one.
bool is_still_there(const FilePlace& place, const struct stat& open_file) {
  struct stat named {};
  return fstatat(place.folder.get(), place.leaf.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         named.st_dev == open_file.st_dev && named.st_ino == open_file.st_ino;
}

bool is_due(const struct stat& file, const Rotation& rotation, std::size_t line_bytes, Instant now) {
  if (file.st_size == 0) return false;
  if (file.st_size + static_cast<std::int64_t>(line_bytes) > rotation.bytes_max) return true;
  if (!rotation.every || *rotation.every <= Duration::zero()) return false;
  const Duration last = std::chrono::seconds(file.st_mtim.tv_sec);
  return last / *rotation.every != now.time_since_epoch() / *rotation.every;
}

// The caller holds the lock of the file that has the name.
Result<void> rotate(const FilePlace& place, const Rotation& rotation) {
  const int folder = place.folder.get();
  const auto numbered = [&](std::int64_t number) { return fmt::format("{}.{}", place.leaf, number); };
  // Also those of a time when more were kept.
  for (auto number = std::max<std::int64_t>(rotation.keep, 1);
       unlinkat(folder, numbered(number).c_str(), 0) == 0;)
    ++number;
  for (auto number = rotation.keep - 1; number >= 1; --number) {
    if (renameat(folder, numbered(number).c_str(), folder, numbered(number + 1).c_str()) != 0 &&
        errno != ENOENT) {
      return failure("Rotating", numbered(number));
    }
  }
  const int done = rotation.keep == 0 ? unlinkat(folder, place.leaf.c_str(), 0)
                                      : renameat(folder, place.leaf.c_str(), folder, numbered(1).c_str());
  if (done != 0) return failure("Rotating", place.leaf);
  return {};
}

bool ends_within_a_line(int file, std::int64_t size) {
  char last = '\n';
  return size > 0 && pread(file, &last, 1, size - 1) == 1 && last != '\n';
}

Result<void> write_line(const FilePlace& place, const sdk::Fd& file, std::int64_t size, bool sync,
                        const std::string& line) {
  const std::string text = (ends_within_a_line(file.get(), size) ? "\n" : "") + line + "\n";
  if (const auto written = sdk::write_all(file.get(), text); !written) {
    const bool undone = ftruncate(file.get(), size) == 0;
    return fail(Errc::unavailable, fmt::format("{}: {}{}", place.leaf, written.error().message,
                                               undone ? "" : " The file ends within a line now."));
  }
  if (!sync) return {};
  if (fdatasync(file.get()) != 0) return failure("Writing to the disk of", place.leaf);
  if (size == 0 && fsync(place.folder.get()) != 0) return failure("Writing the folder of", place.leaf);
  return {};
}

}  // namespace

Result<void> append_line(const FilePlace& place, const Appending& how, const std::string& line, Instant now) {
  for (int tried = 0; tried < kTriesMax; ++tried) {
    const auto file = open_at(place, how.may_create);
    if (!file) return fail(file.error());
    PSCHEDULER_TRY(lock(*file, place.leaf));
    struct stat status {};
    if (fstat(file->get(), &status) != 0) return failure("Looking at", place.leaf);
    if (!is_still_there(place, status)) continue;
    if (!is_due(status, how.rotation, line.size() + 1, now)) {
      return write_line(place, *file, status.st_size, how.sync, line);
    }
    PSCHEDULER_TRY(rotate(place, how.rotation));
  }
  return fail(Errc::unavailable, fmt::format("Others rotate {} faster than it can be written.", place.leaf));
}

}  // namespace pscheduler::plugins
