#include "cli/result_view.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/files.hpp"
#include "cli/json_members.hpp"
#include "cli/options.hpp"
#include "cli/run_report.hpp"
#include "cli/servers.hpp"
#include "cli/text_layout.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

std::vector<std::string> texts_of(const Json* list) {
  std::vector<std::string> texts;
  if (list == nullptr || !list->is_array()) return texts;
  for (const auto& item : *list) texts.push_back(item.is_string() ? item.get<std::string>() : item.dump());
  return texts;
}

// When, where and with what the run was made, and the test with its options.
Result<std::string> heading_text(Context& context, const Json& run, const ResultView& view) {
  const auto task_url = text_or(run, "task-href", "");
  const auto cli = fetch_json(context, task_url + "/cli", {}, view.call);
  if (!cli) return fail(cli.error());
  const auto task = fetch_json(context, task_url, {{"detail", "True"}}, view.call);
  if (!task) return fail(task.error());

  const std::size_t width = context.environment.text_width();
  const auto hosts = texts_of(member(run, "participants"));
  std::string text = wrap(text_or(run, "start-time", "?") + " on " + enumerate(hosts) + " with " +
                              text_or(*task, "tool", "an unknown tool") + ":",
                          width, 2);
  text += "\n\n";
  if (view.heading == Heading::run_of_task) text += text_or(run, "href", "") + "\n\n";
  return text + wrap(shell_quote(texts_of(&*cli)), width, 2) + "\n\n";
}

// The result as the server formats it, with one newline at its end.
Result<std::string> formatted_result(Context& context, const Json& run, const ResultView& view) {
  const auto url = text_member(run, "result-href");
  if (!url)
    return fail(Errc::invalid_argument, "The run has no result-href; its server does not speak this API");
  const Reply reply = context.server.get(*url, {{"format", std::string(mime_type(view.format))}}, view.call);
  if (!reply.ok()) return fail(Errc::unreachable, "Cannot get the result of the run: " + refusal(reply));
  return std::string(trim(reply.body)) + "\n";
}

// The result goes to the file if one was named, headings and diagnostics never do.
int deliver(Context& context, const std::string& result, const ResultView& view) {
  if (!view.output) {
    context.out << result << std::flush;
    return kExitOk;
  }
  const auto written = write_file(*view.output, result);
  return written ? kExitOk : fail_with(context, written.error());
}

int show_rendered(Context& context, const Json& run, const ResultView& view) {
  const auto result = formatted_result(context, run, view);
  if (result) return deliver(context, *result, view);
  if (const auto url = url_at_lead(run); !url.empty()) {
    return fail_with(context, "This server did not lead the run; its result is at " + url);
  }
  const bool expected = outcome_of(run) == RunOutcome::failed || outcome_of(run) == RunOutcome::succeeded;
  return fail_with(context, expected ? result.error().message : outcome_text(run));
}

// A run without a formatted result: what became of it takes the result's place.
int show_text(Context& context, const Json& run, const ResultView& view) {
  if (const Json* number = member(run, "participant"); number != nullptr && *number != 0) {
    const auto url = url_at_lead(run);
    context.out << "This server took part in the run but did not lead it; the lead has the result"
                << (url.empty() ? ".\n" : ":\n  pscheduler result " + url + "\n");
    return kExitOk;
  }
  if (view.heading != Heading::none) {
    const auto heading = heading_text(context, run, view);
    if (!heading) return fail_with(context, heading.error());
    context.out << *heading;
  }
  const RunOutcome outcome = outcome_of(run);
  int status = kExitOk;
  if (outcome == RunOutcome::succeeded) {
    const auto result = formatted_result(context, run, view);
    if (!result) return fail_with(context, result.error());
    status = deliver(context, *result, view);
  } else {
    context.out << outcome_text(run);
  }
  if (view.diagnostics || outcome == RunOutcome::failed) context.out << diagnostics_text(run);
  if (view.archivings && outcome == RunOutcome::succeeded) context.out << archivings_text(run);
  context.out.flush();
  return status;
}

}  // namespace

int show_run(Context& context, const Json& run, const ResultView& view) {
  switch (view.format) {
    case ResultFormat::text:
      return show_text(context, run, view);
    case ResultFormat::html:
    case ResultFormat::json:
      return show_rendered(context, run, view);
    case ResultFormat::none:
      return kExitOk;
  }
  return kExitOk;
}

}  // namespace pscheduler::cli
