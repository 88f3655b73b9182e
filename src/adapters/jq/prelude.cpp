#include "adapters/jq/prelude.hpp"

#include <array>
#include <vector>

#include "pscheduler/base/text.hpp"

namespace pscheduler::adapters::jq {
namespace {

enum class When {
  missing,     // the builtin is not there
  before_1_7,  // the builtin is there and differs
  always,
};

struct Definition {
  std::string_view name;
  std::string_view signature;  // as in `builtins`
  When when;
  std::string_view text;   // one line
  std::string_view needs;  // names of other entries it stands on, which come before it
};

constexpr std::array kDefinitions = {
    Definition{"env", "env/0", When::always, "def env: {};", ""},
    Definition{
        "error", "error/0", When::before_1_7,
        R"(def _error: error; def error: if . == null then "null (null) not a string" else . end | _error;)",
        ""},
    Definition{"error", "error/1", When::before_1_7, "def error(message): message | error;", "error"},
    Definition{"limit", "limit/2", When::before_1_7,
               "def limit($n; f): if $n > 0 then label $enough | foreach f as $item (0; . + 1; $item, "
               "if . >= $n then break $enough else empty end) elif $n == 0 then empty else f end;",
               ""},
    // 1.6 leaks memory where nothing is trimmed because of a type.
    Definition{"ltrimstr", "ltrimstr/1", When::before_1_7,
               "def _ltrimstr($x): ltrimstr($x); def ltrimstr($x): "
               R"(if type == "string" and ($x | type) == "string" then _ltrimstr($x) else . end;)",
               ""},
    Definition{"rtrimstr", "rtrimstr/1", When::before_1_7,
               "def _rtrimstr($x): rtrimstr($x); def rtrimstr($x): "
               R"(if type == "string" and ($x | type) == "string" then _rtrimstr($x) else . end;)",
               ""},
    Definition{
        "sub", "sub/3", When::before_1_7,
        "def sub($re; text; $flags): . as $whole | (reduce match($re; $flags) as $match ({at: 0, out: []}; "
        "$whole[.at:$match.offset] as $gap "
        "| [reduce ($match.captures[] | select(.name != null)) as $group ({}; . + {($group.name): "
        "$group.string}) | text] as $texts "
        "| reduce range(0; $texts | length) as $i (.; .out[$i] += $gap + $texts[$i]) "
        "| .at = $match.offset + $match.length) | .at as $at | .out[] + $whole[$at:]) // $whole;",
        ""},
    Definition{"sub", "sub/2", When::before_1_7, R"(def sub($re; text): sub($re; text; "");)", "sub"},
    Definition{"gsub", "gsub/3", When::before_1_7,
               R"(def gsub($re; text; $flags): sub($re; text; $flags + "g");)", "sub"},
    Definition{"gsub", "gsub/2", When::before_1_7, R"(def gsub($re; text): sub($re; text; "g");)", "sub"},
    Definition{"pick", "pick/1", When::missing,
               "def pick(paths): . as $whole | reduce path(paths) as $path (null; setpath($path; $whole | "
               "getpath($path)));",
               ""},
    Definition{"abs", "abs/0", When::missing,
               R"(def abs: if type != "number" then error("\(type) (\(tojson)) has no absolute value") )"
               "elif . < 0 then -. else . end;",
               ""},
    Definition{"toarray", "toarray/0", When::missing,
               R"(def toarray: if type == "array" then . else [.] end;)", ""},
    Definition{"have_literal_numbers", "have_literal_numbers/0", When::missing,
               "def have_literal_numbers: false;", ""},
    Definition{"have_decnum", "have_decnum/0", When::missing, "def have_decnum: false;", ""},
    Definition{"debug", "debug/1", When::missing, "def debug(messages): (messages | debug | empty), .;", ""},
    Definition{"scan", "scan/2", When::missing,
               R"(def scan($re; $flags): match($re; "g" + $flags) )"
               "| if (.captures | length) > 0 then [.captures[].string] else .string end;",
               ""},
    Definition{"ltrim", "ltrim/0", When::missing,
               R"(def ltrim: if type != "string" then error("\(type) (\(tojson)) cannot be trimmed") else )"
               R"(.[([match("\\A\\s+").length] | .[0]) // 0:] end;)",
               ""},
    Definition{"rtrim", "rtrim/0", When::missing,
               R"(def rtrim: if type != "string" then error("\(type) (\(tojson)) cannot be trimmed") else )"
               R"(.[:([match("\\s+\\z").offset] | .[0]) // length] end;)",
               ""},
    Definition{"trim", "trim/0", When::missing, "def trim: ltrim | rtrim;", "ltrim rtrim"},
};

}  // namespace

std::string prelude(const Names& used_names, const Names& builtins) {
  const bool is_before_1_7 = !builtins.contains("pick/1");
  std::set<std::string_view> wanted(used_names.begin(), used_names.end());
  std::vector<const Definition*> chosen;
  for (auto entry = kDefinitions.rbegin(); entry != kDefinitions.rend(); ++entry) {
    const bool applies = entry->when == When::always || (entry->when == When::before_1_7 && is_before_1_7) ||
                         (entry->when == When::missing && !builtins.contains(entry->signature));
    if (!applies || !wanted.contains(entry->name)) continue;
    chosen.push_back(&*entry);
    for (const auto name : split(entry->needs, ' ')) wanted.insert(name);
  }
  std::string text;
  for (auto entry = chosen.rbegin(); entry != chosen.rend(); ++entry) {
    text += (*entry)->text;
    text += '\n';
  }
  return text;
}

}  // namespace pscheduler::adapters::jq
