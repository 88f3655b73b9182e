#pragma once
// What the two commands that decide on a task have in common: the rules, the hints and the time of the run.

#include <optional>
#include <string>

#include "cli/limits/desk.hpp"
#include "cli/options.hpp"

namespace pscheduler::cli::limits_program {

// A desk with the rules of --config or the usual file, whose absence means that there are no limits. Anything
// wrong with the file is in the error, all problems in its detail.
Result<std::unique_ptr<Desk>> desk_with_rules(Context& context, const CommandLine& line);

// {"requester": …, "server": …}: those given as JSON, or of a client at `address`, by default of this host.
Result<Json> hints_of(Context& context, const std::optional<std::string>& json_text,
                      const std::optional<std::string>& address);

// {"start": …, "duration": …}: now, and ten seconds, where one is not given.
Result<Json> run_schedule(const Context& context, const std::optional<std::string>& start,
                          const std::optional<std::string>& duration);

}  // namespace pscheduler::cli::limits_program
