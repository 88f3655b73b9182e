#include "file_place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "pscheduler/base/text.hpp"

namespace pscheduler::plugins {
namespace {

constexpr mode_t kFolderMode = 0750;
constexpr mode_t kFileMode = 0640;

int open_folder(int above, const std::string& name) {
  return openat(above, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

Result<sdk::Fd> folder_in(int above, const std::string& name, const MayCreate& may_create) {
  sdk::Fd folder(open_folder(above, name));
  if (!folder.valid() && errno == ENOENT) {
    PSCHEDULER_TRY(may_create());
    if (mkdirat(above, name.c_str(), kFolderMode) != 0 && errno != EEXIST) {
      return fail(Errc::unavailable,
                  fmt::format("Making the folder {} failed: {}.", name, std::strerror(errno)));
    }
    fsync(above);  // what is written below it is to survive a power failure
    folder = sdk::Fd(open_folder(above, name));
  }
  if (folder.valid()) return folder;
  if (errno == ENOTDIR || errno == ELOOP) {
    return fail(Errc::forbidden,
                fmt::format("{} is no folder but a file or a link, which is not followed.", name));
  }
  return fail(Errc::unavailable,
              fmt::format("Opening the folder {} failed: {}.", name, std::strerror(errno)));
}

}  // namespace

Result<FilePlace> find_place(const std::string& directory, std::string_view name,
                             const MayCreate& may_create) {
  FilePlace place{sdk::Fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), {}};
  if (!place.folder.valid()) {
    return fail(
        Errc::unavailable,
        fmt::format("The directory {} cannot be opened: {}; make it, and let the user of this daemon write "
                    "to it.",
                    directory, std::strerror(errno)));
  }
  for (const auto part : split(name, '/')) {
    if (part.empty() || part == "." || part == "..") {
      return fail(Errc::forbidden,
                  fmt::format("\"{}\" is no name of a file below a directory.", excerpt(name)));
    }
    if (!place.leaf.empty()) {
      auto folder = folder_in(place.folder.get(), place.leaf, may_create);
      if (!folder) return fail(std::move(folder.error()));
      place.folder = std::move(*folder);
    }
    place.leaf = part;
  }
  return place;
}

Result<sdk::Fd> open_at(const FilePlace& place, const MayCreate& may_create) {
  const auto open_it = [&](int more) {
    // Not to wait for the other end of a pipe, nor to become a terminal's own.
    constexpr int kFlags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    return sdk::Fd(openat(place.folder.get(), place.leaf.c_str(), kFlags | more, kFileMode));
  };
  sdk::Fd file = open_it(0);
  if (!file.valid() && errno == ENOENT) {
    PSCHEDULER_TRY(may_create());
    file = open_it(O_CREAT);
  }
  if (!file.valid()) {
    if (errno == ELOOP) {
      return fail(Errc::forbidden, fmt::format("{} is a link, which is not followed.", place.leaf));
    }
    return fail(Errc::unavailable, fmt::format("Opening {} failed: {}.", place.leaf, std::strerror(errno)));
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 1) {
    return fail(
        Errc::forbidden,
        fmt::format("{} is no ordinary file, or has another name besides; it is left alone.", place.leaf));
  }
  return file;
}

}  // namespace pscheduler::plugins
