#include "cli/front_end.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class FrontEnd : public ::testing::Test {
 protected:
  FrontEnd() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cli-commands-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    add("batch", 0755);
    add("internal", 0755);
    add("notes.txt", 0644);
    add("a-name-longer-than-its-column", 0755);
  }
  ~FrontEnd() override { std::filesystem::remove_all(directory_); }

  void add(const std::string& name, mode_t mode) {
    std::ofstream(directory_ / name) << "#!/bin/sh\nexit 7\n";
    chmod((directory_ / name).c_str(), mode);
  }

  int run(const Words& words) { return front_end(bench_.context, ExternalCommands({directory_}), words); }

  std::filesystem::path directory_;
  testing::Bench bench_;
};

TEST_F(FrontEnd, WithoutArgumentsTeachesOnStandardError) {
  EXPECT_EQ(run({}), 1);
  EXPECT_THAT(bench_.out.str(), IsEmpty());
  EXPECT_THAT(bench_.err.str(), HasSubstr("pscheduler task rtt --dest"));
}

TEST_F(FrontEnd, HelpEndsWithTheNamesOfAllCommands) {
  for (const char* word : {"--help", "-h", "help"}) {
    bench_.out.str("");
    EXPECT_EQ(run({word}), 0);
    const std::string help = bench_.out.str();
    EXPECT_THAT(help, StartsWith("Usage: pscheduler COMMAND"));
    const auto names = help.substr(help.find("\nCommands"));
    for (const char* name : {"task", "watch", "result", "cancel", "ping", "clock", "plugins", "version",
                             "batch", "a-name-longer-than-its-column"}) {
      EXPECT_THAT(names, ContainsRegex(std::string("[ \n]") + name + "[ \n]"));
    }
    EXPECT_THAT(names, Not(HasSubstr("internal")));
    EXPECT_THAT(names, Not(HasSubstr("notes.txt")));
  }
}

TEST_F(FrontEnd, HelpOfACommandIsItsOwn) {
  EXPECT_EQ(run({"help", "cancel"}), 0);
  EXPECT_THAT(bench_.out.str(), StartsWith("Usage: pscheduler cancel"));
}

TEST_F(FrontEnd, EveryCommandHasHelpWithAnExample) {
  for (const char* name : {"task", "watch", "result", "cancel", "ping", "clock", "plugins", "version"}) {
    bench_.out.str("");
    EXPECT_EQ(run({name, "--help"}), 0) << name;
    EXPECT_THAT(bench_.out.str(), StartsWith(std::string("Usage: pscheduler ") + name));
    EXPECT_THAT(bench_.out.str(), HasSubstr(std::string("\n    pscheduler ") + name));
  }
}

TEST_F(FrontEnd, UnknownWordsAreNamed) {
  for (const std::string word : {"nosuch", "-x", "", "notes.txt", "./batch", "../x/batch"}) {
    bench_.err.str("");
    EXPECT_EQ(run({word}), 1) << word;
    EXPECT_THAT(bench_.err.str(), HasSubstr("\"" + word + "\""));
  }
  bench_.err.str("");
  EXPECT_EQ(run({"--bogus"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("--bogus"));
  EXPECT_THAT(bench_.err.str(), HasSubstr("--help"));
  EXPECT_THAT(bench_.out.str(), IsEmpty());
}

TEST_F(FrontEnd, AnExternalCommandTakesOverTheProcessWithItsWords) {
  std::ofstream(directory_ / "echo-words") << "#!/bin/sh\nprintf '<%s>' \"$@\" >&2\nexit 9\n";
  chmod((directory_ / "echo-words").c_str(), 0755);
  EXPECT_EXIT(run({"echo-words", "--help", "two words", ""}), ::testing::ExitedWithCode(9),
              "<--help><two words><>");
}

}  // namespace
}  // namespace pscheduler::cli
