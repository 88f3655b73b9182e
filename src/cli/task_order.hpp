#pragma once
// What `pscheduler task` was asked to do: its options, checked before anything is sent (spec cli.md, 3.1
// and 3.2).

#include <optional>
#include <string>

#include "cli/options.hpp"
#include "cli/result_format.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::cli {

enum class ExportFormat { task, batch };

struct TaskOrder {
  CommandLine line;
  std::optional<ResultFormat> format;
  std::optional<ExportFormat> export_as;  // nothing: submit
  std::optional<std::string> key;
  std::optional<std::string> reference;  // JSON text
  // As the task says it. Servers know durations from now and round times as a start; as an end older ones do
  // not, so that one is a timestamp unless it is for a document that is used again later.
  std::optional<std::string> start;
  std::optional<std::string> until;

  // The first word is the test's type ("-" or none: the imported one), the others are its options.
  [[nodiscard]] std::optional<std::string> test_word() const;
  [[nodiscard]] Words test_options() const;
  [[nodiscard]] bool imports() const { return line.has("import"); }
  [[nodiscard]] bool verbose() const { return !line.has("quiet") && !line.has("url") && !format; }
};

const CommandSyntax& task_syntax();

// Fails with what is wrong with an option's value. Sends nothing.
Result<TaskOrder> check_task_options(Context& context, CommandLine line);

}  // namespace pscheduler::cli
