#include "pscheduler/app/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "app/config/table.hpp"

namespace pscheduler::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "psched-config-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~ConfigTest() override { std::filesystem::remove_all(directory_); }

  // Loads a file with this text and these options; the file is named "config.json" in messages.
  tl::expected<Config, ConfigProblems> load(const std::string& text,
                                            const std::vector<std::string>& options = {}) {
    const auto file = directory_ / "config.json";
    std::ofstream(file) << text;
    std::vector<std::string> arguments{"--config", file.string()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    auto command_line = parse_command_line(arguments);
    if (!command_line) return tl::unexpected(ConfigProblems{command_line.error().message});
    auto config = load_config(*command_line, [this](std::string_view name) -> std::optional<std::string> {
      if (name == "HOME") return directory_.string();
      return std::nullopt;
    });
    if (!config) {
      const auto prefix = directory_.string() + "/";
      for (auto& problem : config.error()) {
        if (const auto at = problem.find(prefix); at != std::string::npos) problem.erase(at, prefix.size());
      }
    }
    return config;
  }

  std::filesystem::path directory_;
};

TEST_F(ConfigTest, HasSensibleDefaults) {
  const auto config = load("{}");
  ASSERT_TRUE(config);
  EXPECT_THAT(config->listen,
              ElementsAre(adapters::ListenAddress{"127.0.0.1", 8443}, adapters::ListenAddress{"::1", 8443}));
  EXPECT_TRUE(config->listen_is_default);
  EXPECT_EQ(config->max_parallel_runs, 100);
  EXPECT_EQ(config->max_tasks, 50000);
  EXPECT_EQ(config->max_archivings, 500000);
  EXPECT_EQ(config->run_straggle, 30s);
  EXPECT_EQ(config->schedule_horizon, 24h);
  EXPECT_EQ(config->keep_runs_tasks, 48h);
  EXPECT_EQ(config->configurables, "/etc/pscheduler/configurables.conf");
  EXPECT_EQ(config->body_bytes_max, 8 << 20);
  EXPECT_FALSE(config->plain_http);
  EXPECT_EQ(config->log_level, ports::Level::info);
  EXPECT_TRUE(config->data_directory.is_absolute());
}

TEST_F(ConfigTest, EveryKeyCanBeSetInTheFile) {
  const auto config = load(R"({
    "schema": 1, "# note": "a comment",
    "listen": ["0.0.0.0:443", "[::]:443"], "hostname": "ps.example.org", "data-dir": "/srv/ps",
    "plugins": ["/opt/a", "/opt/b/"], 
    "resolver": "127.0.0.1:5353", "tls-certificate": "/srv/c.pem", "tls-key": "/srv/k.pem", "plain-http": false,
    "max-parallel-runs": 7, "max-tasks": 8, "max-archivings": 9, "run-straggle": "PT5S", "schedule-horizon": "PT12H",
    "keep-runs-tasks": "P1W", "configurables": "/srv/ps/configurables.conf",
    "body-bytes-max": 100000, "connections-max": 50, "connections-per-address-max": 20,
    "store-synchronous": "normal", "store-cache": 1048576, "log-level": "debug"})");
  ASSERT_TRUE(config) << testing::PrintToString(config.error());
  EXPECT_EQ(config->listen.size(), 2u);
  EXPECT_FALSE(config->listen_is_default);
  EXPECT_EQ(config->host_name, "ps.example.org");
  EXPECT_EQ(config->data_directory, "/srv/ps");
  EXPECT_THAT(config->plugins, ElementsAre("/opt/a", "/opt/b/"));
  EXPECT_EQ(config->resolver, "127.0.0.1:5353");
  EXPECT_EQ(config->tls_certificate, "/srv/c.pem");
  EXPECT_EQ(config->tls_key, "/srv/k.pem");
  EXPECT_EQ(config->max_parallel_runs, 7);
  EXPECT_EQ(config->max_tasks, 8);
  EXPECT_EQ(config->max_archivings, 9);
  EXPECT_EQ(config->run_straggle, 5s);
  EXPECT_EQ(config->schedule_horizon, 12h);
  EXPECT_EQ(config->keep_runs_tasks, 24h * 7);
  EXPECT_EQ(config->configurables, "/srv/ps/configurables.conf");
  EXPECT_EQ(config->body_bytes_max, 100000);
  EXPECT_EQ(config->connections_max, 50);
  EXPECT_EQ(config->connections_per_address_max, 20);
  EXPECT_EQ(config->store_synchronous, adapters::Synchronous::normal);
  EXPECT_EQ(config->store_cache, 1 << 20);
  EXPECT_EQ(config->log_level, ports::Level::debug);
}

TEST_F(ConfigTest, TheCommandLineWins) {
  const auto config =
      load(R"({"listen": ["0.0.0.0:443"], "hostname": "file", "max-parallel-runs": 7})",
           {"--listen", "127.0.0.1:1", "--listen=[::1]:2", "--hostname", "line", "--plain-http"});
  ASSERT_TRUE(config) << testing::PrintToString(config.error());
  EXPECT_THAT(config->listen,
              ElementsAre(adapters::ListenAddress{"127.0.0.1", 1}, adapters::ListenAddress{"::1", 2}));
  EXPECT_EQ(config->host_name, "line");
  EXPECT_EQ(config->max_parallel_runs, 7);
  EXPECT_TRUE(config->plain_http);
}

TEST_F(ConfigTest, SaysEverythingThatIsWrongAtOnce) {
  const auto config = load(R"({
  "schema": 2,
  "lisen": ["127.0.0.1:8443"],
  "listen": ["localhost"],
  "max-parallel-runs": "many",
    "run-straggle": "30",
  "connections-max": 5,
  "store-synchronous": "off",
  "plain-http": 1,
  "plugins": "/opt"
})",
                           {"--schedule-horizon", "PT1S", "--resolver", "dns.example"});
  ASSERT_FALSE(config);
  EXPECT_THAT(
      config.error(),
      testing::UnorderedElementsAre(
          HasSubstr("config.json:2:13: schema must be 1, not 2"),
          HasSubstr("config.json:3:12: 'lisen' is no configuration key; did you mean 'listen'?"),
          AllOf(HasSubstr("config.json:4:13: listen: 'localhost'"), HasSubstr("127.0.0.1:8443")),
          HasSubstr("config.json:5:24: max-parallel-runs: must be a whole number, not 'many'"),
          HasSubstr("config.json:6:21: run-straggle: '30' is not an ISO 8601 duration from PT1S to PT1H"),
          HasSubstr("config.json:7:22: connections-max: '5' is not a whole number from 10 to 100000"),
          HasSubstr("config.json:8:24: store-synchronous: 'off' is not full or normal"),
          HasSubstr("config.json:9:17: plain-http: must be true or false, not 1"),
          HasSubstr("config.json:10:14: plugins: must be a list of strings, not '/opt'"),
          HasSubstr("--schedule-horizon: 'PT1S'"), HasSubstr("--resolver: 'dns.example'")));
}

struct BadFile {
  std::string_view text;
  std::string_view expected;
};

TEST_F(ConfigTest, SaysWhereTheFileIsBroken) {
  for (const BadFile& bad : {BadFile{"{\"listen\": [}", "config.json: line 1, column 13"},
                             BadFile{"[]", "config.json:1:1: the file must hold a JSON object"},
                             BadFile{"", "config.json: line 1, column 1"}}) {
    const auto config = load(std::string(bad.text));
    ASSERT_FALSE(config) << bad.text;
    EXPECT_THAT(config.error(), ElementsAre(HasSubstr(std::string(bad.expected))));
  }
}

// Their bounds are those of the configuration.
TEST_F(ConfigTest, ConfigurablesAreAFewKeysOfTheConfiguration) {
  const auto file = directory_ / "configurables.conf";
  const auto read = [&](const std::string& text) {
    std::ofstream(file) << text;
    return read_configurables(file);
  };
  EXPECT_EQ(read_configurables(file), Configurables{}) << "it need not exist";
  EXPECT_EQ(read("{}"), Configurables{});
  EXPECT_EQ(read(R"({"schema": 1, "keep-runs-tasks": "P1W", "run-straggle": "PT5S"})"),
            (Configurables{24h * 7, 5s}));
  const auto bad = read(R"({
  "schema": 2,
  "keep-run-tasks": "P1W",
  "schedule-horizon": "P1D",
  "keep-runs-tasks": "PT1S",
  "run-straggle": 5
})");
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error(),
              testing::UnorderedElementsAre(
                  HasSubstr("configurables.conf:2:13: schema must be 1, not 2"),
                  HasSubstr("did you mean 'keep-runs-tasks'?"),
                  HasSubstr("'schedule-horizon' is no configuration key of this file"),
                  HasSubstr("5:22: keep-runs-tasks: 'PT1S' is not an ISO 8601 duration from PT1M to P3650D"),
                  HasSubstr("run-straggle: must be")));
  EXPECT_THAT(read("[]").error(), ElementsAre(HasSubstr(R"(such as {"keep-runs-tasks": "P2D"})")));
}

struct Contradiction {
  std::vector<std::string> options;
  std::string_view expected;
};

TEST_F(ConfigTest, ChecksKeysTogether) {
  for (const Contradiction& bad :
       {Contradiction{{"--tls-key", "k.pem"}, "tls-certificate and tls-key go together"},
        Contradiction{{"--plain-http", "--listen", "0.0.0.0:80"}, "listen has 0.0.0.0:80"}}) {
    const auto config = load("{}", bad.options);
    ASSERT_FALSE(config) << bad.expected;
    EXPECT_THAT(config.error(), ElementsAre(HasSubstr(std::string(bad.expected))));
  }
}

TEST_F(ConfigTest, AFileThatWasNamedMustBeThere) {
  CommandLine command_line;
  command_line.config_file = directory_ / "missing.json";
  const auto config = load_config(command_line, [](std::string_view) { return std::nullopt; });
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error(), ElementsAre(HasSubstr("missing.json cannot be read: No such file")));
}

TEST_F(ConfigTest, CheckLooksAtFilesAndDirectories) {
  const auto good = load("{}", {"--data-dir", (directory_ / "a/b/c").string()});
  ASSERT_TRUE(good);
  EXPECT_THAT(check_files(*good), ElementsAre());

  const auto bad =
      load("{}", {"--data-dir", (directory_ / "config.json/x").string(), "--plugins", "/nonexistent/plugins",
                  "--tls-certificate", "/nonexistent/c.pem", "--tls-key", "/nonexistent/k.pem"});
  ASSERT_TRUE(bad);
  EXPECT_THAT(check_files(*bad), testing::UnorderedElementsAre(HasSubstr("config.json/x' cannot be written"),
                                                               HasSubstr("/nonexistent/plugins"),
                                                               HasSubstr("/nonexistent/c.pem"),
                                                               HasSubstr("/nonexistent/k.pem")));
}

TEST_F(ConfigTest, WhatItPrintsReadsBackTheSame) {
  const auto config = load(R"({"run-straggle": "PT1.5S", "plugins": ["/opt/a"], "log-level": "error"})");
  ASSERT_TRUE(config);
  const auto again = load(config_as_json(*config));
  ASSERT_TRUE(again) << testing::PrintToString(again.error());
  EXPECT_EQ(config_as_json(*again), config_as_json(*config));
  EXPECT_THAT(config_as_json(*config), HasSubstr("\"run-straggle\": \"PT1.5S\""));
}

TEST(CommandLineTest, HelpTeachesAndVersionIsShort) {
  const std::vector<std::string> help_arguments{"--help"};
  const auto help = parse_command_line(help_arguments);
  ASSERT_TRUE(help);
  EXPECT_EQ(help->action, Action::print_text);
  for (const auto& key : config_keys()) EXPECT_THAT(help->text, HasSubstr("--" + std::string(key.name)));
  EXPECT_THAT(help->text, HasSubstr("Examples:"));

  const std::vector<std::string> version_arguments{"--version"};
  EXPECT_THAT(parse_command_line(version_arguments)->text, testing::MatchesRegex("pschedulerd [0-9.]+\n"));
}

TEST(CommandLineTest, RefusesWhatItDoesNotKnow) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--lisen", "x"}, std::vector<std::string>{"serve"},
        std::vector<std::string>{"--hostname"},
        std::vector<std::string>{"--hostname", "a", "--hostname", "b"}}) {
    const auto result = parse_command_line(arguments);
    ASSERT_FALSE(result) << arguments.front();
    EXPECT_THAT(result.error().message, HasSubstr("--help"));
  }
}

TEST(ConfigTable, HasUniqueNamesAndHelp) {
  std::set<std::string_view> names;
  for (const auto& key : config_keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_GT(key.help.size(), 20u) << key.name;
    EXPECT_FALSE(key.preset.empty() && key.preset_text.empty()) << key.name;
  }
}

TEST(ConfigManual, IsTheOneInTheDocumentation) {
  std::ostringstream text;
  text << std::ifstream(PSCHEDULER_CONFIG_MANUAL).rdbuf();
  EXPECT_EQ(text.str(), config_manual()) << "docs/configuration.md must be this:\n" << config_manual();
}

}  // namespace
}  // namespace pscheduler::app
