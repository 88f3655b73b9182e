#include "pscheduler/adapters/system/read_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace pscheduler::adapters {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ReadFile : public testing::Test {
 protected:
  ReadFile() : folder_(fs::path(testing::TempDir()) / ("read_file." + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~ReadFile() override { fs::remove_all(folder_); }

  const fs::path folder_;
};

TEST_F(ReadFile, IsTheWholeUpToItsBound) {
  const std::string text(200'000, 'x');
  std::ofstream(folder_ / "file") << text;
  fs::create_symlink(folder_ / "file", folder_ / "link");
  EXPECT_EQ(read_file(folder_ / "link", text.size()).value_or(""), text);
  const auto refused = read_file(folder_ / "file", text.size() - 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_large);
  EXPECT_THAT(refused.error().message, HasSubstr("file has more than 199999 bytes"));
  std::ofstream(folder_ / "empty").close();
  EXPECT_EQ(read_file(folder_ / "empty", 0).value_or("?"), "");
}

TEST_F(ReadFile, WaitsForNobody) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(read_file(folder_ / "pipe", 10).error().message,
              HasSubstr("pipe cannot be read: it is no ordinary"));
  EXPECT_THAT(read_file(folder_, 10).error().message, HasSubstr("no ordinary file"));
  EXPECT_THAT(read_file("/dev/zero", 10).error().message, HasSubstr("no ordinary file"));
  EXPECT_THAT(read_file(folder_ / "missing", 10).error().message, HasSubstr("No such file"));
}

}  // namespace
}  // namespace pscheduler::adapters
