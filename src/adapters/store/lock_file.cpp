#include "adapters/store/lock_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "pscheduler/base/text.hpp"

namespace pscheduler::adapters::store {
namespace {

// The holder writes its process id into the file, for the message of the one who comes second.
void write_holder(int descriptor) {
  const auto text = fmt::format("{}\n", ::getpid());
  // Best effort: on a full disk the lock holds all the same.
  if (::ftruncate(descriptor, 0) == 0) [[maybe_unused]]
    const auto written = ::pwrite(descriptor, text.data(), text.size(), 0);
}

std::string read_holder(int descriptor) {
  std::array<char, 24> text{};
  const auto size = ::pread(descriptor, text.data(), text.size(), 0);
  const auto holder = size > 0 ? trim(std::string_view(text.data(), static_cast<std::size_t>(size))) : "";
  return holder.empty() ? "another process" : fmt::format("process {}", holder);
}

}  // namespace

Result<LockFile> LockFile::take(const std::string& database) {
  const auto path = database + ".lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const int error = errno;
    return fail(Errc::unavailable,
                fmt::format("the lock file {} cannot be opened ({}); make its folder exist and writable",
                            path, std::strerror(error)));
  }
  LockFile lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    if (error != EWOULDBLOCK) {
      return fail(Errc::unavailable,
                  fmt::format("the lock file {} cannot be locked ({}); keep the data on a local file system",
                              path, std::strerror(error)));
    }
    return fail(Errc::unavailable, fmt::format("{} is in use by {}; stop it or choose another data directory",
                                               database, read_holder(descriptor)));
  }
  write_holder(descriptor);
  return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

LockFile::~LockFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace pscheduler::adapters::store
