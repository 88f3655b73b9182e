#pragma once
// ports::DirectoryWatch by inotify(7). Without inotify (no descriptor is free, limits of the user) nothing is
// ever reported as changed.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <vector>

#include "pscheduler/ports/directory_watch.hpp"

namespace pscheduler::adapters {

class InotifyWatch final : public ports::DirectoryWatch {
 public:
  explicit InotifyWatch(const boost::asio::any_io_executor& executor);

  void watch(const std::vector<std::filesystem::path>& directories) override;
  ports::Async<void> changed() override;

 private:
  bool take_events();

  boost::asio::posix::stream_descriptor events_;
  std::vector<int> watches_;
};

}  // namespace pscheduler::adapters
