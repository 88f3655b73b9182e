#include "archive_files.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "pscheduler/adapters/system/read_file.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::app {
namespace {

namespace fs = std::filesystem;

// Each takes every result of this host somewhere.
constexpr std::size_t kFilesMax = 100;
// A specification is some hundred bytes, with a long transform some thousand.
constexpr std::size_t kBytesMax = 256 << 10;

// What editors and package managers leave beside a file.
constexpr std::array<std::string_view, 9> kAsideEndings{"~",       ".bak",     ".orig", ".swp", ".tmp",
                                                        ".rpmnew", ".rpmsave", ".new",  ".old"};

bool counts(std::string_view name) {
  if (name.starts_with('.') || name.starts_with('#')) return false;
  if (name.find(".dpkg-") != std::string_view::npos || name.find(".ucf-") != std::string_view::npos)
    return false;
  return std::ranges::none_of(kAsideEndings, [&](std::string_view end) { return name.ends_with(end); });
}

// Errors are told with the path before them.
Result<std::string> text_of(const fs::path& file) {
  std::error_code error;
  if (fs::is_symlink(file, error) && !fs::exists(file, error) && !error) {
    const auto target = fs::read_symlink(file, error).string();
    return fail(Errc::unavailable, "cannot be read: it is a link to " + excerpt(target) +
                                       ", which does not exist; make that, or remove the link");
  }
  auto text = adapters::read_file(file, kBytesMax);
  if (!text) text.error().message.erase(0, file.string().size() + 1);
  return text;
}

}  // namespace

Result<services::DefaultArchives::Texts> read_archive_files(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory, error) && !error) return services::DefaultArchives::Texts{};
  std::set<std::string> names;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    auto name = entry->path().filename().string();
    if (counts(name)) names.insert(std::move(name));
  }
  if (error) return fail(Errc::unavailable, "cannot be read: " + error.message());
  services::DefaultArchives::Texts texts;
  std::size_t read = 0;
  for (const auto& name : names) {
    if (++read <= kFilesMax) {
      texts.emplace(name, text_of(directory / name));
    } else {
      texts.emplace(name,
                    fail(Errc::invalid_argument, "is left out: there may be " + std::to_string(kFilesMax) +
                                                     " default archives, counted by the names of files"));
    }
  }
  return texts;
}

}  // namespace pscheduler::app
