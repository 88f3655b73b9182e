#pragma once
// The methods that act: run, archive and change. They belong to the process they are called in: it ends with
// them.

#include <optional>

#include "pscheduler/plugin_sdk/catalogue.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"

namespace pscheduler::sdk {

// The exit status; nothing when the call names none of these methods.
std::optional<int> act(const Catalogue& catalogue, const Call& call);

// Prints an outcome the way a method does, and gives its exit status.
int print_outcome(const Outcome& outcome);

}  // namespace pscheduler::sdk
