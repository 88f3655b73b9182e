#include "cli/front_end.hpp"

#include <algorithm>
#include <ostream>
#include <set>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/text_layout.hpp"

namespace pscheduler::cli {
namespace {

struct BuiltIn {
  const char* name;
  const char* summary;
  int (*run)(Context&, const Words&);  // null: the front end itself
};

constexpr BuiltIn kBuiltIns[] = {
    {"task", "Ask for a measurement and see its result", task_command},
    {"watch", "Follow a task and see its results as they come", watch_command},
    {"result", "Show the results of a run or a task", result_command},
    {"cancel", "Stop a task", cancel_command},
    {"batch", "Run a series of measurements from one file", batch_command},
    {"explain", "Tell the story of a run or a task", explain_command},
    {"schedule", "Show what a host runs and when, or would", schedule_command},
    {"plot-schedule", "Draw the schedule of a host", plot_schedule_command},
    {"monitor", "Follow the schedule of a host on the screen", monitor_command},
    {"troubleshoot", "Find out why hosts cannot measure, alone or together", troubleshoot_command},
    {"ping", "See whether pScheduler runs on hosts", ping_command},
    {"clock", "Show and compare the clocks of hosts", clock_command},
    {"plugins", "List the tests, tools, archivers and contexts of a host", plugins_command},
    {"metrics", "Show the counters of a host, for Prometheus too", metrics_command},
    {"archiving", "Show where results go, what waits and what was given up", archiving_command},
    {"archiving-summary", "Show how often results reached their archives", archiving_summary_command},
    {"pause", "Start no more runs on this host for a while", pause_command},
    {"resume", "Start runs on this host again", resume_command},
    {"debug", "Let this host's server log in detail", debug_command},
    {"validate-configurables", "Check a file of configurables", validate_configurables_command},
    {"version", "Show the version of this installation", version_command},
    {"help", "Show this text, or the help of a command", nullptr},
};

constexpr std::size_t kPageWidth = 72;
constexpr std::size_t kPageColumns = 4;
constexpr std::size_t kPageMargin = 4;
constexpr std::size_t kNameColumns = 24;
constexpr const char* kHidden = "internal";  // a dispatcher of its own, not for users

const BuiltIn* built_in(const std::string& name) {
  const auto* found = std::find_if(std::begin(kBuiltIns), std::end(kBuiltIns),
                                   [&](const BuiltIn& command) { return name == command.name; });
  return found == std::end(kBuiltIns) ? nullptr : found;
}

// Shell completion takes every word after the line that begins with "Commands" for a command, so the lesson
// comes before it.
std::string help_text(const ExternalCommands& external) {
  std::string text =
      "Usage: pscheduler COMMAND [ARGUMENTS]\n\n"
      "Asks pScheduler servers for network measurements and shows the results.\n\n";
  for (const auto& command : kBuiltIns) {
    text += "    " + pad(command.name, kNameColumns) + command.summary + "\n";
  }
  text +=
      "\nExamples:\n\n"
      "  Measure the round trip to a host:\n"
      "    pscheduler task rtt --dest www.example.org\n\n"
      "  See what else can be measured:\n"
      "    pscheduler plugins tests\n\n"
      "  Read all about a command, and about a test:\n"
      "    pscheduler help task\n"
      "    pscheduler task rtt --help\n\n"
      "Commands installed here:\n\n";
  std::set<std::string> names;
  for (const auto& command : kBuiltIns) names.insert(command.name);
  for (auto& name : external.names()) names.insert(std::move(name));
  names.erase(kHidden);
  return text + in_columns({names.begin(), names.end()}, kPageColumns, kPageWidth, kPageMargin) + "\n";
}

int unknown(Context& context, const std::string& name) {
  return fail_with(context, "Unknown command \"" + name + "\"; pscheduler --help lists the commands");
}

int run(Context& context, const ExternalCommands& external, const std::string& name, const Words& words) {
  if (const auto* command = built_in(name); command != nullptr) return command->run(context, words);
  if (const auto program = external.find(name)) return fail_with(context, become(*program, words));
  return unknown(context, name);
}

int help(Context& context, const ExternalCommands& external, const Words& words) {
  const bool about_a_command = !words.empty() && words.front() != "help" && !words.front().starts_with("-");
  if (about_a_command) return run(context, external, words.front(), {"--help"});
  context.out << help_text(external);
  return kExitOk;
}

}  // namespace

int front_end(Context& context, const ExternalCommands& external, const Words& words) {
  if (words.empty()) {
    context.err << help_text(external);
    return kExitFailure;
  }
  const std::string& name = words.front();
  const Words rest(words.begin() + 1, words.end());
  if (name == "--help" || name == "-h" || name == "help") return help(context, external, rest);
  if (name.starts_with("--")) {
    return fail_with(context, "Unknown option " + name + "; see pscheduler --help");
  }
  return run(context, external, name, rest);
}

}  // namespace pscheduler::cli
