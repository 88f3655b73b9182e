#pragma once
// What the user wants of `pscheduler batch` (spec batch.md, 1).

#include <optional>
#include <string>

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::cli {

// events: lines for a program that drives this one.
enum class BatchFormat { json, jsonl, table, events };

struct BatchOrder {
  CommandLine line;
  std::string path;    // of the document, or of a partial output; "-" is stdin
  std::string source;  // what messages call it
  BatchFormat format = BatchFormat::json;
  std::size_t parallel_max = 0;  // 0: no bound
  std::optional<std::string> key;

  [[nodiscard]] bool resumes() const { return line.has("resume"); }
  // Whether an interruption is to leave something that can be resumed.
  [[nodiscard]] bool keeps_parts() const { return line.has("partial") || resumes(); }
};

const CommandSyntax& batch_syntax();

// The exit status is 2 for too many files, else 1, with the sentence to show.
struct OrderRefused {
  int status;
  std::string message;
};
tl::expected<BatchOrder, OrderRefused> check_batch_options(Context& context, CommandLine line);

}  // namespace pscheduler::cli
