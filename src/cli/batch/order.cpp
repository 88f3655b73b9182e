#include "cli/batch/order.hpp"

#include "cli/files.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

std::vector<Option> batch_options() {
  return {
      {"template", 0, Takes::nothing, "", "Print a batch to begin with, with comments, and end."},
      {"check", 0, Takes::nothing, "", "Only tell whether the batch is well: every problem, with its place."},
      {"dry", 0, Takes::nothing, "", "Prepare everything, but measure nothing: each result is empty."},
      {"format", 0, Takes::text, "FORMAT",
       "json (the default: the batch with its results), jsonl (a line for each iteration as it ends) or "
       "table."},
      {"output", 0, Takes::text, "FILE",
       "Write the results to this file, which appears when it is complete."},
      {"partial", 0, Takes::nothing, "",
       "When interrupted, cancel what is under way and write what is there, for --resume; exit status 130."},
      {"resume", 0, Takes::text, "FILE",
       "Go on with the batch whose partial results these are; no iteration is run twice."},
      {"fail", 0, Takes::nothing, "", "End with exit status 1 if any iteration failed."},
      {"progress", 0, Takes::nothing, "",
       "Tell on stderr what happens, line by line, also without a terminal."},
      {"max-parallel", 0, Takes::integer, "N", "Have at most N iterations of a job under way at a time."},
      {"key", 0, Takes::text, "KEY",
       "Key that allows to change the tasks later, for those without one; @FILE reads it from a file."},
      {"assist", 0, Takes::text, "HOST",
       "Server that names the participants; the default is $PSCHEDULER_ASSIST or this host."},
      {"assist-bind", 0, Takes::text, "ADDRESS",
       "Address to ask the assist from; default $PSCHEDULER_ASSIST_BIND."},
      {"lead", 0, Takes::text, "HOST",
       "Server to lead tests that do not say where they are to run; the default is this host."},
      {"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the other requests from."},
      {"debug", 0, Takes::nothing, "", "Tell on stderr all that is being done."},
      {"events", 0, Takes::nothing, "",
       "For programs: everything as JSON lines on stdout, with debug, error or result."}};
}

std::optional<BatchFormat> parse_format(const std::string& word) {
  if (word == "json") return BatchFormat::json;
  if (word == "jsonl") return BatchFormat::jsonl;
  if (word == "table") return BatchFormat::table;
  return std::nullopt;
}

tl::unexpected<OrderRefused> refused(std::string message, int status = kExitFailure) {
  return tl::unexpected(OrderRefused{status, std::move(message)});
}

}  // namespace

const CommandSyntax& batch_syntax() {
  static const CommandSyntax table = [] {
    CommandSyntax syntax;
    syntax.name = "batch";
    syntax.synopsis = "[OPTIONS] [FILE]";
    syntax.purpose =
        "Runs the jobs of a JSON file (or of standard input) one after the other, each a task that is run "
        "once or "
        "more often, one by one or at once, with changes made by jq, and prints the file with the results in "
        "it. "
        "The exit status is 0 when the batch was run to its end, whatever its measurements gave; see --fail.";
    syntax.options = batch_options();
    syntax.options_anywhere = true;
    syntax.examples = {
        {"Begin with an example, and see what it would run",
         "pscheduler batch --template > batch.json\n    pscheduler batch --dry --debug batch.json"},
        {"Make a job of a measurement",
         "pscheduler task --export --export-format batch rtt --dest www.example.org > batch.json"},
        {"Run it, with the results in a file", "pscheduler batch --output results.json batch.json"},
        {"See how it went", "pscheduler batch --format table batch.json"},
        {"In case that it has to be interrupted, and going on after that",
         "pscheduler batch --partial --output results.json batch.json\n"
         "    pscheduler batch --resume results.json --output results.json"}};
    return syntax;
  }();
  return table;
}

tl::expected<BatchOrder, OrderRefused> check_batch_options(Context& context, CommandLine line) {
  BatchOrder order;
  if (line.words().size() > 1) {
    return refused("error: one FILE can be given, not " + std::to_string(line.words().size()), kExitUsage);
  }
  if (line.has("resume") && !line.words().empty()) {
    return refused("--resume FILE holds the batch itself; leave out \"" + excerpt(line.words().front()) +
                   "\"");
  }
  order.path = line.words().empty() ? line.value("resume").value_or("-") : line.words().front();
  order.source = order.path == "-" ? "stdin" : order.path;
  if (const auto word = line.value("format")) {
    const auto format = parse_format(*word);
    if (!format) return refused("--format is json, jsonl or table, not \"" + excerpt(*word) + "\"");
    order.format = *format;
  }
  if (line.has("events")) {
    order.format = BatchFormat::events;
    order.source = "batch";
  }
  const bool partial = line.has("partial") || line.has("resume");
  if (partial && order.format != BatchFormat::json) {
    return refused("--partial and --resume are about a JSON file; leave out --format and --events");
  }
  if (const auto most = line.integer("max-parallel")) {
    if (*most < 1) return refused("--max-parallel is at least 1, not " + std::to_string(*most));
    order.parallel_max = static_cast<std::size_t>(*most);
  }
  if (const auto word = line.value("key")) {
    auto key = expand_at(context, *word);
    if (!key) return refused("--key: " + key.error().message);
    order.key = std::move(*key);
  }
  order.line = std::move(line);
  return order;
}

}  // namespace pscheduler::cli
