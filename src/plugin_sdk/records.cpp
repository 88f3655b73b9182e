#include "pscheduler/plugin_sdk/records.hpp"

#include "pscheduler/json/write.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace pscheduler::sdk {
namespace {

constexpr char kRecordSeparator = '\x1e';

// Appends what is there to be read; 0 at end of file.
Result<std::size_t> read_some(int fd, std::string& into) {
  constexpr std::size_t kPiece = 65536;  // a pipe's capacity
  const auto before = into.size();
  into.resize(before + kPiece);
  ssize_t count = 0;
  do {
    count = ::read(fd, into.data() + before, kPiece);
  } while (count < 0 && errno == EINTR);
  into.resize(before + static_cast<std::size_t>(count > 0 ? count : 0));
  if (count < 0)
    return fail(Errc::internal, fmt::format("Reading the input failed: {}.", std::strerror(errno)));
  return static_cast<std::size_t>(count);
}

tl::unexpected<Error> too_large() {
  return fail(Errc::too_large, fmt::format("The input is larger than {} bytes.", kRecordBytesMax));
}

}  // namespace

Result<std::optional<std::string>> RecordReader::next() {
  for (;;) {
    const auto end = buffer_.find('\n', scanned_);
    if (end != std::string::npos) {
      const std::size_t start = buffer_.front() == kRecordSeparator ? 1 : 0;
      std::string record = buffer_.substr(start, end - start);
      buffer_.erase(0, end + 1);
      scanned_ = 0;
      if (record.empty()) continue;
      return record;
    }
    scanned_ = buffer_.size();
    if (scanned_ > kRecordBytesMax) return too_large();
    const auto count = read_some(fd_, buffer_);
    if (!count) return fail(count.error());
    if (*count == 0) return std::nullopt;
  }
}

Result<void> RecordWriter::write(const Json& record) const {
  std::string text(1, kRecordSeparator);
  text += json::to_compact(record);
  text += '\n';
  return write_all(fd_, text);
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      return fail(Errc::unavailable, fmt::format("Writing the output failed: {}.", std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<std::string> read_all(int fd) {
  std::string text;
  for (;;) {
    const auto count = read_some(fd, text);
    if (!count) return fail(count.error());
    if (*count == 0) return text;
    if (text.size() > kRecordBytesMax) return too_large();
  }
}

}  // namespace pscheduler::sdk
