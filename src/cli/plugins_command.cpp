#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/commands.hpp"
#include "cli/json_members.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"
#include "cli/text_layout.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::array kClasses{"test", "tool", "archiver", "context"};
constexpr std::size_t kNameColumns = 20;

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "plugins",
      "[OPTIONS] tests|tools|archivers|contexts",
      "Lists what a server can do: the tests it knows, the tools that run them, the archivers results can go "
      "to, "
      "and the contexts they can run in.",
      {{"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the request from."},
       {"host", 0, Takes::text, "HOST", "Server to ask; the default is this host."},
       {"verbose", 'v', Takes::nothing, "", "Show all that is known of each."}},
      {{"What can be measured here?", "pscheduler plugins tests"},
       {"What does another host measure with?", "pscheduler plugins --host ps.example.org --verbose tools"}}};
  return table;
}

// The plural a class word stands for: "test" and "tests" are the same.
std::optional<std::string> plural_of(const std::string& word) {
  for (const std::string name : kClasses) {
    if (word == name || word == name + "s") return name + "s";
  }
  return std::nullopt;
}

// "background-multi" as "Background-Multi"
std::string title_case(std::string text) {
  bool begins = true;
  for (char& c : text) {
    if (begins) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    begins = std::isalpha(static_cast<unsigned char>(c)) == 0;
  }
  return text;
}

std::vector<std::string> attribute_lines(const Json& plugin) {
  std::vector<std::string> lines;
  if (const auto scheduling = text_member(plugin, "scheduling-class")) {
    lines.push_back("Scheduling class: " + title_case(*scheduling));
  }
  if (const Json* tests = member(plugin, "tests"); tests != nullptr && tests->is_array()) {
    std::vector<std::string> names;
    for (const auto& test : *tests) {
      if (test.is_string()) names.push_back(test.get<std::string>());
    }
    std::sort(names.begin(), names.end());
    lines.push_back("Tests: " + join(names, ", "));
  }
  if (const Json* preference = member(plugin, "preference"))
    lines.push_back("Preference: " + preference->dump());
  const Json* maintainer = member(plugin, "maintainer");
  if (maintainer == nullptr) return lines;
  if (const auto name = text_member(*maintainer, "name")) lines.push_back("Maintainer: " + *name);
  if (const auto email = text_member(*maintainer, "email")) lines.push_back("E-mail: " + *email);
  if (const auto site = text_member(*maintainer, "href")) lines.push_back("Web site: " + *site);
  return lines;
}

void show_brief(Context& context, const Json& plugins) {
  for (const auto& plugin : plugins) {
    context.out << pad(text_or(plugin, "name", "?"), kNameColumns) << " "
                << text_or(plugin, "description", "") << "\n";
  }
}

void show_verbose(Context& context, const Json& plugins, const std::string& heading) {
  context.out << heading << "\n";
  const std::size_t width = context.environment.text_width() - 2;
  for (const auto& plugin : plugins) {
    context.out << "\n\n"
                << text_or(plugin, "name", "?") << " " << text_or(plugin, "version", "") << "\n\n"
                << indent(wrap(text_or(plugin, "description", ""), width, 0)) << "\n\n";
    for (const auto& line : attribute_lines(plugin)) context.out << indent(line) << "\n";
  }
}

}  // namespace

int plugins_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  const auto plural = line->words().size() == 1 ? plural_of(line->words().front()) : std::nullopt;
  if (!plural) return show_usage(context, syntax(), line->words());
  const auto host = line->has("host") ? Result<std::string>(*line->value("host")) : local_host(context);
  if (!host) return fail_with(context, host.error());
  const auto url = api_url(*host, *plural);
  if (!url) return fail_with(context, url.error());

  CallOptions options;
  options.bind = line->value("bind");
  const Reply reply = context.server.get(*url, {{"expanded", "True"}}, options);
  if (reply.status != 200) return fail_with(context, server_trouble(context, *host, reply));
  const auto plugins = json_of(reply);
  if (!plugins) return fail_with(context, *host + ": " + plugins.error().message);
  if (!plugins->is_array())
    return fail_with(context, *host + " answered with something that is no list of plug-ins");
  if (line->has("verbose")) {
    show_verbose(context, *plugins, title_case(*plural) + " on " + *host);
  } else {
    show_brief(context, *plugins);
  }
  return kExitOk;
}

}  // namespace pscheduler::cli
