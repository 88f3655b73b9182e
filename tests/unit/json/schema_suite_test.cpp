// The required draft-7 tests of the package json-schema-test-suite.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/schema.hpp"

namespace pscheduler::json {
namespace {

namespace fs = std::filesystem;

const fs::path kSuite = "/usr/share/json-schema-test-suite/tests/draft7";

// Groups that are not supported on purpose, by file and description; "" is all of the file.
const std::map<std::pair<std::string, std::string>, std::string> kUnsupported = {
    {{"refRemote.json", ""}, "schemas are never fetched"},
    {{"definitions.json", "valid definition"}, "refers to the meta-schema by URL"},
    {{"definitions.json", "invalid definition"}, "refers to the meta-schema by URL"},
    {{"ref.json", "remote ref, containing refs itself"}, "refers to the meta-schema by URL"},
    {{"ref.json", "Recursive references between schemas"}, "references by $id; ours are JSON pointers"},
};

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class DraftSeven : public ::testing::TestWithParam<fs::path> {};

TEST_P(DraftSeven, GroupsOfTheSuite) {
  const std::string file = GetParam().filename().string();
  if (kUnsupported.contains({file, ""})) GTEST_SKIP() << kUnsupported.at({file, ""});
  ReadOptions options;
  options.comments = Comments::keep;
  options.dialect = Dialect::limits;
  const auto groups = read(text_of(GetParam()), options);
  ASSERT_TRUE(groups) << groups.error().message;
  for (const Json& group : *groups) {
    const std::string description = get_string(group, "description").value();
    if (kUnsupported.contains({file, description})) continue;
    const auto schema = Schema::compile(group.at("schema"));
    ASSERT_TRUE(schema) << description << ": " << schema.error().message;
    for (const Json& test : group.at("tests")) {
      const auto violation = schema->check(test.at("data"));
      EXPECT_EQ(!violation.has_value(), test.at("valid").get<bool>())
          << description << ": " << get_string(test, "description").value()
          << (violation ? "\n" + to_text(*violation) : "");
      if (violation) {
        EXPECT_FALSE(violation->message.empty()) << description;
      }
    }
  }
}

std::vector<fs::path> suite_files() {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(kSuite, none)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  for (const auto* optional :
       {"optional/zeroTerminatedFloats.json", "optional/format/ipv4.json", "optional/format/ipv6.json",
        "optional/format/email.json", "optional/bignum.json"}) {
    if (fs::exists(kSuite / optional)) files.push_back(kSuite / optional);
  }
  return files;
}

INSTANTIATE_TEST_SUITE_P(Files, DraftSeven, ::testing::ValuesIn(suite_files()), [](const auto& test) {
  return test.param.stem().string() == "if-then-else" ? "if_then_else" : test.param.stem().string();
});

TEST(DraftSevenSuite, IsInstalled) {
  EXPECT_GE(suite_files().size(), 30U) << kSuite << " is missing or empty";
}

}  // namespace
}  // namespace pscheduler::json
