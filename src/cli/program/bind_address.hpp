#pragma once
// What users give to --bind and --assist-bind.

#include <string>

#include "cli/program/name_lookup.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::cli {

enum class TargetFamily { any, v4, v6 };

// A name may lead to either family; only literals say.
TargetFamily target_family(const std::string& url);

// The source address an address, a host name or the name of an interface of this host stands for, preferably
// in the family of the target. invalid_argument when it stands for none.
Result<std::string> bind_address(NameLookup& names, const std::string& text, TargetFamily target);

}  // namespace pscheduler::cli
