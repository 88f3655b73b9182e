#include "pscheduler/plugin_sdk/program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>

#include "plugin_sdk/acting_methods.hpp"
#include "plugin_sdk/serve.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"
#include "pscheduler/plugin_sdk/records.hpp"

namespace pscheduler::sdk {
namespace {

bool is_class(std::string_view name) {
  return name == "test" || name == "tool" || name == "archiver" || name == "context";
}

// The path the program was called by, its folder made absolute but a link at its end left as it is.
std::string called_path(const std::string& called) {
  const auto slash = called.rfind('/');
  if (slash == std::string::npos) return called;
  const std::unique_ptr<char, decltype(&std::free)> folder(
      realpath(called.substr(0, slash + 1).c_str(), nullptr), &std::free);
  return folder ? std::string(folder.get()) + called.substr(slash) : called;
}

// A method named by the last three parts of the path.
std::optional<Call> call_from_path(const std::string& path) {
  const auto parts = split(path, '/');
  if (parts.size() < 3 || !is_class(parts[parts.size() - 3])) return std::nullopt;
  const auto from_end = [&](std::size_t i) { return std::string(parts[parts.size() - i]); };
  return Call{from_end(3), from_end(2), from_end(1), {}};
}

int usage(const Catalogue& catalogue, const std::string& program) {
  std::string text = fmt::format(
      "Usage: {} CLASS PLUG-IN METHOD [ARGUMENT...]\n       {} serve\n\nPlug-ins:\n", program, program);
  const auto add = [&](std::string_view plugin_class, const auto& plugins) {
    for (const auto* plugin : plugins) {
      text += fmt::format("  {:<9}{:<14} {}\n", plugin_class, plugin->identity.name,
                          plugin->identity.description);
    }
  };
  add("test", catalogue.tests);
  add("tool", catalogue.tools);
  add("archiver", catalogue.archivers);
  add("context", catalogue.contexts);
  return print_outcome({1, nullptr, {}, std::move(text)});
}

int call_method(const Catalogue& catalogue, const Call& call) {
  if (const auto status = act(catalogue, call)) return *status;
  Dispatcher dispatcher(catalogue);
  std::string input;
  if (dispatcher.need(call) == Dispatcher::Need::input) {
    auto text = read_all(STDIN_FILENO);
    if (!text) return print_outcome({1, nullptr, {}, text.error().message});
    input = std::move(*text);
  }
  return print_outcome(dispatcher.call_text(call, input));
}

int run(const Catalogue& catalogue, const std::vector<std::string>& words) {
  const auto path = called_path(words.front());
  const auto program = std::string(split(path, '/').back());
  std::vector<std::string> rest(words.begin() + 1, words.end());
  if (auto call = call_from_path(path)) {
    call->arguments = std::move(rest);
    return call_method(catalogue, *call);
  }
  if (program == "serve" || (rest.size() == 1 && rest.front() == "serve")) {
    Dispatcher dispatcher(catalogue);
    return serve(dispatcher, STDIN_FILENO, STDOUT_FILENO);
  }
  if (rest.size() < 3) return usage(catalogue, program);
  Call call{rest[0], rest[1], rest[2], {rest.begin() + 3, rest.end()}};
  return call_method(catalogue, call);
}

}  // namespace

int run_program(const Catalogue& catalogue, int argc, char** argv) {
  try {
    // A reader that has gone is seen as a failed write.
    std::signal(SIGPIPE, SIG_IGN);
    return run(catalogue, {argv, argv + argc});
  } catch (const std::exception& error) {
    return print_outcome({1, nullptr, {}, fmt::format("The plug-in failed: {}", error.what())});
  }
}

}  // namespace pscheduler::sdk
