#include "pscheduler/json/write.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/hidden.hpp"
#include "pscheduler/json/pointer.hpp"
#include "pscheduler/json/reader.hpp"

namespace pscheduler::json {
namespace {

TEST(Write, CompactHasNoBlanksAndIsAscii) {
  EXPECT_EQ(to_compact(*read(R"({"b": [1, -2, true, null], "a": "ä😀\u0000\u007f\n\"\\/"})")),
            R"({"a":"\u00e4\ud83d\ude00\u0000\u007f\n\"\\/","b":[1,-2,true,null]})");
}

TEST(Write, PlainIsOneLineWithBlanks) {
  EXPECT_EQ(to_plain(*read(R"({"b":[1,{}],"a":[]})")), R"({"a": [], "b": [1, {}]})");
}

TEST(Write, PrettyPutsABlankBetweenCommaAndLineEnd) {
  EXPECT_EQ(to_pretty(*read(R"({"b":[1,2],"a":{},"c":"é"})")),
            "{\n    \"a\": {}, \n    \"b\": [\n        1, \n        2\n    ], \n    \"c\": \"\\u00e9\"\n}");
}

TEST(Write, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(to_compact(Json("a\xff"
                            "b\xc3")),
            R"("a\ufffdb\ufffd")");
}

struct NumberText {
  double number;
  std::string_view text;
};

TEST(Write, NumbersKeepTheirPoint) {
  for (const auto& [number, text] : {NumberText{1500000000.0, "1500000000.0"},
                                     {0.1, "0.1"},
                                     {1e15, "1000000000000000.0"},
                                     {1e16, "1e+16"},
                                     {1e22, "1e+22"},
                                     {0.0001, "0.0001"},
                                     {0.00001, "1e-05"},
                                     {-2.5e-7, "-2.5e-07"},
                                     {-0.0, "-0.0"},
                                     {1.7976931348623157e308, "1.7976931348623157e+308"},
                                     {std::nan(""), "null"},
                                     {HUGE_VAL, "null"}}) {
    EXPECT_EQ(to_compact(Json(number)), text);
  }
}

// Any value a document can hold.
rc::Gen<std::string> any_text() {
  return rc::gen::map(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 40)), [](const auto& picks) {
    static const std::vector<std::string> kPieces = {
        "a", "#", "_", "\"", "\\", "/", "~", "ä", "€", "😀", std::string(1, '\0'), "\n", "\x1f", "\x7f", " "};
    std::string text;
    for (const int pick : picks) text += kPieces[static_cast<std::size_t>(pick) % kPieces.size()];
    return text;
  });
}

rc::Gen<Json> any_json(int depth) {
  const auto scalar = rc::gen::oneOf(
      rc::gen::map(any_text(), [](const std::string& text) { return Json(text); }),
      rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t number) { return Json(number); }),
      rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [](std::uint64_t number) { return Json(number); }),
      rc::gen::map(rc::gen::arbitrary<double>(),
                   [](double number) { return Json(std::isfinite(number) ? number : 0.5); }),
      rc::gen::map(rc::gen::arbitrary<bool>(), [](bool truth) { return Json(truth); }),
      rc::gen::just(Json(nullptr)));
  if (depth == 0) return scalar;
  const auto size = rc::gen::inRange<std::size_t>(0, 5);
  const auto array = rc::gen::mapcat(size, [depth](std::size_t count) {
    return rc::gen::map(rc::gen::container<std::vector<Json>>(count, any_json(depth - 1)),
                        [](const std::vector<Json>& items) { return Json(items); });
  });
  const auto object = rc::gen::mapcat(size, [depth](std::size_t count) {
    return rc::gen::map(rc::gen::container<std::vector<std::pair<std::string, Json>>>(
                            count, rc::gen::pair(any_text(), any_json(depth - 1))),
                        [](const auto& members) {
                          Json value = Json::object();
                          for (const auto& [name, member] : members) value[name] = member;
                          return value;
                        });
  });
  return rc::gen::oneOf(scalar, array, object);
}

TEST(WriteProperty, EveryFormReadsBackTheSame) {
  ReadOptions keep;
  keep.comments = Comments::keep;
  EXPECT_TRUE(rc::check("reading inverts writing", [&] {
    const Json value = *any_json(3);
    RC_ASSERT(*read(to_compact(value), keep) == value);
    RC_ASSERT(*read(to_plain(value), keep) == value);
    RC_ASSERT(*read(to_pretty(value), keep) == value);
    RC_ASSERT(to_compact(*read(to_pretty(value), keep)) == to_compact(value));
  }));
}

TEST(WriteProperty, ReadingAgreesWithAnotherReader) {
  ReadOptions keep;
  keep.comments = Comments::keep;
  EXPECT_TRUE(rc::check("the same as another reader", [&] {
    const std::string text = (*any_json(3)).dump();
    RC_ASSERT(*read(text, keep) == Json::parse(text));
    // A damaged text is refused by both, or read alike.
    std::string damaged = text;
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    damaged[at] = *rc::gen::element('{', '}', '[', ']', ',', ':', '"', '\\', '0', ' ', 'e', '\x80');
    const auto ours = read(damaged, keep);
    const Json theirs = Json::parse(damaged, nullptr, false);
    if (ours) {
      RC_ASSERT(*ours == theirs);
    } else if (!theirs.is_discarded()) {
      RC_ASSERT(ours.error().message.find("64 bits") != std::string::npos);
    }
  }));
}

// Every value in the document with its pointer.
void each_value(const Json& value, const std::string& pointer,
                const std::function<void(const std::string&)>& visit) {
  visit(pointer);
  if (value.is_object()) {
    for (const auto& member : value.items()) {
      std::string below = pointer;
      append_step(below, member.key());
      each_value(member.value(), below, visit);
    }
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      std::string below = pointer;
      append_step(below, i);
      each_value(value[i], below, visit);
    }
  }
}

TEST(WriteProperty, EveryValueIsFoundAgainByItsPointer) {
  EXPECT_TRUE(rc::check("each value is located", [] {
    const Json value = *any_json(3);
    const std::string text = to_compact(value);
    each_value(value, "", [&](const std::string& pointer) {
      const Json* const found = resolve_pointer(value, pointer);
      RC_ASSERT(found != nullptr);
      const auto location = locate(text, pointer);
      RC_ASSERT(location.has_value());
      RC_ASSERT(text.substr(location->column - 1).starts_with(to_compact(*found)));
    });
  }));
}

TEST(Hidden, PrivateMembersBecomeNullAtEveryDepth) {
  Json value = *read(R"({"_key": "secret", "a": [{"_url": {"x": 1}, "b": "_plain"}], "_": []})");
  hide_private(value);
  EXPECT_EQ(value, Json::parse(R"({"_key": null, "a": [{"_url": null, "b": "_plain"}], "_": null})"));
}

TEST(Access, FindsOnlyWhatHasTheType) {
  const Json value = *read(R"({"s": "x", "i": 4.0, "n": 1.5, "b": true, "o": {}, "a": [], "big": 1e300})");
  EXPECT_EQ(find_string(value, "s"), "x");
  EXPECT_EQ(find_string(value, "i"), std::nullopt);
  EXPECT_EQ(find_integer(value, "i"), 4);
  EXPECT_EQ(find_integer(value, "n"), std::nullopt);
  EXPECT_EQ(find_integer(value, "b"), std::nullopt);
  EXPECT_EQ(find_integer(value, "big"), std::nullopt);
  EXPECT_EQ(find_number(value, "n"), 1.5);
  EXPECT_EQ(find_bool(value, "b"), true);
  EXPECT_NE(find_object(value, "o"), nullptr);
  EXPECT_EQ(find_object(value, "a"), nullptr);
  EXPECT_NE(find_array(value, "a"), nullptr);
  EXPECT_EQ(find(value, "absent"), nullptr);
  const Json no_object = 5;
  EXPECT_EQ(find_string(no_object, "s"), std::nullopt);
}

TEST(Access, SaysWhatIsMissingOrWrong) {
  const Json value = *read(R"({"n": 5, "_key": 7})");
  EXPECT_EQ(get_string(value, "dest").error().message, "'dest' is missing");
  EXPECT_EQ(get_string(value, "n").error().message, "'n' must be a string, not 5");
  EXPECT_EQ(get_integer(value, "n"), 5);
  EXPECT_EQ(get_bool(value, "n").error().message, "'n' must be true or false, not 5");
  EXPECT_EQ(get_string(value, "_key").error().message.find('7'), std::string::npos)
      << "secrets stay out of messages";
}

TEST(Pointer, ResolvesEscapesAndIndexes) {
  const Json value = *read(R"({"a/b": {"~": [10, 20]}, "": 1})");
  EXPECT_EQ(*resolve_pointer(value, "/a~1b/~0/1"), 20);
  EXPECT_EQ(*resolve_pointer(value, "/"), 1);
  EXPECT_EQ(resolve_pointer(value, "/a~1b/~0/01"), nullptr);
  EXPECT_EQ(resolve_pointer(value, "/a~1b/~0/2"), nullptr);
  EXPECT_EQ(resolve_pointer(value, "/a~2b"), nullptr);
}

}  // namespace
}  // namespace pscheduler::json
