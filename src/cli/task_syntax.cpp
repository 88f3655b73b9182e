#include "cli/task_order.hpp"

namespace pscheduler::cli {
namespace {

std::vector<Option> task_options() {
  return {
      {"archive", 0, Takes::text, "JSON",
       "Send results to this archiver, given as JSON or as @FILE; may be repeated."},
      {"keep-after-archive", 0, Takes::text, "DURATION",
       "Let the server forget runs this long after archiving."},
      {"context", 0, Takes::text, "JSON", "Context to run in, as JSON or @FILE."},
      {"key", 0, Takes::text, "KEY", "Key that allows to change the task later; @FILE reads it from a file."},
      {"reference", 0, Takes::text, "JSON", "JSON of yours to keep with the task, or @FILE."},
      {"tool", 0, Takes::text, "NAME", "Measure with this tool; may be repeated, in order of preference."},
      {"priority", 0, Takes::integer, "N", "Priority of the runs; the default is $PSCHEDULER_PRIORITY."},
      {"max-runs", 0, Takes::integer, "N", "Run at most N times; needs --repeat or --repeat-cron."},
      {"repeat", 0, Takes::text, "DURATION", "Run again at this interval, such as PT1H."},
      {"repeat-cron", 0, Takes::text, "CRON",
       "Run again at these times: minute, hour, day, month and weekday as in crontab, in the server's zone."},
      {"slip", 0, Takes::text, "DURATION",
       "How much later than asked a run may start; the default is $PSCHEDULER_SLIP or PT5M."},
      {"sliprand", 0, Takes::nothing, "", "Start at a random moment within the slip."},
      {"start", 0, Takes::text, "TIME",
       "Start no earlier than 2030-01-01T12:00:00Z, PT5M (from now) or @PT1H (the next full hour); the "
       "default is "
       "now."},
      {"until", 0, Takes::text, "TIME", "Do not start runs from this time on; takes what --start takes."},
      {"assist", 0, Takes::text, "HOST",
       "Server that reads the test's options; the default is $PSCHEDULER_ASSIST or this host."},
      {"assist-bind", 0, Takes::text, "ADDRESS",
       "Address to ask the assist from; default $PSCHEDULER_ASSIST_BIND."},
      {"bind", 0, Takes::text, "ADDRESS", "Address to make the other requests from."},
      {"lead-bind", 0, Takes::text, "ADDRESS", "Address the leading server talks to the others from."},
      {"export", 0, Takes::nothing, "", "Print the task as JSON instead of running it."},
      {"export-format", 0, Takes::text, "FORMAT", "task (the default), or batch for pscheduler batch."},
      {"format", 0, Takes::text, "FORMAT",
       "text, html, json or none, or the MIME type of one. Giving any shows the result alone."},
      {"import", 0, Takes::text, "FILE", "Begin with this task document; - reads standard input."},
      {"output", 0, Takes::text, "FILE", "Write each result to this file; %n becomes the number of the run."},
      {"full", 0, Takes::nothing, "", "Show diagnostics and archivings too (text only)."},
      {"quiet", 0, Takes::nothing, "", "Show the result alone, without progress."},
      {"url", 0, Takes::nothing, "", "Print the task's URL and end, leaving the task to run."},
      {"debug", 0, Takes::nothing, "", "Tell on stderr and in the system log what is being done."},
      {"debug-pscheduler", 0, Takes::nothing, "",
       "Let the servers log in detail what they do for this task."}};
}

}  // namespace

const CommandSyntax& task_syntax() {
  static const CommandSyntax table{
      "task",
      "[OPTIONS] TEST [TEST-OPTIONS]",
      "Asks for a measurement, waits for it and shows the result. What can be measured is listed by "
      "pscheduler "
      "plugins tests; the options of a test are listed by pscheduler task TEST --help. Ending this command "
      "does not "
      "stop the task; pscheduler cancel does.",
      task_options(),
      {{"Measure the round trip to a host", "pscheduler task rtt --dest www.example.org"},
       {"Throughput between two other hosts",
        "pscheduler task throughput --source ps1.example.org --dest ps2.example.org"},
       {"Options of a test", "pscheduler task rtt --help"},
       {"Every hour for a day", "pscheduler task --repeat PT1H --max-runs 24 rtt --dest www.example.org"},
       {"At the full hours of the next day, up to ten minutes late if the host is busy",
        "pscheduler task --start @PT1H --repeat PT1H --until P1D --slip PT10M rtt --dest www.example.org"},
       {"On workdays at six", "pscheduler task --repeat-cron '0 6 * * 1-5' rtt --dest www.example.org"},
       {"Leave it to the server and look later", "pscheduler task --url rtt --dest www.example.org"},
       {"The result alone, for a program", "pscheduler task --format json rtt --dest www.example.org"},
       {"Keep a task as a file, and run it with changes",
        "pscheduler task --export rtt --dest www.example.org > task.json\n"
        "    pscheduler task --import task.json - --count 20"}}};
  return table;
}

}  // namespace pscheduler::cli
