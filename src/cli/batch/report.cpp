#include "cli/batch/report.hpp"

#include <algorithm>
#include <functional>

#include "cli/json_members.hpp"
#include "cli/text_layout.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/batch/batch.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::size_t kDetailBytesMax = 100;
constexpr std::size_t kCellColumnsMax = 40;  // a longer label or host is cut

using Visit =
    std::function<void(std::size_t job, const Json& document, std::size_t iteration, const Json& element)>;

void for_each_element(const Json& output, const Visit& visit) {
  const Json& jobs = output.at("jobs");
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    const Json* results = member(jobs[job], "results");
    for (std::size_t i = 0; results != nullptr && i < results->size(); ++i) {
      visit(job, jobs[job], i, (*results)[i]);
    }
  }
}

bool has_ended(const Json& element) {
  return element.is_object() && (element.contains("runs") || element.contains("error"));
}

// What a person wants to know first: why not, or the first line of the result.
std::string detail_of(const Json& element) {
  if (const auto error = text_member(element, "error")) return *error;
  const Json* runs = member(element, "runs");
  if (runs == nullptr || runs->empty()) return "no runs";
  if (!batch::Batch::succeeded(element)) {
    for (const auto& run : *runs) {
      const Json* result = member(run, "application/json");
      const auto error = result == nullptr ? std::string() : text_or(*result, "error", "");
      if (!error.empty()) return error;
    }
  }
  for (const auto& run : *runs) {
    const auto text = text_or(run, "text/plain", "");
    for (const auto line : split(text, '\n')) {
      if (!trim(line).empty()) return std::string(trim(line));
    }
  }
  return "";
}

std::string outcome_of(const Json& element) {
  if (!has_ended(element)) return element.is_object() && element.empty() ? "not run (dry)" : "not run";
  return batch::Batch::succeeded(element) ? "succeeded" : "failed";
}

std::string test_of(const Json& element) {
  const Json* task = member(element, "task");
  const Json* test = task == nullptr ? nullptr : member(*task, "test");
  return test == nullptr ? "" : text_or(*test, "type", "");
}

using Row = std::vector<std::string>;

std::string table_text(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::min(std::max(widths[i], columns_of(row[i])), kCellColumnsMax);
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) line += fit(row[i], widths[i]) + "  ";
    text += std::string(trim_end(line + row.back())) + "\n";
  }
  return text;
}

}  // namespace

std::string iteration_line(const Json& job, std::size_t job_number, std::size_t iteration,
                           const Json& element) {
  Json line = element;
  line["job"] = job_number;
  const auto label = text_member(job, "label");
  line["label"] = label ? Json(*label) : Json();
  line["iteration"] = iteration;
  line["succeeded"] = batch::Batch::succeeded(element);
  return json::to_plain(line) + "\n";
}

std::string as_json_lines(const Json& output) {
  std::string text;
  for_each_element(output, [&](std::size_t job, const Json& document, std::size_t i, const Json& element) {
    if (element.is_object()) text += iteration_line(document, job, i, element);
  });
  return text;
}

std::string as_table(const Json& output) {
  std::vector<Row> rows{{"JOB", "ITERATION", "TEST", "RESULT", "DETAIL"}};
  for_each_element(output, [&](std::size_t job, const Json& document, std::size_t i, const Json& element) {
    const bool ended = has_ended(element);
    rows.push_back({text_or(document, "label", "job[" + std::to_string(job) + "]"), std::to_string(i),
                    test_of(element), outcome_of(element),
                    ended ? excerpt(detail_of(element), kDetailBytesMax) : ""});
  });
  return table_text(rows);
}

bool has_failures(const Json& output) {
  bool found = false;
  for_each_element(output, [&](std::size_t, const Json&, std::size_t, const Json& element) {
    const bool dry = element.is_object() && element.empty();
    found = found || (!dry && !batch::Batch::succeeded(element));
  });
  return found;
}

}  // namespace pscheduler::cli
