#include "plugin_sdk/acting_methods.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/plugin_sdk/records.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::sdk {
namespace {

int print_error(const Error& error) {
  return print_outcome({1, nullptr, {}, error.message});
}

Result<Json> read_stdin() {
  const auto text = read_all(STDIN_FILENO);
  if (!text) return fail(text.error());
  return json::read(*text, {.bytes_max = kRecordBytesMax});
}

int run_tool(const ToolPlugin& tool) {
  const auto document = read_stdin();
  if (!document) return print_error(document.error());
  const auto input = parse_run_input(*document);
  if (!input) return print_error(input.error());
  if (tool.run_streaming != nullptr) {
    const auto done = tool.run_streaming(*input, RecordWriter(STDOUT_FILENO));
    return done ? 0 : print_error(done.error());
  }
  auto result = tool.run(*input);
  if (!result) return print_error(result.error());
  return print_outcome({0, std::make_shared<const Json>(std::move(*result)), {}, {}});
}

Json archive_reply(const ArchiverPlugin& archiver, const std::string& text) {
  const auto record = json::read(text, {.bytes_max = kRecordBytesMax});
  if (!record) return {{"succeeded", false}, {"error", "The record is not JSON: " + record.error().message}};
  const auto reply = archiver.archive(*record);
  Json answer = {{"succeeded", reply.succeeded}};
  if (!reply.error.empty()) answer["error"] = reply.error;
  if (reply.retry && !reply.succeeded) answer["retry"] = format_duration(*reply.retry);
  return answer;
}

int archive(const ArchiverPlugin& archiver) {
  RecordReader records(STDIN_FILENO);
  const RecordWriter replies(STDOUT_FILENO);
  for (;;) {
    const auto record = records.next();
    if (!record) return print_error(record.error());
    if (!*record) return 0;
    if (const auto written = replies.write(archive_reply(archiver, **record)); !written)
      return print_error(written.error());
  }
}

// Only returns when that was not possible.
int become(const std::vector<std::string>& command) {
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(words.front(), words.data());
  return print_outcome(
      {1, nullptr, {}, fmt::format("Could not execute {}: {}.", command.front(), std::strerror(errno))});
}

int change(const ContextPlugin& context) {
  const auto document = read_stdin();
  if (!document) return print_error(document.error());
  auto program = json::find_string(*document, "exec");
  if (!program) return print_outcome({1, nullptr, {}, "The input has no \"exec\", the program to become."});
  const Json* const data = json::find(*document, "data");
  auto command = context.change(data == nullptr ? Json::object() : *data);
  if (!command) return print_error(command.error());
  command->push_back(std::move(*program));
  // stdin has been read to its end; the program gets an empty one.
  const int null = open("/dev/null", O_RDONLY);
  if (null >= 0) dup2(null, STDIN_FILENO);
  std::signal(SIGPIPE, SIG_DFL);  // ignored here, and inherited by what follows
  return become(*command);
}

template <class PluginType>
const PluginType* find(std::span<const PluginType* const> plugins, const Call& call) {
  const auto found =
      std::ranges::find(plugins, call.plugin, [](const PluginType* plugin) { return plugin->identity.name; });
  return found == plugins.end() ? nullptr : *found;
}

}  // namespace

std::optional<int> act(const Catalogue& catalogue, const Call& call) {
  if (call.plugin_class == "tool" && call.method == "run") {
    const auto* tool = find(catalogue.tools, call);
    if (tool != nullptr && (tool->run != nullptr || tool->run_streaming != nullptr)) return run_tool(*tool);
  }
  if (call.plugin_class == "archiver" && call.method == "archive") {
    const auto* archiver = find(catalogue.archivers, call);
    if (archiver != nullptr && archiver->archive != nullptr) return archive(*archiver);
  }
  if (call.plugin_class == "context" && call.method == "change") {
    if (const auto* context = find(catalogue.contexts, call)) return change(*context);
  }
  return std::nullopt;
}

int print_outcome(const Outcome& outcome) {
  if (outcome.status == 0) {
    std::string text = outcome.document ? json::to_compact(*outcome.document) : outcome.text;
    text += '\n';
    if (const auto written = write_all(STDOUT_FILENO, text); !written) return 1;
  }
  if (!outcome.errors.empty()) {
    const bool ended = outcome.errors.back() == '\n';
    [[maybe_unused]] const auto written =
        write_all(STDERR_FILENO, ended ? outcome.errors : outcome.errors + "\n");
  }
  return outcome.status;
}

}  // namespace pscheduler::sdk
