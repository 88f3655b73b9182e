#include "cli/limits/report.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"

namespace pscheduler::cli::limits_program {
namespace {

constexpr double kIntegerMax = 9e15;  // doubles below are exact

Json number(double value) {
  if (std::trunc(value) == value && std::fabs(value) < kIntegerMax) return static_cast<std::int64_t>(value);
  return value;
}

Json to_json(const limits::ApplicationTrace& application) {
  Json groups = Json::array();
  for (const auto& group : application.groups) {
    Json judged = Json::array();
    for (const auto& limit : group.limits) {
      judged.push_back({{"name", limit.name}, {"passed", limit.passed}, {"reasons", limit.reasons}});
      if (!limit.note.empty()) judged.back()["note"] = limit.note;
    }
    groups.push_back(
        {{"require", limits::name_of(group.require)}, {"met", group.met}, {"limits", std::move(judged)}});
  }
  return {{"index", application.index},       {"description", application.description},
          {"groups", std::move(groups)},      {"passed", application.passed},
          {"inverted", application.inverted}, {"stopped", application.stopped}};
}

class Tree {
 public:
  explicit Tree(Colours colours) : colours_(colours) {}

  void add(int depth, const std::string& line) {
    text_ += std::string(static_cast<std::size_t>(depth) * 2, ' ') + line + "\n";
  }

  void add(int depth, bool good, const std::string& line) {
    if (colours_ == Colours::none) return add(depth, (good ? "+ " : "- ") + line);
    add(depth, std::string(good ? "\x1b[32m+\x1b[0m " : "\x1b[31m-\x1b[0m ") + line);
  }

  std::string take() { return std::move(text_); }

 private:
  Colours colours_;
  std::string text_;
};

void add_application(Tree& tree, const limits::ApplicationTrace& application) {
  const auto name = application.description.empty() ? "application " + std::to_string(application.index + 1)
                                                    : application.description;
  tree.add(1, application.passed,
           name + (application.inverted ? " (inverted)" : "") + (application.stopped ? " (stops here)" : ""));
  for (const auto& group : application.groups) {
    tree.add(2, group.met, std::string(limits::name_of(group.require)) + " of these:");
    for (const auto& limit : group.limits) {
      const auto reasons = limit.passed ? limit.note : join(limit.reasons, "; ");
      tree.add(3, limit.passed, limit.name + (reasons.empty() ? "" : ": " + reasons));
    }
  }
}

}  // namespace

Json to_json(const std::vector<limits::Problem>& problems) {
  Json list = Json::array();
  for (const auto& problem : problems) {
    Json item = {{"path", problem.pointer}, {"message", problem.message}};
    if (problem.place) {
      item["line"] = problem.place->line;
      item["column"] = problem.place->column;
    }
    list.push_back(std::move(item));
  }
  return list;
}

Json to_json(const limits::Trace& trace) {
  Json result = {{"identifiers", Json::array()},
                 {"classifiers", Json::array()},
                 {"applications", Json::array()},
                 {"hints", Json::object()},
                 {"rewrite", nullptr},
                 {"priority", nullptr},
                 {"error", nullptr}};
  for (const auto& [name, value] : trace.hints) result["hints"][name] = value;
  for (const auto& identifier : trace.identifiers) {
    Json item = {{"name", identifier.name}, {"matched", identifier.matched}};
    if (identifier.problem) item["problem"] = *identifier.problem;
    result["identifiers"].push_back(std::move(item));
  }
  for (const auto& classifier : trace.classifiers) {
    result["classifiers"].push_back({{"name", classifier.name}, {"satisfied", classifier.satisfied}});
  }
  for (const auto& application : trace.applications) result["applications"].push_back(to_json(application));
  if (trace.rewrite) result["rewrite"] = {{"messages", trace.rewrite->messages}};
  if (trace.priority) {
    result["priority"] = {{"value", number(trace.priority->value)}, {"messages", trace.priority->messages}};
    if (trace.priority->requested) result["priority"]["requested"] = number(*trace.priority->requested);
  }
  if (!trace.error.empty()) result["error"] = trace.error;
  return result;
}

Json to_json(const limits::Decision& decision) {
  return {{"passed", decision.passed},
          {"priority", decision.priority ? number(*decision.priority) : Json()},
          {"task", decision.task ? *decision.task : Json()},
          {"diags", decision.diags},
          {"verdict", limits::verdict(decision.trace, decision.passed)},
          {"trace", to_json(decision.trace)}};
}

std::string tree(const limits::Trace& trace, Colours colours) {
  Tree tree(colours);
  tree.add(0, "Hints");
  for (const auto& [name, value] : trace.hints) tree.add(1, name + ": " + value);
  tree.add(0, "Identifiers");
  for (const auto& identifier : trace.identifiers) {
    tree.add(1, identifier.matched, identifier.name + (identifier.problem ? ": " + *identifier.problem : ""));
  }
  tree.add(0, "Classifiers");
  for (const auto& classifier : trace.classifiers) tree.add(1, classifier.satisfied, classifier.name);
  if (trace.rewrite) {
    tree.add(0, "Rewritten");
    for (const auto& message : trace.rewrite->messages) tree.add(1, message);
  }
  tree.add(0, "Applications");
  for (const auto& application : trace.applications) add_application(tree, application);
  if (trace.priority) {
    tree.add(0, "Priority");
    for (const auto& message : trace.priority->messages) tree.add(1, message);
  }
  return tree.take();
}

}  // namespace pscheduler::cli::limits_program
