#pragma once
// What a check of `pscheduler troubleshoot` has come to, and how it is shown: a line for each, as it goes.

#include <functional>
#include <string>

#include "cli/context.hpp"

namespace pscheduler::cli {

enum class Verdict { good, noted, bad };

struct Finding {
  Verdict verdict = Verdict::good;
  std::string text;    // what was found, or what is wrong
  std::string remedy;  // what can be done about it, for all but good ones; a command in a line of its own
};

inline Finding good(std::string text) {
  return {Verdict::good, std::move(text), {}};
}
// Nothing that ends the check-up, but worth knowing.
inline Finding noted(std::string text, std::string remedy) {
  return {Verdict::noted, std::move(text), std::move(remedy)};
}
inline Finding bad(std::string text, std::string remedy) {
  return {Verdict::bad, std::move(text), std::move(remedy)};
}

// Says how far a check that takes its time has come: "posted ... ".
using Stage = std::function<void(const std::string&)>;

// "LABEL ... ", what the check says on its way, then its finding. False when it is a bad one.
bool show_check(Context& context, const std::string& label,
                const std::function<Finding(const Stage&)>& check);

}  // namespace pscheduler::cli
