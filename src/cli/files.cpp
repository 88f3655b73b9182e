#include "cli/files.hpp"

#include <pwd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>
#include <iterator>

#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

Result<std::string> read_all(std::istream& stream, const std::string& name, std::size_t bytes_max) {
  std::string text;
  char block[1 << 14];
  while (stream.read(block, sizeof block) || stream.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(stream.gcount()));
    if (text.size() > bytes_max) {
      return fail(Errc::too_large, name + " holds more than " + std::to_string(bytes_max >> 20) + " MiB");
    }
  }
  if (stream.bad()) return fail(Errc::invalid_argument, "cannot read " + name + ": " + std::strerror(errno));
  return text;
}

// "~" and "~user" at the front as the shell has them; unknown users stay as written.
std::string expand_home(const Context& context, const std::string& path) {
  if (!path.starts_with('~')) return path;
  const auto slash = path.find('/');
  const auto user = path.substr(1, slash == std::string::npos ? slash : slash - 1);
  std::string home;
  if (user.empty()) {
    home = context.environment.variable("HOME").value_or("");
  } else if (const auto* entry = getpwnam(user.c_str()); entry != nullptr) {
    home = entry->pw_dir;
  }
  if (home.empty()) return path;
  return slash == std::string::npos ? home : home + path.substr(slash);
}

}  // namespace

Result<std::string> read_input(Context& context, const std::string& path, std::size_t bytes_max) {
  if (path == "-") return read_all(context.in, "standard input", bytes_max);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Errc::invalid_argument, "cannot open " + path + ": " + std::strerror(errno));
  return read_all(file, path, bytes_max);
}

Result<std::string> expand_at(Context& context, const std::string& word) {
  if (word.starts_with("\\@")) return word.substr(1);
  if (!word.starts_with('@')) return word;
  auto text = read_input(context, expand_home(context, word.substr(1)));
  if (!text) return text;
  return std::string(trim(*text));
}

Result<void> write_file(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (!file) return fail(Errc::invalid_argument, "cannot write " + path + ": " + std::strerror(errno));
  return {};
}

}  // namespace pscheduler::cli
