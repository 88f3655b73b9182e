#include "pscheduler/plugin_sdk/records.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "plugin_sdk/serve.hpp"
#include "unit/plugin_sdk/memory_file.hpp"
#include "unit/plugin_sdk/sample_catalogue.hpp"

namespace pscheduler::sdk {
namespace {

using test::MemoryFile;

std::vector<Json> records_in(MemoryFile& file) {
  file.rewind();
  RecordReader reader(file.fd());
  std::vector<Json> records;
  for (auto record = reader.next(); record && *record; record = reader.next())
    records.push_back(Json::parse(**record));
  return records;
}

TEST(Records, AreReadAsWritten) {
  MemoryFile file;
  const RecordWriter writer(file.fd());
  const std::vector<Json> sent{
      {{"a", "line\nbreak"}}, Json::array(), Json{{"big", std::string(200'000, 'x')}}};
  for (const auto& record : sent) ASSERT_TRUE(writer.write(record));
  EXPECT_EQ(records_in(file), sent);
}

TEST(Records, AcceptBareLinesAndPassOverEmptyOnes) {
  MemoryFile file("{\"a\":1}\n\n\x1e\n\x1e{\"a\":2}\nunfinished");
  EXPECT_EQ(records_in(file), (std::vector<Json>{{{"a", 1}}, {{"a", 2}}}));
}

TEST(Records, FailWhenNobodyReads) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  signal(SIGPIPE, SIG_IGN);
  EXPECT_FALSE(RecordWriter(ends[1]).write({{"a", 1}}));
  close(ends[1]);
}

std::vector<Json> served(const std::string& requests) {
  MemoryFile input(requests);
  MemoryFile output;
  Dispatcher dispatcher(sample::catalogue());
  EXPECT_EQ(serve(dispatcher, input.fd(), output.fd()), 0);
  return records_in(output);
}

TEST(Serve, SaysFirstWhatItServes) {
  const auto answers = served("");
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0]["serves"].size(), 4u);
}

TEST(Serve, AnswersInOrderWithTheCallersIds) {
  const auto answers = served(
      "\x1e{\"id\":1,\"class\":\"test\",\"plugin\":\"knock\",\"method\":\"spec-is-valid\",\"input\":{}}\n"
      "\x1e{\"id\":\"two\",\"class\":\"test\",\"plugin\":\"knock\",\"method\":\"spec-is-valid\",\"input\":\"["
      "1\"}\n"
      "\x1e{\"id\":3,\"class\":\"test\",\"plugin\":\"knock\",\"method\":\"result-format\",\"argument\":"
      "\"text/html\","
      "\"input\":{\"spec\":{},\"result\":{\"succeeded\":true,\"answer\":\"yes\"}}}\n"
      "\x1e{\"id\":4,\"class\":\"tool\",\"plugin\":\"knuckles\",\"method\":\"enumerate\"}\n");
  ASSERT_EQ(answers.size(), 5u);
  EXPECT_EQ(answers[1], Json::parse(R"({"id":1,"status":0,"output":{"valid":true},"errors":""})"));
  EXPECT_EQ(answers[2]["id"], "two");
  EXPECT_EQ(answers[2]["output"]["valid"], false);
  EXPECT_EQ(answers[3]["output"], "<table>\n<tr><th>Answer</th><td>yes</td></tr>\n</table>");
  EXPECT_EQ(answers[4]["output"]["name"], "knuckles");
}

TEST(Serve, OutlivesGarbageAndExceptions) {
  const auto answers = served(
      "garbage\n"
      "\x1e[1,2]\n"
      "\x1e{\"id\":5}\n"
      "\x1e{\"id\":6,\"class\":\"tool\",\"plugin\":\"knuckles\",\"method\":\"run\",\"input\":{}}\n"
      "\x1e{\"id\":7,\"class\":\"test\",\"plugin\":\"knock\",\"method\":\"result-format\","
      "\"input\":{\"spec\":{},\"result\":{\"succeeded\":true,\"answer\":\"throw\"}}}\n"
      "\x1e{\"id\":8,\"class\":\"test\",\"plugin\":\"knock\",\"method\":\"spec-is-valid\",\"input\":{}}\n");
  ASSERT_EQ(answers.size(), 7u);
  for (std::size_t i = 1; i <= 5; ++i) {
    EXPECT_EQ(answers[i]["status"], 1) << answers[i];
    EXPECT_NE(answers[i]["errors"], "") << answers[i];
  }
  EXPECT_EQ(answers[1]["id"], nullptr);
  EXPECT_EQ(answers[5]["id"], 7);
  EXPECT_EQ(answers[6]["output"]["valid"], true);
}

}  // namespace
}  // namespace pscheduler::sdk
