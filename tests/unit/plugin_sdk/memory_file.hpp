#pragma once
// A file in memory, for code that reads and writes descriptors.

#include <sys/mman.h>
#include <unistd.h>

#include <string_view>

namespace pscheduler::sdk::test {

class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content = {}) : fd_(memfd_create("test", MFD_CLOEXEC)) {
    while (!content.empty()) {
      const auto count = write(fd_, content.data(), content.size());
      if (count <= 0) break;
      content.remove_prefix(static_cast<std::size_t>(count));
    }
    rewind();
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  void rewind() const { lseek(fd_, 0, SEEK_SET); }

 private:
  int fd_;
};

}  // namespace pscheduler::sdk::test
