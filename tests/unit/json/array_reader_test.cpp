#include "pscheduler/json/array_reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

namespace pscheduler::json {
namespace {

struct Outcome {
  Json elements = Json::array();
  Result<void> end;
};

Outcome read_in_pieces(std::string_view text, std::size_t piece, const ReadOptions& options = {}) {
  Outcome outcome;
  ArrayReader reader(
      [&](Json element) -> Result<void> {
        outcome.elements.push_back(std::move(element));
        return {};
      },
      options);
  for (std::size_t at = 0; at < text.size() && outcome.end; at += piece) {
    outcome.end = reader.feed(text.substr(at, piece));
  }
  if (outcome.end) outcome.end = reader.end();
  return outcome;
}

TEST(ArrayReader, GivesTheElementsHoweverTheTextIsCut) {
  const std::string text =
      R"( [ {"a": ["]", "\"", "\\"], "b": {"c": ","}} , [1, [2]],"x,]", -1.5 , null ]  )";
  const Json whole = *read(text);
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const auto outcome = read_in_pieces(text, piece);
    EXPECT_TRUE(outcome.end) << piece << ": " << outcome.end.error().message;
    EXPECT_EQ(outcome.elements, whole) << piece;
  }
  EXPECT_TRUE(read_in_pieces("[ \n]", 1).end);
}

TEST(ArrayReader, GivesAnElementAsSoonAsItIsComplete) {
  int count = 0;
  ArrayReader reader([&](const Json&) -> Result<void> {
    ++count;
    return {};
  });
  ASSERT_TRUE(reader.feed(R"([{"a":1})"));
  EXPECT_EQ(count, 0) << "it is complete with what follows";
  ASSERT_TRUE(reader.feed(","));
  EXPECT_EQ(count, 1);
}

TEST(ArrayReader, SaysWhatIsWrong) {
  struct Case {
    std::string text;
    std::string said;
  };
  for (const auto& [text, said] : std::vector<Case>{{R"({"a": 1})", "no list"},
                                                    {"", "ends before"},
                                                    {"[1, 2", "ends before"},
                                                    {"[1, tru, 3]", "element 2"},
                                                    {"[1,]", "element 2"},
                                                    {"[,1]", "element 1"},
                                                    {"[1}", "'}'"},
                                                    {"[{]}]", "element 1"},
                                                    {"[1] 2", "behind"}}) {
    for (const std::size_t piece : {std::size_t{1}, text.size() + 1}) {
      const auto outcome = read_in_pieces(text, piece);
      ASSERT_FALSE(outcome.end) << text;
      EXPECT_EQ(outcome.end.error().code, Errc::invalid_argument) << text;
      EXPECT_NE(outcome.end.error().message.find(said), std::string::npos) << outcome.end.error().message;
    }
  }
}

TEST(ArrayReader, BoundsElementsAndNotTheArray) {
  ReadOptions options;
  options.bytes_max = 10;
  EXPECT_TRUE(read_in_pieces("[12345, 12345, 12345, 12345]", 4, options).end);
  const auto outcome = read_in_pieces("[1, \"0123456789\"]", 4, options);
  ASSERT_FALSE(outcome.end);
  EXPECT_EQ(outcome.end.error().code, Errc::too_large);
}

TEST(ArrayReader, EndsWithTheErrorOfItsListener) {
  ArrayReader reader([](const Json&) -> Result<void> { return fail(Errc::cancelled, "enough"); });
  const auto fed = reader.feed("[1, 2]");
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().message, "enough");
}

TEST(ArrayReader, NeverAcceptsWhatTheReaderRefuses) {
  rc::check("text of JSON's own characters is taken exactly when read() takes it as a list", [] {
    const auto text =
        "[" + *rc::gen::container<std::string>(rc::gen::elementOf(std::string("[]{},:\"\\1a "))) + "]";
    const auto whole = read(text);
    const auto outcome = read_in_pieces(text, 3);
    RC_ASSERT(outcome.end.has_value() == whole.has_value());
    if (whole) RC_ASSERT(outcome.elements == *whole);
  });
}

}  // namespace
}  // namespace pscheduler::json
