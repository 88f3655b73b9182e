#include "shared/plugin_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace pscheduler::plugins {
namespace {

using testing::HasSubstr;

TEST(PluginConfig, ReadsTheSectionOfTheTool) {
  const auto config = PluginConfig::parse(
      "iperf3", "# x\n[other]\nserver_port=1\n[iperf3]\nserver_port = 5300\niperf3_cmd=/opt/i\n", "f.conf");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->port("server_port", 5201).value_or(0), 5300);
  EXPECT_EQ(config->text("iperf3_cmd", "/usr/bin/iperf3"), "/opt/i");
  EXPECT_EQ(config->trouble_with_program("iperf3_cmd", "/opt/i", "iperf3"),
            "There is no program /opt/i here; install the package iperf3 or set iperf3_cmd in f.conf.");
  const auto bad = PluginConfig::parse("t", "[t]\nserver_port = 70000\n", "f.conf");
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->port("server_port", 1).error().message,
            "f.conf: server_port is \"70000\", which is no port; give 1 to 65535.");
  EXPECT_THAT(PluginConfig::parse("t", "[t]\nnonsense\n", "f.conf").error().message,
              HasSubstr("f.conf line 2"));
}

// What an operator forbids is forbidden, also when he mistypes it or makes it unreadable.
TEST(PluginConfig, TakesNothingThatCannotBeReadForNothing) {
  const auto config = PluginConfig::parse("http", "[http]\nprivat = no\n", "f.conf");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->check_keys({"this-host", "private"}).error().message,
            "f.conf: there is no key \"privat\"; those known are this-host, private.");
  EXPECT_TRUE(config->check_keys({"privat"}));
  const auto folder = std::filesystem::temp_directory_path() / ("config-" + std::to_string(getpid()));
  std::filesystem::create_symlink(folder, folder);  // leads to itself
  ASSERT_EQ(setenv("PSCHEDULER_ARCHIVER_CONFIG", folder.c_str(), 1), 0);
  const auto unreadable = PluginConfig::of_archiver("http");
  std::filesystem::remove(folder);
  const auto absent = PluginConfig::of_archiver("http");
  unsetenv("PSCHEDULER_ARCHIVER_CONFIG");
  ASSERT_FALSE(unreadable);
  EXPECT_THAT(unreadable.error().message, HasSubstr("http.conf cannot be read: "));
  EXPECT_TRUE(absent);
}

}  // namespace
}  // namespace pscheduler::plugins
