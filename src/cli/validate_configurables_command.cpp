#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/options.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/schema.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::cli {
namespace {

constexpr const char* kUsualFile = "/etc/pscheduler/configurables.conf";

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "validate-configurables",
      "[OPTIONS] [FILE|-]",
      "Checks a file of configurables: an object with any of keep-runs-tasks and run-straggle, which are "
      "durations, "
      "and schema 1. Without one it checks /etc/pscheduler/configurables.conf, which need not exist.",
      {{"dump", 0, Takes::nothing, "", "Print what was read as JSON; null when there is no file."},
       {"quiet", 0, Takes::nothing, "", "Print nothing when all is well."}},
      {{"Check what is installed", "pscheduler validate-configurables"},
       {"Check before installing", "pscheduler validate-configurables my-configurables.conf"}}};
  return table;
}

Json schema_document() {
  const Json duration = {{"$ref", "#/pScheduler/Duration"}};
  return {{"type", "object"},
          {"properties",
           {{"schema", {{"type", "integer"}, {"enum", {1}}}},
            {"keep-runs-tasks", duration},
            {"run-straggle", duration}}},
          {"additionalProperties", false}};
}

// Null when the file that may be absent is.
Result<Json> checked(Context& context, const CommandLine& line) {
  const bool usual = line.words().empty();
  const std::string path = usual ? kUsualFile : line.words().front();
  std::error_code ignored;
  if (usual && !std::filesystem::exists(path, ignored)) return Json();
  const auto text = read_input(context, path);
  if (!text) return fail(text.error());
  auto document = json::read(*text);
  if (!document) return fail(Errc::invalid_argument, path + " is no JSON: " + document.error().message);
  const auto schema = json::Schema::compile(schema_document());
  if (!schema) return fail(schema.error());
  if (const auto violation = schema->check(*document)) {
    return fail(Errc::invalid_argument, path + " is not valid: " + json::to_text(*violation));
  }
  return document;
}

}  // namespace

int validate_configurables_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() > 1) return show_usage(context, syntax(), line->words());
  const auto document = checked(context, *line);
  if (!document) return fail_with(context, document.error());
  if (line->has("dump")) {
    context.out << json::to_compact(*document) << "\n";
  } else if (context.environment.stdout_is_terminal() && !line->has("quiet")) {
    context.out << (document->is_null() ? "There is no file of configurables, which is fine.\n"
                                        : "Configurables are valid.\n");
  }
  return kExitOk;
}

}  // namespace pscheduler::cli
