#pragma once
// How this program ends when it cannot do what it was asked for: one sentence on stderr, and status 1.

namespace pscheduler::enter {

// The texts one after the other; a null pointer ends them early.
[[noreturn]] void give_up(const char* first, const char* second = nullptr, const char* third = nullptr,
                          const char* fourth = nullptr);

// "FIRST SECOND: the error of the last call."
[[noreturn]] void give_up_with_errno(const char* first, const char* second = "");

}  // namespace pscheduler::enter
