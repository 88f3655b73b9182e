#include "cli/batch/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <vector>

#include "cli/files.hpp"

namespace pscheduler::cli {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> cannot_write(const std::string& path) {
  return fail(Errc::invalid_argument, "cannot write " + path + ": " + std::strerror(errno));
}

// The file itself when the path is a link to it.
fs::path target_of(const std::string& path) {
  std::error_code problem;
  auto real = fs::weakly_canonical(path, problem);
  return problem ? fs::path(path) : real;
}

bool is_special(const fs::path& path) {
  std::error_code problem;
  const auto status = fs::status(path, problem);
  return fs::exists(status) && !fs::is_regular_file(status);
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The rights of the file that is replaced, or those of any new file.
mode_t rights_for(const fs::path& path) {
  struct stat old {};
  if (stat(path.c_str(), &old) == 0) return old.st_mode & 07777;
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

Result<void> check_writable(const std::string& path) {
  const auto target = target_of(path);
  if (is_special(target)) {
    errno = EISDIR;
    if (fs::is_directory(target)) return cannot_write(path);
    return {};
  }
  const auto folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  if (access(folder.c_str(), W_OK | X_OK) != 0) return cannot_write(path);
  return {};
}

Result<void> write_atomically(const std::string& path, const std::string& text) {
  const auto target = target_of(path);
  if (is_special(target)) return write_file(path, text);
  auto name = target.string() + ".XXXXXX";
  const int file = mkstemp(name.data());
  if (file < 0) return cannot_write(path);
  const bool written = write_all(file, text) && fchmod(file, rights_for(target)) == 0 && fsync(file) == 0;
  const bool closed = close(file) == 0;
  if (written && closed && rename(name.c_str(), target.c_str()) == 0) return {};
  auto failure = cannot_write(path);
  unlink(name.c_str());
  return failure;
}

}  // namespace pscheduler::cli
