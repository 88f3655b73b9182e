// `archiving`: where results go, what waits and why, and what was given up (docs/api.md).

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/archiving/listing.hpp"
#include "cli/commands.hpp"
#include "cli/json_members.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"
#include "pscheduler/addr/url.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::cli {
namespace {

constexpr const char* kDestinations = "stat/archiving/destinations";
constexpr const char* kFailed = "stat/archiving/failed";

// What was given up that is listed at once; the newest of it.
constexpr long kFailuresShown = 100;

const CommandSyntax& syntax() {
  static const CommandSyntax table = [] {
    CommandSyntax syntax;
    syntax.name = "archiving";
    syntax.synopsis = "[OPTIONS] [DESTINATION|RUN-URL|all]";
    syntax.purpose =
        "Shows where the results of a server go: for each destination what waits and since when, when it "
        "took a result last, and what was wrong last, in the words of its archiver. A destination is an "
        "archiver with its data; it is named by its id or the beginning of that, by its label, or by its "
        "archiver.";
    syntax.options = {
        {"host", 0, Takes::text, "HOST", "Server to ask; the default is this host."},
        {"format", 0, Takes::text, "FORMAT", "text (the default) or json."},
        {"failed", 'f', Takes::nothing, "",
         "List what was given up, newest first, with the reason: all, or that of a destination or a run."},
        {"retry", 'r', Takes::nothing, "",
         "Offer again what was given up: all, or that of a destination or a run. On the server's own host "
         "only."}};
    syntax.examples = {{"Does everything arrive?", "pscheduler archiving"},
                       {"What did not reach the archive labelled central, and why?",
                        "pscheduler archiving --failed central"},
                       {"It is back: send it what it has missed", "pscheduler archiving --retry central"}};
    syntax.options_anywhere = true;
    return syntax;
  }();
  return table;
}

struct Order {
  std::string host;
  bool json = false;
  bool failed = false;
  bool retry = false;
  std::string what;  // empty: all
};

Result<Order> order_of(const Context& context, const CommandLine& line) {
  Order order;
  order.failed = line.has("failed");
  order.retry = line.has("retry");
  if (order.failed && order.retry) {
    return fail(Errc::invalid_argument, "--failed lists and --retry offers again; use one of them");
  }
  const auto format = line.value("format").value_or("text");
  if (format != "text" && format != "json") {
    return fail(Errc::invalid_argument,
                "--format \"" + excerpt(format) + "\" is not known; use text or json");
  }
  order.json = format == "json";
  if (!line.words().empty() && line.words().front() != "all") order.what = line.words().front();
  auto host = line.has("host") ? Result<std::string>(*line.value("host")) : local_host(context);
  if (!host) return fail(std::move(host.error()));
  order.host = std::move(*host);
  return order;
}

// What is asked of servers that do not know it is answered with 404.
Error trouble(const Context& context, const std::string& host, const Reply& reply) {
  if (reply.status == 404 && reply.reached) {
    return {Errc::not_found,
            host + " does not tell where its results go; pschedulerd does, pScheduler 5.2 does not.",
            {}};
  }
  if (!reply.reached) return {Errc::unreachable, server_trouble(context, host, reply), {}};
  return {Errc::not_possible, host + ": " + refusal(reply), {}};
}

Result<Json> list_of(Context& context, const std::string& host, const char* path,
                     const Parameters& parameters) {
  const auto url = api_url(host, path);
  if (!url) return fail(url.error());
  const Reply reply = context.server.get(*url, parameters, {});
  if (reply.status != 200) return fail(trouble(context, host, reply));
  auto list = json_of(reply);
  if (!list) return fail(list.error().code, host + ": " + list.error().message);
  if (!list->is_array()) return fail(Errc::not_possible, host + " answered with something that is no list");
  return list;
}

// The arguments that say what is meant.
Result<Parameters> selection(Context& context, const Order& order) {
  if (order.what.empty()) return Parameters{};
  if (order.what.find("://") != std::string::npos) {
    const auto url = TaskUrl::parse(order.what);
    if (!url || !url->run) {
      return fail(Errc::invalid_argument, "\"" + excerpt(order.what) + "\" is not the URL of a run");
    }
    return Parameters{{"run", url->run->to_string()}};
  }
  const auto destinations = list_of(context, order.host, kDestinations, {});
  if (!destinations) return fail(destinations.error());
  auto id = destination_id(*destinations, order.what);
  if (!id) return fail(std::move(id.error()));
  return Parameters{{"destination", std::move(*id)}};
}

int show_destinations(Context& context, const Order& order) {
  auto destinations = list_of(context, order.host, kDestinations, {});
  if (!destinations) return fail_with(context, destinations.error());
  if (!order.what.empty()) {
    const auto id = destination_id(*destinations, order.what);
    if (!id) return fail_with(context, id.error());
    std::erase_if(destinations->get_ref<Json::array_t&>(),
                  [&](const Json& each) { return text_member(each, "id") != *id; });
  }
  if (order.json) {
    context.out << json::to_plain(*destinations) << "\n";
    return kExitOk;
  }
  if (destinations->empty()) {
    context.out << "No results have gone from " << order.host
                << " to archives yet: none of its tasks asks for that.\n";
    return kExitOk;
  }
  context.out << destinations_text(*destinations, context.environment.now(),
                                   context.environment.text_width());
  std::int64_t given_up = 0;
  for (const auto& each : *destinations) given_up += json::find_integer(each, "given-up").value_or(0);
  if (given_up > 0) {
    context.out << "\nGiven up: pscheduler archiving --failed tells why, --retry offers it again.\n";
  }
  return kExitOk;
}

int show_failures(Context& context, const Order& order) {
  auto parameters = selection(context, order);
  if (!parameters) return fail_with(context, parameters.error());
  parameters->emplace_back("limit", std::to_string(kFailuresShown));
  const auto failures = list_of(context, order.host, kFailed, *parameters);
  if (!failures) return fail_with(context, failures.error());
  if (order.json) {
    context.out << json::to_plain(*failures) << "\n";
  } else if (failures->empty()) {
    context.out << "Nothing was given up" << (order.what.empty() ? "" : " there")
                << ", of the results that are still kept.\n";
  } else {
    context.out << failures_text(*failures, context.environment.text_width());
    if (failures->size() == kFailuresShown) context.out << "These are the newest; there may be more.\n";
  }
  return kExitOk;
}

int retry(Context& context, const Order& order) {
  auto parameters = selection(context, order);
  if (!parameters) return fail_with(context, parameters.error());
  if (parameters->empty()) parameters->emplace_back("all", "true");
  const auto url = api_url(order.host, kFailed);
  if (!url) return fail_with(context, url.error());
  const Reply reply = context.server.post(with_parameters(*url, *parameters), "", {});
  if (!reply.ok()) return fail_with(context, trouble(context, order.host, reply));
  const auto answer = json_of(reply);
  const auto offered = answer ? json::find_integer(*answer, "offered") : std::nullopt;
  if (!offered) return fail_with(context, order.host + " does not tell what it has offered again");
  if (order.json) {
    context.out << json::to_plain(*answer) << "\n";
  } else if (*offered == 0) {
    context.out << "Nothing is offered again, as nothing" << (order.what.empty() ? "" : " of that")
                << " was given up.\n";
  } else {
    context.out << *offered << (*offered == 1 ? " result is" : " results are") << " offered again.\n";
  }
  return kExitOk;
}

}  // namespace

int archiving_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() > 1) return show_usage(context, syntax(), line->words());
  const auto order = order_of(context, *line);
  if (!order) return fail_with(context, order.error());
  if (order->retry) return retry(context, *order);
  return order->failed ? show_failures(context, *order) : show_destinations(context, *order);
}

}  // namespace pscheduler::cli
