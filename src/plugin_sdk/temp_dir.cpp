#include "pscheduler/plugin_sdk/temp_dir.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace pscheduler::sdk {

Result<TempDir> TempDir::create() {
  const char* const given = std::getenv("TMPDIR");
  std::string pattern = given != nullptr && *given != '\0' ? given : "/tmp";
  pattern += "/pscheduler-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    return fail(Errc::unavailable,
                fmt::format("Could not make a folder like {}: {}.", pattern, std::strerror(errno)));
  }
  return TempDir(pattern);
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TempDir::~TempDir() {
  std::error_code ignored;  // nobody is left to be told
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace pscheduler::sdk
