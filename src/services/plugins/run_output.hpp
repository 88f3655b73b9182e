#pragma once
// The stdout of a tool's `run`, taken apart as it arrives: lines that begin with RS (0x1E) are streamed
// results and delivered at once, the other lines together are the one result document (plugins.md 6.4, 6.6).

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "pscheduler/json/value.hpp"

namespace pscheduler::services {

class RunOutput {
 public:
  using OnRecord = std::function<void(std::shared_ptr<const Json>)>;
  using OnBadRecord = std::function<void(const std::string& why)>;

  RunOutput(std::size_t document_bytes_max, std::size_t record_bytes_max, OnRecord on_record,
            OnBadRecord on_bad_record);

  // The next piece, of any size and cut anywhere.
  void take(std::string_view bytes);

  // End of output: a last line without its line end counts.
  void finish();

  // The lines outside records since the last record. A record empties it, as in 5.2.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool text_too_large() const { return text_too_large_; }
  [[nodiscard]] std::size_t records() const { return records_; }

 private:
  enum class Inside { line_start, text, record };

  std::size_t take_text(std::string_view bytes);
  std::size_t take_record(std::string_view bytes);
  void end_record();

  std::size_t document_bytes_max_;
  std::size_t record_bytes_max_;
  OnRecord on_record_;
  OnBadRecord on_bad_record_;
  Inside inside_ = Inside::line_start;
  std::string text_;
  std::string record_;
  bool text_too_large_ = false;
  bool record_too_large_ = false;
  std::size_t records_ = 0;
};

}  // namespace pscheduler::services
