#pragma once
// Keeping secrets out of what archivers say.

#include <cstddef>
#include <string>
#include <vector>

namespace pscheduler::plugins {

// The text with *** for each of the secrets, wherever it has one; the longest first, as others may be parts
// of them. Empty ones hide nothing.
std::string hide(std::string text, std::vector<std::string> secrets);

}  // namespace pscheduler::plugins
