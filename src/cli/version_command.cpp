#include <ostream>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/text_layout.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::size_t kNameColumns = 40;

const CommandSyntax& syntax() {
  static const CommandSyntax table{"version",
                                   "[OPTIONS]",
                                   "Shows the version of this installation.",
                                   {},
                                   {{"What is installed here?", "pscheduler version"}}};
  return table;
}

}  // namespace

int version_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (!line->words().empty()) return show_usage(context, syntax(), line->words());
  context.out << pad("pschedulerd", kNameColumns) << " " << PSCHEDULER_VERSION << "\n";
  return kExitOk;
}

}  // namespace pscheduler::cli
