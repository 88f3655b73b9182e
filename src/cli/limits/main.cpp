// The commands validate-limits, limit-diags and limits, by the name under which it is called.

#include <boost/asio/io_context.hpp>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>

#include "cli/limits/commands.hpp"
#include "cli/options.hpp"
#include "cli/program/http_server_connection.hpp"
#include "cli/program/name_lookup.hpp"
#include "cli/program/signals.hpp"
#include "cli/program/system_environment.hpp"
#include "cli/program/system_event_loop.hpp"
#include "pscheduler/adapters/http/client.hpp"
#include "pscheduler/adapters/system/cares_resolver.hpp"

namespace {

using namespace pscheduler;

const char* const kLimitsUsage =
    "Usage: pscheduler limits explain [OPTIONS] TASK.json\n\n"
    "Tells whether a task is within limits, and which rule says so. See also:\n"
    "  pscheduler limits explain --help\n"
    "  pscheduler validate-limits --help\n"
    "  pscheduler limit-diags --help\n";

int run(cli::Context& context, const std::string& name, cli::Words words) {
  if (name == "validate-limits") return cli::limits_program::validate_command(context, words);
  if (name == "limit-diags") return cli::limits_program::diags_command(context, words);
  if (!words.empty() && words.front() == "explain") {
    words.erase(words.begin());
    return cli::limits_program::explain_command(context, words);
  }
  const bool is_help = !words.empty() && (words.front() == "--help" || words.front() == "-h");
  (is_help ? context.out : context.err) << kLimitsUsage;
  return is_help ? cli::kExitOk : cli::kExitUsage;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  cli::handle_signals();
  try {
    boost::asio::io_context loop(1);
    adapters::CaresResolver resolver(loop.get_executor());
    const auto client = adapters::BeastHttpClient::make(resolver);
    if (!client) throw std::runtime_error(client.error().message);
    cli::NameLookup names(loop, resolver);
    cli::HttpServerConnection server(loop, **client, names);
    cli::SystemEnvironment environment(names);
    cli::SystemEventLoop event_loop(loop, **client, names);
    cli::Context context{server, environment, std::cout, std::cerr, std::cin, event_loop};
    const auto name = std::filesystem::path(argv[0]).filename().string();
    const int status = run(context, name, {argv + 1, argv + argc});
    std::cout.flush();
    if (!std::cout) return cli::fail_with(context, "The output could not be written");
    return status;
  } catch (const std::exception& problem) {
    std::cerr << "pscheduler: " << problem.what() << '\n';
    return cli::kExitFailure;
  }
}
