#pragma once
// Functions of jq 1.7.1 that an older libjq lacks or has otherwise, written in jq.

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace pscheduler::adapters::jq {

using Names = std::set<std::string, std::less<>>;

// The definitions that a program using `used_names` needs, one a line, on a libjq whose builtins are
// `builtins` (as "name/arity"). `env` is among them whatever the version: it is empty.
std::string prelude(const Names& used_names, const Names& builtins);

}  // namespace pscheduler::adapters::jq
