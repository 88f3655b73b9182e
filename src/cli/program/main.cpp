// The command `pscheduler`.

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "cli/external_commands.hpp"
#include "cli/front_end.hpp"
#include "cli/options.hpp"
#include "cli/program/http_server_connection.hpp"
#include "cli/program/name_lookup.hpp"
#include "cli/program/signals.hpp"
#include "cli/program/system_environment.hpp"
#include "cli/program/system_event_loop.hpp"
#include "cli/terminal_output.hpp"
#include "pscheduler/adapters/http/client.hpp"
#include "pscheduler/adapters/system/cares_resolver.hpp"

int main(int argc, char** argv) {
  using namespace pscheduler;
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
    cli::TerminalOutput out(std::cout);
    cli::TerminalOutput err(std::cerr);
    cli::Context context{server,
                         environment,
                         isatty(STDOUT_FILENO) != 0 ? out : std::cout,
                         isatty(STDERR_FILENO) != 0 ? err : std::cerr,
                         std::cin,
                         event_loop};
    const int status = cli::front_end(context, cli::ExternalCommands::installed(), {argv + 1, argv + argc});
    std::cout.flush();
    if (!std::cout) return cli::fail_with(context, "The output could not be written");
    return status;
  } catch (const std::exception& problem) {
    std::cerr << "pscheduler: " << problem.what() << '\n';
    return cli::kExitFailure;
  }
}
