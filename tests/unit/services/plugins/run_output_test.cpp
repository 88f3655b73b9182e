#include "services/plugins/run_output.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "case_name.hpp"

namespace pscheduler::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t kDocumentMax = 100;
constexpr std::size_t kRecordMax = 40;

struct Reader {
  std::vector<std::string> records;
  std::vector<std::string> dropped;
  RunOutput output{kDocumentMax, kRecordMax,
                   [this](std::shared_ptr<const Json> record) { records.push_back(record->dump()); },
                   [this](const std::string& why) { dropped.push_back(why); }};
};

TEST(RunOutput, IsTheSameHoweverItIsCut) {
  const std::string printed = "\x1E{\"a\":1}\n{\n  \"b\": 2}\r\n\x1E {\"c\":3}\nlast";
  for (std::size_t size = 1; size <= printed.size(); ++size) {
    Reader reader;
    for (std::size_t at = 0; at < printed.size(); at += size)
      reader.output.take(std::string_view(printed).substr(at, size));
    reader.output.finish();
    EXPECT_THAT(reader.records, ElementsAre("{\"a\":1}", "{\"c\":3}")) << size;
    EXPECT_EQ(reader.output.text(), "last") << size;
    EXPECT_THAT(reader.dropped, IsEmpty());
  }
}

TEST(RunOutput, DeliversARecordAtItsLineEnd) {
  Reader reader;
  reader.output.take("\x1E{\"a\":1}");
  EXPECT_THAT(reader.records, IsEmpty());
  reader.output.take("\n\x1E{\"a\":2}\n\x1E");
  EXPECT_THAT(reader.records, ElementsAre("{\"a\":1}", "{\"a\":2}"));
}

TEST(RunOutput, TakesALastRecordWithoutLineEnd) {
  Reader reader;
  reader.output.take("\x1E{\"a\":1}");
  reader.output.finish();
  EXPECT_THAT(reader.records, ElementsAre("{\"a\":1}"));
}

TEST(RunOutput, KeepsSeveralLinesOfOneDocument) {
  Reader reader;
  reader.output.take("{\"a\":\n1}\n");
  reader.output.finish();
  EXPECT_EQ(reader.output.text(), "{\"a\":\n1}\n");
  EXPECT_FALSE(reader.output.text_too_large());
}

TEST(RunOutput, ASeparatorInsideALineIsText) {
  Reader reader;
  reader.output.take("a\x1E{}\n");
  reader.output.finish();
  EXPECT_THAT(reader.records, IsEmpty());
  EXPECT_EQ(reader.output.text(), "a\x1E{}\n");
}

struct BadRecord {
  std::string name;
  std::string line;
  std::string why;
};

class BadRecords : public testing::TestWithParam<BadRecord> {};

TEST_P(BadRecords, AreDroppedAloneAndNamed) {
  Reader reader;
  reader.output.take("\x1E" + GetParam().line + "\n\x1E{\"good\":1}\n");
  EXPECT_THAT(reader.records, ElementsAre("{\"good\":1}"));
  EXPECT_THAT(reader.dropped, ElementsAre(HasSubstr(GetParam().why)));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadRecords,
    testing::Values(BadRecord{"not_json", "hello", "hello"}, BadRecord{"empty", "", "empty"},
                    BadRecord{"array", "[1]", "object"}, BadRecord{"future", "{\"schema\":2}", "schema"},
                    BadRecord{"schema_text", "{\"schema\":\"1\"}", "schema"},
                    BadRecord{"too_long", "{\"a\":\"" + std::string(kRecordMax, 'x') + "\"}", "longer"},
                    BadRecord{"not_utf8", "{\"a\":\"\xff\"}", "UTF-8"}),
    test::CaseName());

TEST(RunOutput, HasABound) {
  Reader reader;
  for (int i = 0; i < 1000; ++i) reader.output.take("0123456789");
  EXPECT_EQ(reader.output.text().size(), kDocumentMax);
  EXPECT_TRUE(reader.output.text_too_large());
}

}  // namespace
}  // namespace pscheduler::services
