#include "pscheduler/limits/trace.hpp"

#include <algorithm>
#include <cmath>

#include "pscheduler/base/text.hpp"

namespace pscheduler::limits {
namespace {

const char* const kIndent = "  ";

using Lines = std::vector<std::string>;

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

// Truncated toward zero, as 5.2 shows it.
std::string number(double value) {
  return std::to_string(std::lround(std::trunc(value)));
}

void add_limit(Lines& lines, const std::string& group, const LimitTrace& limit) {
  const std::string line = kIndent + group + ": limit '" + limit.name + "' ";
  if (limit.passed) {
    lines.push_back(line + "passed" + (limit.note.empty() ? "" : ": " + limit.note));
    return;
  }
  const auto reasons = join(limit.reasons, "; ");
  if (reasons.find('\n') == std::string::npos) {
    lines.push_back(line + "failed: " + reasons);
    return;
  }
  lines.push_back(line + "failed:");
  for (const auto part : split(trim_end(reasons), '\n'))
    lines.push_back(std::string(kIndent) + kIndent + std::string(part));
}

void add_application(Lines& lines, const ApplicationTrace& application) {
  lines.push_back("Application: " +
                  (application.description.empty() ? "(no description)" : application.description));
  for (std::size_t i = 0; i < application.groups.size(); ++i) {
    const auto& group = application.groups[i];
    const auto name = "Group " + std::to_string(i + 1);
    for (const auto& limit : group.limits) add_limit(lines, name, limit);
    const auto total = std::to_string(group.limits.size());
    lines.push_back(kIndent + name + ": want " + std::string(name_of(group.require)) + ", " +
                    std::to_string(group.passed()) + "/" + total + " passed, " +
                    std::to_string(group.limits.size() - group.passed()) + "/" + total +
                    " failed: " + (group.met ? "PASS" : "FAIL"));
  }
  lines.push_back(std::string(kIndent) + "Application " + (application.passed ? "PASSES" : "FAILS") +
                  (application.inverted ? " (inverted)" : ""));
  if (application.passed) lines.emplace_back("One application passed; done.");
  if (application.stopped) lines.emplace_back("This application failed and ends the search.");
}

void add_priority(Lines& lines, const std::optional<PriorityTrace>& priority) {
  if (!priority) {
    lines.emplace_back("Priority is the default, 0.");
    return;
  }
  std::string line = "Priority ";
  if (priority->requested) line += "(" + number(*priority->requested) + " requested) ";
  line += "set to " + number(priority->value);
  lines.push_back(line + (priority->messages.empty() ? "." : ":"));
  for (const auto& message : priority->messages) lines.push_back(kIndent + message);
}

// The application that came closest: with the fewest limits that failed, of equals the first of those of
// which most groups were met.
const ApplicationTrace& nearest(const std::vector<ApplicationTrace>& applications) {
  const auto failures = [](const ApplicationTrace& application) {
    std::size_t count = 0;
    for (const auto& group : application.groups) count += group.limits.size() - group.passed();
    return count;
  };
  return *std::min_element(applications.begin(), applications.end(), [&](const auto& a, const auto& b) {
    const auto of_a = failures(a);
    const auto of_b = failures(b);
    return of_a != of_b ? of_a < of_b : a.groups.size() > b.groups.size();
  });
}

std::string called(const ApplicationTrace& application) {
  return application.description.empty() ? "application " + std::to_string(application.index + 1)
                                         : "application '" + application.description + "'";
}

std::string why_failed(const ApplicationTrace& application) {
  if (application.inverted) return called(application) + " is inverted, and all it asks for was met";
  const auto& group = application.groups.back();
  const bool wants_failures =
      group.require == Require::none || (group.require == Require::one && group.passed() > 1);
  for (const auto& limit : group.limits) {
    if (limit.passed != wants_failures) continue;
    if (wants_failures) {
      return "limit '" + limit.name + "' of " + called(application) + " passed, but " +
             (group.require == Require::none ? "none may" : "only one may");
    }
    auto why = "limit '" + limit.name + "' of " + called(application) + ": " + join(limit.reasons, "; ");
    if (why.ends_with('.')) why.pop_back();
    return why;
  }
  return "group " + std::to_string(application.groups.size()) + " of " + called(application) +
         " names no limits";
}

}  // namespace

std::size_t GroupTrace::passed() const {
  return static_cast<std::size_t>(
      std::count_if(limits.begin(), limits.end(), [](const LimitTrace& limit) { return limit.passed; }));
}

std::vector<std::string> Trace::identified() const {
  std::vector<std::string> names;
  for (const auto& identifier : identifiers) {
    if (identifier.matched) names.push_back(identifier.name);
  }
  return names;
}

std::vector<std::string> Trace::classified() const {
  std::vector<std::string> names;
  for (const auto& classifier : classifiers) {
    if (classifier.satisfied) names.push_back(classifier.name);
  }
  return names;
}

std::string_view name_of(Require require) {
  switch (require) {
    case Require::none:
      return "none";
    case Require::one:
      return "one";
    case Require::any:
      return "any";
    case Require::all:
      return "all";
  }
  return "";
}

std::string diagnostics(const Trace& trace, bool passed) {
  Lines lines;
  if (!trace.hints.empty()) lines.emplace_back("Hints:");
  for (const auto& [name, value] : trace.hints) lines.push_back(kIndent + name + ": " + value);
  bool has_problems = false;
  for (const auto& identifier : trace.identifiers) {
    if (!identifier.problem) continue;
    if (!std::exchange(has_problems, true)) lines.emplace_back("Identifiers that could not be evaluated:");
    lines.push_back("Identifier '" + identifier.name + "' raised an error and does not match:");
    lines.push_back(*identifier.problem);
    lines.emplace_back("Please tell the operator of this host.");
  }
  const auto identified = trace.identified();
  if (identified.empty()) {
    lines.emplace_back("No identifications: nothing in the limits identifies the requester.");
    return join(lines, "\n");
  }
  lines.push_back("Identified as " + join(identified, ", "));
  const auto classified = trace.classified();
  if (classified.empty()) {
    lines.emplace_back("No classifications: nothing in the limits is for a requester so identified.");
    return join(lines, "\n");
  }
  lines.push_back("Classified as " + join(classified, ", "));
  if (trace.rewrite) {
    lines.emplace_back("Task rewritten:");
    for (const auto& message : trace.rewrite->messages)
      lines.push_back(kIndent + std::string(first_line(message)));
    if (trace.rewrite->messages.empty())
      lines.push_back(std::string(kIndent) + "The changes are not listed.");
  }
  for (const auto& application : trace.applications) add_application(lines, application);
  if (trace.applications.empty()) lines.emplace_back();
  lines.emplace_back(passed ? "Proposal is within limits" : "Proposal is not within limits");
  add_priority(lines, trace.priority);
  return join(lines, "\n");
}

std::string verdict(const Trace& trace, bool passed) {
  if (!trace.error.empty()) return "Denied: " + trace.error;
  if (passed) {
    return trace.applications.empty() ? "Passes: there are no limits."
                                      : "Passes: " + called(trace.applications.back()) + " lets it.";
  }
  if (trace.identified().empty()) return "Denied: no identifier matches the requester.";
  if (trace.classified().empty()) {
    return "Denied: no classifier is for a requester identified as " + join(trace.identified(), ", ") + ".";
  }
  if (trace.applications.empty()) {
    return "Denied: no application is for a requester classified as " + join(trace.classified(), ", ") + ".";
  }
  const auto& decisive =
      trace.applications.back().stopped ? trace.applications.back() : nearest(trace.applications);
  return "Denied: " + why_failed(decisive) + ".";
}

}  // namespace pscheduler::limits
