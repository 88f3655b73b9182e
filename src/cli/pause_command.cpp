// `pause` and `resume`: whether this host starts runs (spec cli.md, 14).

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/commands.hpp"
#include "cli/json_members.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr const char* kControl = "stat/control/pause";

Option dsn_option() {
  return {"dsn", 'd', Takes::text, "DSN", "Accepted for older scripts; does nothing."};
}

const CommandSyntax& pause_syntax() {
  static const CommandSyntax table{
      "pause",
      "[OPTIONS] [DURATION]",
      "Lets this host start no more runs, for some time or until pscheduler resume. Runs that would start "
      "meanwhile "
      "are missed; those in progress go on, and planning and archiving too.",
      {dsn_option(),
       {"query", 'q', Takes::nothing, "",
        "Only tell whether it is paused: exit status 0 when it is, 1 when it is not."},
       {"verbose", 'v', Takes::nothing, "", "Tell what was done also when no terminal is there."}},
      {{"Until further notice", "pscheduler pause"},
       {"For half an hour", "pscheduler pause PT30M"},
       {"In a script", "pscheduler pause --query && echo paused"}}};
  return table;
}

const CommandSyntax& resume_syntax() {
  static const CommandSyntax table{"resume",
                                   "[OPTIONS]",
                                   "Ends what pscheduler pause began: this host starts runs again.",
                                   {dsn_option()},
                                   {{"Go on", "pscheduler resume"}}};
  return table;
}

struct Control {
  std::string host;
  std::string url;
};

Result<Control> control(const Context& context) {
  const auto host = local_host(context);
  if (!host) return fail(host.error());
  const auto url = api_url(*host, kControl);
  if (!url) return fail(url.error());
  return Control{*host, *url};
}

int refused(Context& context, const Control& control, const Reply& reply) {
  if (!reply.reached || reply.status == 404)
    return fail_with(context, server_trouble(context, control.host, reply));
  return fail_with(context, control.host + ": " + refusal(reply));
}

int query(Context& context, const Control& control, bool tells) {
  const Reply reply = context.server.get(control.url, {}, {});
  if (reply.status != 200) return refused(context, control, reply);
  const auto state = json_of(reply);
  if (!state) return fail_with(context, control.host + ": " + state.error().message);
  const bool paused = flag_member(*state, "is_paused");
  if (tells) {
    const auto left = text_member(*state, "remaining");
    context.out << (!paused ? "Not paused"
                    : left  ? "Paused for another " + *left
                            : "Paused until resumed")
                << "\n";
  }
  return paused ? kExitOk : kExitFailure;
}

}  // namespace

int pause_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, pause_syntax(), words);
  if (!line) return line.error();
  if (line->words().size() > (line->has("query") ? 0u : 1u))
    return show_usage(context, pause_syntax(), line->words());
  Parameters parameters;
  if (!line->words().empty()) {
    const auto& word = line->words().front();
    const auto length = parse_duration(word);
    if (!length) return fail_with(context, length.error());
    if (*length <= Duration::zero())
      return fail_with(context, "A pause of " + word + " is none; name a longer one");
    parameters.emplace_back("duration", word);
  }
  const auto control = cli::control(context);
  if (!control) return fail_with(context, control.error());
  const bool tells = line->has("verbose") || context.environment.stdout_is_terminal();
  if (line->has("query")) return query(context, *control, tells);

  const Reply reply = context.server.put(control->url, parameters, {});
  if (!reply.ok()) return refused(context, *control, reply);
  if (tells) {
    context.out << (parameters.empty() ? std::string("Paused until resumed")
                                       : "Paused for " + parameters.front().second)
                << "\n";
  }
  return kExitOk;
}

int resume_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, resume_syntax(), words);
  if (!line) return line.error();
  if (!line->words().empty()) return show_usage(context, resume_syntax(), line->words());
  const auto control = cli::control(context);
  if (!control) return fail_with(context, control.error());
  const Reply reply = context.server.del(control->url, {}, {});
  return reply.ok() ? kExitOk : refused(context, *control, reply);
}

}  // namespace pscheduler::cli
