#include "cli/task_submission.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/files.hpp"
#include "cli/json_members.hpp"
#include "cli/servers.hpp"
#include "cli/task_document.hpp"
#include "cli/text_layout.hpp"
#include "cli/waiting.hpp"
#include "pscheduler/addr/percent.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::cli {
namespace {

using std::chrono::seconds;

constexpr seconds kAssistProbeLimit{5};
constexpr seconds kConversionLimit{10};
constexpr seconds kLeadProbeLimit{3};

std::optional<std::string> set_variable(const Context& context, const char* name) {
  auto value = context.environment.variable(name);
  return value && !value->empty() ? value : std::nullopt;
}

bool asks_for_help(const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [](const auto& word) { return word == "--help" || word == "-h"; });
}

CallOptions options_for(const std::optional<std::string>& bind, Duration limit = kCallLimit) {
  CallOptions options;
  options.time_limit = limit;
  options.bind = bind;
  return options;
}

// What the reply to a conversion says when it is no spec.
Error conversion_error(const Context& context, const std::string& host, const std::string& type,
                       const Reply& reply) {
  if (!reply.reached || reply.status == 400) {
    return {Errc::invalid_argument, host + ": " + std::string(trim(reply.body)), {}};
  }
  if (reply.status == 404) {
    return {Errc::not_found,
            "Test \"" + type + "\" is unknown on " + host + "; pscheduler plugins tests lists what it has",
            {}};
  }
  if (reply.status == 500) {
    return {
        Errc::internal, host + " could not read the options of test \"" + type + "\"; its log says why", {}};
  }
  return {Errc::internal, server_trouble(context, host, reply), {}};
}

// The words of a server that misses a member of the spec, with the option that gives it: options of a test
// are named after the members.
std::string with_missing_option(const std::string& words) {
  constexpr std::string_view kBefore = "At /: the member '";
  constexpr std::string_view kAfter = "' is missing";
  const auto start = words.find(kBefore);
  if (start == std::string::npos) return words;
  const auto name = start + kBefore.size();
  const auto end = words.find(kAfter, name);
  if (end == std::string::npos) return words;
  auto text = words;
  return text.insert(end + kAfter.size(), " (option --" + words.substr(name, end - name) + ")");
}

// Whether the answer says all there is to say: what is wrong with the task, or why nobody can do it. Hosts
// of 5.2 say 500 when they cannot reach another one.
bool is_about_the_task(const Reply& reply) {
  if (reply.status < 400 || reply.status >= 500) return false;
  const auto says = [&](std::string_view words) { return reply.body.find(words) != std::string::npos; };
  return !says(" cannot be reached") && !says(" did not answer") && !says(" gave no usable answer");
}

// What shows which of two hosts is at fault; of more, the first other will do for a start.
std::string troubleshooting(const Lead& lead) {
  return "pscheduler troubleshoot --host " + lead.host +
         (lead.others.empty() ? "" : " " + lead.others.front());
}

}  // namespace

Result<Assist> find_assist(Context& context, const CommandLine& line) {
  const auto local = local_host(context);
  if (!local) return fail(local.error());
  Assist assist;
  const auto usual = set_variable(context, "PSCHEDULER_ASSIST");
  assist.host = line.value("assist").value_or(usual.value_or(*local));
  assist.is_local = assist.host == *local;
  assist.bind = line.value("assist-bind");
  if (!assist.bind) assist.bind = set_variable(context, "PSCHEDULER_ASSIST_BIND");

  const auto url = api_url(assist.host);
  if (!url) return fail(Errc::invalid_argument, "--assist: " + url.error().message);
  context.environment.debug("Assistance is from " + assist.host);
  const Reply reply = get_patiently(context, *url, {}, options_for(assist.bind, kAssistProbeLimit),
                                    "Waiting for " + assist.host);
  if (reply.status != 200) return fail(Errc::unreachable, server_trouble(context, assist.host, reply));
  return assist;
}

Result<std::optional<std::string>> convert_options(Context& context, const Assist& assist,
                                                   const Words& options, Json& task) {
  Json words = Json::array();
  for (const auto& option : options) {
    auto word = expand_at(context, option);
    if (!word) return fail(word.error());
    words.push_back(std::move(*word));
  }
  const auto type = text_or(task.at("test"), "type", "");
  const auto url = api_url(assist.host, "tests/" + percent_encode(type) + "/spec");
  if (!url) return fail(url.error());
  const Reply reply = get_patiently(context, *url, {{"args", json::to_compact(words)}},
                                    options_for(assist.bind, kConversionLimit),
                                    "Waiting for " + assist.host + " to read the options of the test");
  if (reply.reached && reply.status == 400 && asks_for_help(options)) {
    return std::optional<std::string>("Options of the test " + type + ":\n\n" +
                                      std::string(trim_end(reply.body)) + "\n");
  }
  if (reply.status != 200) return fail(conversion_error(context, assist.host, type, reply));
  const auto spec = json_of(reply);
  if (!spec) return fail(Errc::invalid_argument, assist.host + ": " + spec.error().message);
  if (!spec->is_object())
    return fail(Errc::invalid_argument, assist.host + ": the test's spec is no JSON object");
  merge_spec(task, *spec);
  return std::optional<std::string>{};
}

Result<Lead> find_lead(Context& context, const Assist& assist, const Json& task) {
  const Json& test = task.at("test");
  const auto type = text_or(test, "type", "");
  const auto url = api_url(assist.host, "tests/" + percent_encode(type) + "/participants");
  if (!url) return fail(url.error());
  Parameters query{{"spec", json::to_compact(test.at("spec"))}};
  if (const auto bind = text_member(task, "lead-bind")) query.emplace_back("lead-bind", *bind);
  const Reply reply = get_patiently(context, *url, query, options_for(assist.bind),
                                    "Waiting for " + assist.host + " to name the participants");
  Lead lead;
  std::string reason;
  if (reply.status == 200) {
    const auto answer = json_of(reply);
    if (!answer) return fail(Errc::invalid_argument, assist.host + ": " + answer.error().message);
    const Json* participants = json::find_array(*answer, "participants");
    if (participants == nullptr || participants->empty()) {
      return fail(Errc::invalid_argument, assist.host + " names no participants for test \"" + type + "\"");
    }
    auto hosts = words_of(participants);
    if (participants->front().is_string()) lead.host = hosts.front();
    lead.others.assign(hosts.begin() + 1, hosts.end());
    reason = text_or(*answer, "null-reason", text_or(*answer, "reason", ""));
  } else if (reply.status != 404) {
    return fail(Errc::invalid_argument, assist.host + ": " + with_missing_option(refusal(reply)));
  }
  if (lead.host.empty()) {
    if (!assist.is_local) {
      return fail(Errc::invalid_argument,
                  "Which host is to lead cannot be told by " + assist.host +
                      (reason.empty() ? "" : " (" + reason + ")") +
                      "; name it with the test's --source, --source-node, --host or --host-node option");
    }
    lead.host = assist.host;
  }
  PSCHEDULER_TRY(check_alive(context, lead.host, options_for(std::nullopt, kLeadProbeLimit)));
  return lead;
}

Result<std::string> post_task(Context& context, const Lead& lead, const Json& task, const CallOptions& call) {
  const auto url = api_url(lead.host, "tasks");
  if (!url) return fail(url.error());
  Waiting waiting(context, [&](Duration waited) {
    const bool alone = lead.others.empty();
    return with_seconds(
        "Waiting for " + lead.host +
            (alone ? " to take the task" : " to settle the task with " + enumerate(lead.others)),
        waited);
  });
  const Reply reply = context.server.post(*url, json::to_compact(task), waiting.during(call));
  if (!reply.reached) return fail(Errc::unreachable, server_trouble(context, lead.host, reply));
  if (reply.status != 200) {
    return fail(
        Errc::invalid_argument,
        lead.host + " refused the task: " + refusal(reply) +
            (is_about_the_task(reply) ? "" : "\nSee whether all is well there: " + troubleshooting(lead)));
  }
  const auto answer = json_of(reply);
  if (!answer || !answer->is_string()) {
    return fail(Errc::invalid_argument, lead.host + " took the task but did not answer with its URL");
  }
  return answer->get<std::string>();
}

}  // namespace pscheduler::cli
