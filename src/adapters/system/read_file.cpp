#include "pscheduler/adapters/system/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "adapters/file_descriptor.hpp"

namespace pscheduler::adapters {
namespace {

constexpr std::size_t kPieceBytes = 64 << 10;

tl::unexpected<Error> unreadable(const std::filesystem::path& path) {
  return fail(Errc::unavailable, path.string() + " cannot be read: " + std::strerror(errno));
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  // Opening a pipe would wait for somebody who writes to it.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid()) return unreadable(path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return unreadable(path);
  if (!S_ISREG(status.st_mode))
    return fail(Errc::unavailable, path.string() + " cannot be read: it is no ordinary file");
  std::string text;
  for (;;) {
    const std::size_t filled = text.size();
    text.resize(filled + std::min(kPieceBytes, bytes_max + 1 - filled));
    const auto count = ::read(file.get(), text.data() + filled, text.size() - filled);
    if (count < 0 && errno != EINTR) return unreadable(path);
    text.resize(filled + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) return text;
    if (text.size() > bytes_max) {
      return fail(Errc::too_large, path.string() + " has more than " + std::to_string(bytes_max) + " bytes");
    }
  }
}

}  // namespace pscheduler::adapters
