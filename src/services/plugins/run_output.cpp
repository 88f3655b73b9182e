#include "services/plugins/run_output.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "services/plugins/documents.hpp"

namespace pscheduler::services {
namespace {

constexpr char kRecordSeparator = '\x1E';

// Why a record does not follow the rules; empty when it does.
std::string problem_of(const Json& record) {
  if (!record.is_object()) return "a streamed result must be an object, not " + json::describe(record);
  const auto schema = record.find("schema");
  if (schema == record.end() || json::as_integer(*schema) == 1) return {};
  return "a streamed result must have schema 1 or none, not " + json::describe(*schema);
}

}  // namespace

RunOutput::RunOutput(std::size_t document_bytes_max, std::size_t record_bytes_max, OnRecord on_record,
                     OnBadRecord on_bad_record)
    : document_bytes_max_(document_bytes_max),
      record_bytes_max_(record_bytes_max),
      on_record_(std::move(on_record)),
      on_bad_record_(std::move(on_bad_record)) {}

void RunOutput::take(std::string_view bytes) {
  while (!bytes.empty()) {
    if (inside_ == Inside::line_start) {
      inside_ = bytes.front() == kRecordSeparator ? Inside::record : Inside::text;
      if (inside_ == Inside::record) {
        bytes.remove_prefix(1);
        continue;
      }
    }
    bytes.remove_prefix(inside_ == Inside::text ? take_text(bytes) : take_record(bytes));
  }
}

void RunOutput::finish() {
  if (inside_ == Inside::record) end_record();
  inside_ = Inside::line_start;
}

// All lines up to a record, or what there is of them; how many bytes that were.
std::size_t RunOutput::take_text(std::string_view bytes) {
  const std::size_t before_record = bytes.find("\n\x1E");
  const auto lines =
      bytes.substr(0, before_record == std::string_view::npos ? bytes.size() : before_record + 1);
  const std::size_t room = document_bytes_max_ - std::min(document_bytes_max_, text_.size());
  text_too_large_ = text_too_large_ || lines.size() > room;
  text_.append(lines.substr(0, room));
  if (lines.ends_with('\n')) inside_ = Inside::line_start;
  return lines.size();
}

// The rest of the record's line, or what there is of it; how many bytes that were.
std::size_t RunOutput::take_record(std::string_view bytes) {
  const std::size_t line_end = bytes.find('\n');
  const bool ends = line_end != std::string_view::npos;
  const auto piece = bytes.substr(0, line_end);
  record_too_large_ = record_too_large_ || record_.size() + piece.size() > record_bytes_max_;
  if (record_too_large_)
    record_.clear();
  else
    record_.append(piece);
  if (!ends) return piece.size();
  end_record();
  inside_ = Inside::line_start;
  return piece.size() + 1;
}

void RunOutput::end_record() {
  const std::string record = std::exchange(record_, {});
  if (std::exchange(record_too_large_, false)) {
    on_bad_record_("a streamed result is longer than " + std::to_string(record_bytes_max_) + " bytes");
    return;
  }
  text_.clear();
  text_too_large_ = false;
  auto document = read_document(record, record_bytes_max_);
  const std::string problem = document ? problem_of(*document) : document.error().message;
  if (!problem.empty()) {
    on_bad_record_(problem + " ('" + excerpt(trim(record)) + "')");
    return;
  }
  ++records_;
  on_record_(std::make_shared<const Json>(std::move(*document)));
}

}  // namespace pscheduler::services
