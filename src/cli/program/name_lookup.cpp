#include "cli/program/name_lookup.hpp"

#include "cli/program/run_to_end.hpp"

namespace pscheduler::cli {
namespace {

// A command should say what is wrong rather than seem to hang when the DNS does not answer.
constexpr std::chrono::seconds kLookupLimit{2};

}  // namespace

std::vector<std::string> NameLookup::addresses(const std::string& name) {
  return run_to_end(loop_, resolver_.addresses(name, ports::Family::any, kLookupLimit))
      .value_or(std::vector<std::string>{});
}

}  // namespace pscheduler::cli
