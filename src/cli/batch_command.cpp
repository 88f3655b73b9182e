#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/batch/follower.hpp"
#include "cli/batch/local_jq.hpp"
#include "cli/batch/order.hpp"
#include "cli/batch/output_file.hpp"
#include "cli/batch/report.hpp"
#include "cli/commands.hpp"
#include "cli/event_loop.hpp"
#include "cli/files.hpp"
#include "cli/servers.hpp"
#include "cli/task_submission.hpp"
#include "cli_embedded.hpp"
#include "pscheduler/batch/batch.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::cli {
namespace {

constexpr int kStatusOfSignals = 128;  // as shells tell the signal that ended a command

// Results of large batches are read again to resume them.
constexpr std::size_t kPartialBytesMax = std::size_t{1} << 30;

// What is to be run, and what of it was done already.
struct Input {
  batch::Document document;
  batch::Resumption resumption;
};

batch::Problems problem(std::string message) {
  return {{"", std::move(message), std::nullopt}};
}

int fail_batch(Context& context, const BatchOrder& order, const std::string& message) {
  if (order.format != BatchFormat::events) return fail_with(context, message);
  context.out << json::to_plain({{"error", message}}) << "\n";
  return kExitFailure;
}

int fail_batch(Context& context, const BatchOrder& order, const batch::Problems& problems) {
  return fail_batch(context, order, batch::to_text(problems, order.source));
}

batch::Checked<Input> read_document(Context& context, const BatchOrder& order) {
  const auto text = read_input(context, order.path, order.resumes() ? kPartialBytesMax : kInputBytesMax);
  if (!text) return tl::unexpected(problem(text.error().message));
  // What programs hand over has no comments, and nobody has seen its lines.
  const bool is_data = order.format == BatchFormat::events;
  auto source = batch::read_json(*text, is_data ? json::Comments::keep : json::Comments::drop);
  if (!source) return tl::unexpected(std::move(source.error()));
  Input input;
  if (order.resumes()) {
    auto resumption = batch::resume(*source);
    if (!resumption) return tl::unexpected(std::move(resumption.error()));
    input.resumption = std::move(*resumption);
  }
  auto document = batch::check(std::move(*source), is_data ? batch::Places() : batch::Places(*text));
  if (!document) return tl::unexpected(std::move(document.error()));
  input.document = std::move(*document);
  return input;
}

Result<batch::Settings> settings_for(Context& context, const BatchOrder& order) {
  const auto local = local_host(context);
  if (!local) return fail(local.error());
  const auto assist = find_assist(context, order.line);
  if (!assist) return fail(assist.error());
  batch::Settings settings;
  settings.local_host = *local;
  settings.assist = assist->host;
  settings.assist_bind = assist->bind;
  settings.bind = order.line.value("bind");
  settings.lead = order.line.value("lead");
  settings.key = order.key;
  settings.parallel_max = order.parallel_max;
  settings.dry_run = order.line.has("dry");
  if (settings.lead) {
    const auto root = api_url(*settings.lead);
    if (!root) return fail(Errc::invalid_argument, "--lead: " + root.error().message);
  }
  for (const auto& bind : {settings.bind, settings.assist_bind}) {
    if (bind) PSCHEDULER_TRY(context.loop.make_known(*bind));
  }
  return settings;
}

// The results where the user wants them. They are not lost when the file cannot be written in the end.
int deliver(Context& context, const BatchOrder& order, const std::string& text, int status) {
  const auto path = order.line.value("output");
  if (path) {
    const auto written = write_atomically(*path, text);
    if (written) return status;
    fail_with(context, written.error().message + "; the results are printed instead");
    status = kExitFailure;
  }
  context.out << text << std::flush;
  return status;
}

std::string result_text(const BatchOrder& order, const Json& output, bool streamed) {
  switch (order.format) {
    case BatchFormat::json:
      return json::to_plain(output) + "\n";
    case BatchFormat::jsonl:
      return streamed ? "" : as_json_lines(output);
    case BatchFormat::table:
      return as_table(output);
    case BatchFormat::events:
      return json::to_plain({{"result", output}}) + "\n";
  }
  return "";
}

ports::AsyncResult<void> run_batch(batch::Batch& batch, batch::Problems& problems) {
  auto running = batch.run();
  problems = co_await std::move(running);
  co_return Result<void>{};
}

ports::AsyncResult<void> withdraw(batch::Batch& batch) {
  auto withdrawing = batch.withdraw();
  co_await std::move(withdrawing);
  co_return Result<void>{};
}

int tell_interruption(Context& context, const BatchOrder& order, const batch::Batch& batch) {
  const auto canceled = batch.withdrawn();
  std::string text = "Interrupted; " + std::to_string(canceled) +
                     (canceled == 1 ? " task was canceled." : " tasks were canceled.");
  const auto path = order.line.value("output").value_or("FILE");
  text += " To go on: pscheduler batch --resume " + path;
  fail_with(context, text);
  return kStatusOfSignals + context.environment.interruption();
}

int run(Context& context, const BatchOrder& order, Input input, batch::Plan plan, LocalJq& jq) {
  auto settings = settings_for(context, order);
  if (!settings) return fail_batch(context, order, settings.error().message);
  const bool is_dry = settings->dry_run;
  const batch::Document document = input.document;
  const bool streams = order.format == BatchFormat::jsonl && !order.line.has("output");
  BatchFollower follower(context, order, document, streams);
  batch::World world{context.loop.executor(), context.loop.client(), context.loop.clock(), jq,
                     [](const std::string& host) { return api_url(host); }};
  batch::Batch batch(std::move(input.document), std::move(plan), std::move(*settings), std::move(world),
                     follower, std::move(input.resumption));
  if (order.keeps_parts()) context.environment.keep_interruptions();
  batch::Problems problems;
  const auto done = context.loop.run(run_batch(batch, problems), [&] {
    follower.look();
    return context.environment.interruption() == 0;
  });
  if (!done && done.error().code != Errc::cancelled) return fail_batch(context, order, done.error().message);
  if (!done) {
    follower.say("Interrupted: canceling what is under way");
    const auto withdrawn = context.loop.run(withdraw(batch), {});
    if (!withdrawn) return fail_batch(context, order, withdrawn.error().message);
  }
  const Json output = batch.output();
  follower.end();
  const bool whole = done && problems.empty();
  int status = kExitOk;
  if (!done) status = tell_interruption(context, order, batch);
  if (!problems.empty()) status = fail_batch(context, order, problems);
  if (!whole && !order.keeps_parts()) return status;
  if (whole && order.line.has("fail") && !is_dry && has_failures(output)) {
    status = fail_batch(context, order, "Not all iterations have succeeded");
  }
  return deliver(context, order, result_text(order, output, streams), status);
}

}  // namespace

int batch_command(Context& context, const Words& words) {
  auto line = read_command_line(context, batch_syntax(), words);
  if (!line) return line.error();
  if (line->has("template")) {
    context.out << embedded("starter.json");
    return kExitOk;
  }
  const auto order = check_batch_options(context, std::move(*line));
  if (!order) {
    if (order.error().status == kExitUsage) context.err << usage_line(batch_syntax()) << "\n";
    fail_with(context, "pscheduler batch: " + order.error().message);
    return order.error().status;
  }
  context.tells_progress = order->format != BatchFormat::events;
  if (const auto path = order->line.value("output")) {
    if (const auto writable = check_writable(*path); !writable) {
      return fail_batch(context, *order, "--output: " + writable.error().message);
    }
  }
  auto input = read_document(context, *order);
  if (!input) return fail_batch(context, *order, input.error());
  LocalJq jq(context.environment);
  if (order->line.has("check") && order->format == BatchFormat::events) {
    // The constructor of the library: what transforms do is found out when it is called.
    if (const auto problems = batch::check_conditions(input->document, jq); !problems.empty()) {
      return fail_batch(context, *order, problems);
    }
    const auto settings = settings_for(context, *order);
    return settings ? kExitOk : fail_batch(context, *order, settings.error().message);
  }
  auto plan = batch::prepare(input->document, jq);
  if (!plan) return fail_batch(context, *order, plan.error());
  if (order->line.has("check")) return kExitOk;
  return run(context, *order, std::move(*input), std::move(*plan), jq);
}

}  // namespace pscheduler::cli
