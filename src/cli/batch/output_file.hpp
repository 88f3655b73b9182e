#pragma once
// A file that appears when it is complete, or stays as it was.

#include <string>

#include "pscheduler/base/result.hpp"

namespace pscheduler::cli {

// Whether write_atomically() could do it: asked before long work is begun.
Result<void> check_writable(const std::string& path);

// Replaces a file, or makes it, in one step: after a crash it is either the old one or the new one. What is
// no regular file (a pipe, /dev/stdout) is written to.
Result<void> write_atomically(const std::string& path, const std::string& text);

}  // namespace pscheduler::cli
