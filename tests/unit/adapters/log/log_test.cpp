#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "adapters/log/log_line.hpp"
#include "adapters/log/redact.hpp"
#include "pscheduler/adapters/log/stderr_log.hpp"
#include "pscheduler/ports/messages.hpp"

namespace pscheduler::adapters {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr ports::Message kTest{"TEST_HAPPENED", ports::Level::warning, "Something happened"};
constexpr ports::Message kDetail{"TEST_DETAIL", ports::Level::debug, "A detail"};

TEST(LogLine, ShowsEachTypeOfField) {
  const Json object = Json::parse(R"({"a":[1,"x"]})");
  EXPECT_EQ(log_line(kTest, {{"count", std::int64_t{-3}},
                             {"share", 0.25},
                             {"ok", true},
                             {"host", std::string("127.0.0.1:8443")},
                             {"reason", std::string("no \"room\"\nleft=0")},
                             {"empty", std::string()},
                             {"spec", &object}}),
            R"(WARNING TEST_HAPPENED "Something happened" count=-3 share=0.25 ok=true host=127.0.0.1:8443 )"
            R"(reason="no \"room\"\x0aleft=0" empty="" spec={"a":[1,"x"]})");
}

TEST(LogLine, HidesSecretsWhereverTheyAre) {
  const Json object =
      Json::parse(R"({"_auth":{"user":"secret-1"},"data":[{"key":"secret-2","password":"secret-3"}],)"
                  R"("url":"https://a/tasks/1?key=secret-4&detail=1"})");
  const auto line = log_line(kTest, {{"participant-key", std::string("secret-5")},
                                     {"_hidden", std::int64_t{4711}},
                                     {"url", std::string("POST https://a/x?detail&key=secret-6 failed")},
                                     {"task", &object}});
  EXPECT_THAT(line, Not(HasSubstr("secret")));
  EXPECT_THAT(line, Not(HasSubstr("4711")));
  EXPECT_THAT(line, HasSubstr("https://a/x?detail&key=*** failed"));
  EXPECT_THAT(line, HasSubstr("https://a/tasks/1?key=***&detail=1"));
}

TEST(LogLine, IsBoundedAndOneLineWhateverItIsGiven) {
  const std::string long_text(1'000'000, 'x');
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  const auto line = log_line(kTest, {{"a", long_text},
                                     {"b", bytes},
                                     {"c", long_text},
                                     {"d", long_text},
                                     {"e", long_text},
                                     {"f", long_text}});
  EXPECT_LE(line.size(), kLogLineBytesMax + 10);
  EXPECT_EQ(line.find_first_of(std::string_view("\0\n\r\x1b\x7f", 5)), std::string::npos);
  EXPECT_THAT(line, HasSubstr("1000000 bytes"));
}

TEST(StderrLog, WritesTimeLevelAndIdAndDropsDebugUnlessAsked) {
  testing::internal::CaptureStderr();
  StderrLog log;
  log.write(kTest, {{"n", std::int64_t{1}}});
  log.write(kDetail, {{"n", std::int64_t{2}}});
  log.set_debug(true);
  EXPECT_TRUE(log.debug());
  log.write(kDetail, {{"n", std::int64_t{3}}});
  log.set_debug(false);
  log.write(kDetail, {{"n", std::int64_t{4}}});
  log.set_lowest(ports::Level::error);
  log.write(kTest, {{"n", std::int64_t{5}}});
  const auto text = testing::internal::GetCapturedStderr();
  const std::regex expected(
      R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARNING TEST_HAPPENED "Something happened" n=1)"
      "\n"
      R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z DEBUG TEST_DETAIL "A detail" n=3)"
      "\n");
  EXPECT_TRUE(std::regex_match(text, expected)) << text;
}

TEST(Messages, HaveUniqueSortedIdsThatMatchTheirConstants) {
  std::ifstream file(PSCHEDULER_MESSAGES_FILE);
  const std::regex row(R"re(^inline constexpr Message k(\w+)\{"([A-Z0-9_]+)", Level::\w+, "([^"]+)"\};$)re");
  std::vector<std::string> ids;
  for (std::string line; std::getline(file, line);) {
    if (line.find("Message k") == std::string::npos) continue;
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, row)) << line;
    std::string flat = match[2];
    std::erase(flat, '_');
    std::string constant = match[1];
    std::transform(constant.begin(), constant.end(), constant.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    EXPECT_EQ(constant, flat) << "the constant is named after its id";
    ids.push_back(match[2]);
  }
  EXPECT_GT(ids.size(), 5u);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end())) << testing::PrintToString(ids);
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end()) << "two messages have the same id";
}

}  // namespace
}  // namespace pscheduler::adapters
