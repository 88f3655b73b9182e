// Members of an archiver's data that are jq transforms: it gets what they make of the result.

#include "component/archiving.hpp"

namespace pscheduler::test {
namespace {

using Outputs = std::vector<Json>;

struct Named {
  std::string name;
  Result<std::vector<Json>> outputs;
  std::optional<std::string> sent = {};
};

// The archiver "shelf" says that "place" in its data may be a transform.
class ArchivingWithTransformedData : public ArchivingOfResults, public testing::WithParamInterface<Named> {};

TEST_P(ArchivingWithTransformedData, GivesTheArchiverTheText) {
  const Named& row = GetParam();
  const Outputs made{Json{{"made", "so"}}};
  world->scripts.gives = [&](const ports::Script& script, const Json& input,
                             const Json&) -> Result<std::vector<Json>> {
    if (script.text == ".id") return made;
    EXPECT_EQ(script.text, ".made");
    EXPECT_EQ(input, made.front()) << "after the main transform";
    return row.outputs;
  };
  Json archive = shelf({{"transform", {{"script", ".id"}}}});
  archive["data"]["place"] = {{"script", ".made"}};
  archive["data"]["other"] = {{"script", "stays"}};
  const auto task = post({archive});
  world->advance_to(at(60s));
  const auto archiving = archiving_of(task);
  EXPECT_EQ(archiving["completed"], true);
  EXPECT_EQ(archiving["archived"], row.sent.has_value());
  ASSERT_EQ(world->plugins.archived.size(), row.sent ? 1U : 0U);
  ASSERT_EQ(archiving["diags"].size(), 1U);
  if (row.sent) {
    EXPECT_EQ(world->plugins.archived[0].record["data"]["place"], *row.sent);
    EXPECT_EQ(world->plugins.archived[0].record["data"]["other"], (Json{{"script", "stays"}}));
    EXPECT_EQ(world->plugins.archived[0].record["data"]["_password"], "s3cret");
  } else {
    EXPECT_EQ(archiving["diags"][0]["return-code"], 1);
    EXPECT_THAT(archiving["diags"][0]["stderr"].get<std::string>(), testing::HasSubstr("'place'"));
  }
}

INSTANTIATE_TEST_SUITE_P(All, ArchivingWithTransformedData,
                         testing::Values(Named{"text", Outputs{"here", "rest"}, "here"},
                                         Named{"number", Outputs{7}, "7"},
                                         Named{"object", Outputs{Json{{"a", 1}}}, R"({"a":1})"},
                                         Named{"null", Outputs{nullptr}, "null"}, Named{"nothing", Outputs{}},
                                         Named{"too_much", Outputs{std::string(70'000, 'x')}},
                                         Named{"error", fail(Errc::invalid_argument, "no luck")},
                                         Named{"too_long", fail(Errc::timed_out, "too long")}),
                         CaseName());

}  // namespace
}  // namespace pscheduler::test
