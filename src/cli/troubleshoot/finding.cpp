#include "cli/troubleshoot/finding.hpp"

#include <algorithm>
#include <ostream>

#include "cli/text_layout.hpp"

namespace pscheduler::cli {

namespace {

constexpr std::size_t kHang = 2;

// Sentences are wrapped; a command stays in one piece, to be copied.
std::string remedy_text(const std::string& remedy, std::size_t width) {
  const auto end = std::min(remedy.find('\n'), remedy.size());
  const auto command = remedy.substr(std::min(end + 1, remedy.size()));
  return wrap(remedy.substr(0, end), width, kHang) + "\n" + (command.empty() ? "" : indent(command) + "\n");
}

}  // namespace

bool show_check(Context& context, const std::string& label,
                const std::function<Finding(const Stage&)>& check) {
  const std::size_t width = context.environment.text_width();
  const auto say = [&](const std::string& words) { context.out << words << " ... " << std::flush; };
  say(label);
  const Finding finding = check(say);
  if (finding.verdict != Verdict::bad) {
    context.out << finding.text << "\n";
    if (!finding.remedy.empty()) context.out << "  " << remedy_text(finding.remedy, width - kHang);
  } else {
    context.out << "Failed\n\n" << finding.text << "\n";
    if (!finding.remedy.empty()) context.out << "\n" << remedy_text("Remedy: " + finding.remedy, width);
  }
  context.out.flush();
  return finding.verdict != Verdict::bad;
}

}  // namespace pscheduler::cli
