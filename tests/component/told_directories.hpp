#pragma once
// Directories of which the test says when something in them has changed.

#include <filesystem>
#include <vector>

#include "pscheduler/ports/directory_watch.hpp"
#include "pscheduler/ports/event.hpp"

namespace pscheduler::test {

class ToldDirectoryWatch final : public ports::DirectoryWatch {
 public:
  explicit ToldDirectoryWatch(ports::asio::any_io_executor executor) : event_(std::move(executor)) {}
  void watch(const std::vector<std::filesystem::path>& directories) override { watched = directories; }
  ports::Async<void> changed() override { co_await event_.wait(); }
  void tell() { event_.notify_all(); }

  std::vector<std::filesystem::path> watched;

 private:
  ports::Event event_;
};

}  // namespace pscheduler::test
