#pragma once
// RFC 7464 records on descriptors: RS, one line of JSON, LF. Streaming tools write them, archivers and
// `serve` read and answer them (spec plugins.md 6.6 and 7.2).

#include <cstddef>
#include <optional>
#include <string>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::sdk {

inline constexpr std::size_t kRecordBytesMax = 64u << 20;  // what 5.2 daemons can store, with room

class RecordReader {
 public:
  explicit RecordReader(int fd) : fd_(fd) {}

  // The text of the next record without RS and LF, nothing at end of file. A line without RS is taken as a
  // record, too. Fails for a record beyond kRecordBytesMax and when reading fails; reading on is then
  // useless.
  Result<std::optional<std::string>> next();

 private:
  int fd_;
  std::string buffer_;
  std::size_t scanned_ = 0;  // no LF before this place
};

class RecordWriter {
 public:
  explicit RecordWriter(int fd) : fd_(fd) {}

  // Whole and at once; fails when the reader has gone.
  Result<void> write(const Json& record) const;

 private:
  int fd_;
};

// All bytes, however many calls it takes.
Result<void> write_all(int fd, std::string_view bytes);

// Everything up to end of file; fails beyond kRecordBytesMax.
Result<std::string> read_all(int fd);

}  // namespace pscheduler::sdk
