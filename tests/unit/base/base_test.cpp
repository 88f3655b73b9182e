#include <gtest/gtest.h>

#include <set>

#include "pscheduler/base/error.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/base/uuid.hpp"

namespace pscheduler {
namespace {

constexpr std::string_view kCanonical = "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001";

TEST(Uuid, ReadsEverySpellingThatClientsSend) {
  for (const std::string_view text :
       {"7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001", "7D1F0C7E-3A52-4B7F-9D0B-0A54B6F1C001",
        "7d1f0c7e3a524b7f9d0b0a54b6f1c001", "{7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001}",
        "urn:uuid:7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001", "URN:UUID:{7d1f0c7e3a524b7f9d0b0a54b6f1c001}"}) {
    const auto uuid = Uuid::parse(text);
    ASSERT_TRUE(uuid) << text;
    EXPECT_EQ(uuid->to_string(), kCanonical) << text;
  }
}

TEST(Uuid, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "first", "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c00", "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c0011",
        "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c00g", "{7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
}

TEST(Uuid, RandomOnesAreVersionFour) {
  Uuid::Bytes bytes{};
  bytes.fill(0xff);
  EXPECT_EQ(Uuid::from_random(bytes).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

TEST(ErrorTable, LabelsAreUnique) {
  std::set<std::string_view> labels;
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code) {
    EXPECT_TRUE(labels.insert(traits(static_cast<Errc>(code)).label).second) << code;
  }
}

TEST(Text, ExcerptCutsAtACharacterAndShowsControls) {
  EXPECT_EQ(excerpt("a\nb"), "a\\x0ab");
  EXPECT_EQ(excerpt("a\xc2\x9b"
                    "31m \x7f ö"),
            "a\\xc2\\x9b31m \\x7f ö")
      << "some terminals obey U+009B";
  EXPECT_EQ(excerpt("ääää", 5), "ää… (8 bytes)");
  EXPECT_EQ(excerpt("\xff", 5), "\\xff");
}

TEST(Text, Utf8AcceptsOnlyWellFormedBytes) {
  EXPECT_TRUE(is_utf8("a ä € 𝄞"));
  for (const std::string_view bad : {"\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x80"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Text, SplitKeepsEmptyPieces) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

}  // namespace
}  // namespace pscheduler
