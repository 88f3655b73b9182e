#pragma once
// ports::Files on the file system of the host. Errors of the system are in the message.

#include <boost/asio/thread_pool.hpp>

#include "pscheduler/ports/files.hpp"

namespace pscheduler::adapters {

class PosixFiles final : public ports::Files {
 public:
  PosixFiles();
  ~PosixFiles() override;  // waits for what remove_tree() began

  [[nodiscard]] Result<std::vector<std::string>> directories_in(
      const std::filesystem::path& path) const override;
  [[nodiscard]] bool is_executable(const std::filesystem::path& path) const override;
  [[nodiscard]] std::optional<std::filesystem::path> real_path(
      const std::filesystem::path& path) const override;
  Result<std::filesystem::path> make_private_directory(const std::filesystem::path& parent,
                                                       std::string_view prefix) override;
  Result<void> make_directory(const std::filesystem::path& path) override;
  Result<void> write_new_file(const std::filesystem::path& path, std::string_view content,
                              ports::FileMode mode) override;
  void remove_tree(std::filesystem::path path) override;

 private:
  boost::asio::thread_pool background_;
};

}  // namespace pscheduler::adapters
