#include "pscheduler/adapters/system/posix_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace pscheduler::adapters {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> system_failure(const std::string& what, const fs::path& path, int error_number) {
  return fail(Errc::unavailable,
              what + " '" + path.string() + "': " + std::generic_category().message(error_number) + ".");
}

// Gives the owner all rights on every directory of a tree, so that it can be emptied. Not recursive: a
// program may have nested them very deeply.
void make_removable(const fs::path& tree) {
  std::vector<fs::path> waiting{tree};
  while (!waiting.empty()) {
    const fs::path directory = std::move(waiting.back());
    waiting.pop_back();
    std::error_code error;
    fs::permissions(directory, fs::perms::owner_all, fs::perm_options::add, error);
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
      std::error_code ignored;
      if (fs::is_directory(entry->symlink_status(ignored))) waiting.push_back(entry->path());
    }
  }
}

void remove_whole(const fs::path& tree) {
  std::error_code error;
  fs::remove_all(tree, error);
  if (!error) return;
  make_removable(tree);
  fs::remove_all(tree, error);
}

Result<void> write_all(int descriptor, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_failure("Cannot write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

PosixFiles::PosixFiles() : background_(1) {}

PosixFiles::~PosixFiles() {
  background_.join();
}

Result<std::vector<std::string>> PosixFiles::directories_in(const fs::path& path) const {
  std::error_code error;
  fs::directory_iterator entry(path, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
    return fail(Errc::not_found, "There is no directory '" + path.string() + "'.");
  if (error) return system_failure("Cannot list", path, error.value());
  std::vector<std::string> names;
  for (const fs::directory_iterator end; entry != end; entry.increment(error)) {
    if (error) return system_failure("Cannot list", path, error.value());
    std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (!name.starts_with('.') && entry->is_directory(ignored)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

bool PosixFiles::is_executable(const fs::path& path) const {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::optional<fs::path> PosixFiles::real_path(const fs::path& path) const {
  std::error_code error;
  auto real = fs::canonical(path, error);
  return error ? std::nullopt : std::optional(std::move(real));
}

Result<fs::path> PosixFiles::make_private_directory(const fs::path& parent, std::string_view prefix) {
  std::string name = (parent / (std::string(prefix) + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) return system_failure("Cannot make a directory in", parent, errno);
  return fs::path(name);
}

Result<void> PosixFiles::make_directory(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0) return system_failure("Cannot make the directory", path, errno);
  return {};
}

Result<void> PosixFiles::write_new_file(const fs::path& path, std::string_view content,
                                        ports::FileMode mode) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, static_cast<mode_t>(mode));
  if (descriptor < 0) return system_failure("Cannot create", path, errno);
  auto written = write_all(descriptor, content, path);
  if (::close(descriptor) != 0 && written) return system_failure("Cannot write", path, errno);
  return written;
}

void PosixFiles::remove_tree(fs::path path) {
  boost::asio::post(background_, [path = std::move(path)] { remove_whole(path); });
}

}  // namespace pscheduler::adapters
