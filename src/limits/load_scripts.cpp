#include "limits/load_scripts.hpp"

#include <nlohmann/json.hpp>

#include "limits/private_members.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"

namespace pscheduler::limits {
namespace {

// Whether the program's first word is one that has to come before everything else.
bool begins_with_import(std::string_view text) {
  for (;;) {
    text = trim(text);
    if (!text.starts_with('#')) break;
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end);
  }
  for (const std::string_view word : {"import", "include", "module"}) {
    const bool begins = text.starts_with(word);
    if (begins && text.size() > word.size() &&
        (text[word.size()] == ' ' || text[word.size()] == '\t' || text[word.size()] == '\n' ||
         text[word.size()] == '"')) {
      return true;
    }
  }
  return false;
}

std::string classifier_functions(std::string_view private_member, Strictness strictness) {
  const std::string here(private_member);
  const std::string has = strictness == Strictness::strict ? " | any(. == $v); " : " | contains([$v]); ";
  return "def classifiers: ." + here + ".classifiers; " + "def classifiers_has($v): ." + here +
         ".classifiers" + has;
}

std::string rewrite_functions(Strictness strictness) {
  const std::string here(kRewriterPrivate);
  return classifier_functions(here, strictness) + "def hint($name): ." + here + ".hints[$name]; " +
         "def change($m): ." + here + ".changed = true | if $m == null then . else ." + here +
         ".diags += [$m | tostring] end; " + "def reject($m): error(\"Task rejected: \" + ($m | tostring)); ";
}

std::string priority_functions(Strictness strictness) {
  const std::string here(kPrioritizerPrivate);
  return classifier_functions(here, strictness) + "\ndef default: 0;\ndef requested: .priority;\n" +
         "def priority: ." + here + ".priority;\n" + "def note($m): if $m == null then . else ." + here +
         ".diags += [$m | tostring] end;\n" + "def set($v; $m): ." + here +
         ".priority = $v | note(\"\\($m)  (Set to \\($v))\");\n" + "def adjust($v; $m): ." + here +
         ".priority += $v | note(\"\\($m)  (\" + (if $v > 0 then \"+\\($v)\" else \"-\\($v | fabs)\" end) + "
         "\")\");\n";
}

std::string fetch_functions() {
  return "def hint($name): ." + std::string(kFetchPrivate) + ".hints[$name];\n";
}

}  // namespace

std::string groom(std::string& text) {
  std::string imports;
  for (std::size_t from = 0; from < text.size();) {
    const auto import = std::min(text.find("import ", from), text.find("include ", from));
    if (import == std::string::npos) break;
    const auto end = text.find(';', import);
    if (end == std::string::npos) break;
    imports += text.substr(import, end + 1 - import) + "\n";
    text.erase(import, end + 1 - import);
    from = import;
  }
  return imports;
}

std::optional<std::string> ScriptReader::read_text(const Json& value, const std::string& pointer,
                                                   ScriptUse use) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) {
    findings_.refuse(pointer,
                     "must be a jq program, as a string or an array of lines, not " + json::describe(value));
    return std::nullopt;
  }
  std::vector<std::string> lines;
  bool usable = true;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i].is_string()) {
      lines.push_back(value[i].get<std::string>());
    } else {
      usable = false;
      findings_.refuse(below(pointer, i), "must be a line of a jq program, not " + json::describe(value[i]));
    }
  }
  if (!usable) return std::nullopt;
  if (lines.empty() && use == ScriptUse::plain) return ".";
  return join(lines, "\n");
}

std::string ScriptReader::composed(const std::string& text, ScriptUse use) const {
  std::string body = text;
  switch (use) {
    case ScriptUse::plain:
      return body;
    case ScriptUse::fetch:
      return fetch_functions() + body;
    case ScriptUse::rewrite: {
      const auto imports = groom(body);
      return imports + rewrite_functions(strictness_) + body;
    }
    case ScriptUse::priority: {
      const auto imports = groom(body);
      return imports + priority_functions(strictness_) + body;
    }
  }
  return body;
}

std::optional<JqSpec> ScriptReader::read(const Json& value, const std::string& pointer, ScriptUse use) {
  Members members(value, pointer, "a jq specification", findings_);
  if (!members.is_object()) return std::nullopt;
  const Json* script = members.need("script");
  const Json* arguments = members.find_object("args");
  const auto raw = members.find_flag("output-raw");
  const bool has_bad_arguments = arguments == nullptr && value.contains("args");
  members.refuse_others();
  if (script == nullptr || has_bad_arguments) return std::nullopt;
  const auto text = read_text(*script, members.at("script"), use);
  if (!text) return std::nullopt;
  const bool has_arguments = arguments != nullptr && !arguments->empty();
  const bool comes_after_something = use == ScriptUse::fetch || (use == ScriptUse::plain && has_arguments);
  if (comes_after_something && begins_with_import(*text)) {
    findings_.refuse(members.at("script"),
                     use == ScriptUse::fetch
                         ? "cannot import here, as the function hint() comes before the program"
                         : "cannot import and have 'args', as these come before the program; put their "
                           "values into the program");
    return std::nullopt;
  }
  auto program = std::make_shared<Script>();
  program->text = composed(*text, use);
  program->arguments = std::make_shared<const Json>(arguments == nullptr ? Json::object() : *arguments);
  for (const auto& [name, ignored] : program->arguments->items()) program->variables.push_back(name);
  // An empty program is refused whatever is put in front of it, so it is compiled as it is written.
  auto compiled = std::make_shared<Script>(*program);
  auto written = *text;
  groom(written);
  if (use != ScriptUse::plain && trim(written).empty()) compiled->text = written;
  scripts_.push_back({members.at("script"), compiled});
  return JqSpec{std::move(program), raw.value_or(false)};
}

}  // namespace pscheduler::limits
