#include "pscheduler/addr/url.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "pscheduler/addr/percent.hpp"
#include "pscheduler/addr/request_target.hpp"

namespace pscheduler {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr std::string_view kTask = "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001";
constexpr std::string_view kRun = "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c002";

TEST(Percent, EncodesAllButUnreservedCharacters) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("{\"a\": 1+1}&/?=%"), "%7B%22a%22%3A%201%2B1%7D%26%2F%3F%3D%25");
  EXPECT_EQ(percent_encode("ä"), "%C3%A4");
}

TEST(Percent, DecodesPlusAsAsked) {
  EXPECT_EQ(percent_decode("a+b%2Bc%20d", Plus::blank).value(), "a b+c d");
  EXPECT_EQ(percent_decode("a+b%2bc%20d", Plus::literal).value(), "a+b+c d");
  for (const std::string_view bad : {"%", "%2", "a%zz", "100%"})
    EXPECT_FALSE(percent_decode(bad, Plus::blank)) << bad;
}

RC_GTEST_PROP(PercentProperty, IsUndone, (const std::string& text)) {
  RC_ASSERT(percent_decode(percent_encode(text), Plus::blank).value() == text);
  RC_ASSERT(percent_decode(percent_encode(text), Plus::literal).value() == text);
}

RequestTarget target(std::string_view text) {
  return RequestTarget::parse(text).value();
}

TEST(RequestTarget, TakesPathAndQueryApart) {
  const auto parsed = target("/pscheduler/tests/idle/spec?args=%5B%22a+b%22%5D&pretty&api=6");
  EXPECT_THAT(parsed.segments, ElementsAre("pscheduler", "tests", "idle", "spec"));
  EXPECT_FALSE(parsed.trailing_slash);
  EXPECT_THAT(parsed.parameters,
              ElementsAre(Pair("args", "[\"a b\"]"), Pair("pretty", ""), Pair("api", "6")));
  EXPECT_EQ(parsed.parameter("pretty"), "");
  EXPECT_EQ(parsed.parameter("detail"), std::nullopt);
}

TEST(RequestTarget, DoubleSlashesCountOnceAndTheLastIsTold) {
  EXPECT_THAT(target("/pscheduler//api").segments, ElementsAre("pscheduler", "api"));
  EXPECT_TRUE(target("/pscheduler/").trailing_slash);
  EXPECT_FALSE(target("/pscheduler").trailing_slash);
  EXPECT_FALSE(target("/").trailing_slash);
  EXPECT_THAT(target("/").segments, IsEmpty());
}

TEST(RequestTarget, FirstOfARepeatedArgumentCounts) {
  EXPECT_THAT(target("/?a=1&b=2&a=3&&").parameters, ElementsAre(Pair("a", "1"), Pair("b", "2")));
}

TEST(RequestTarget, PlusIsABlankInTheQueryOnly) {
  EXPECT_THAT(target("/a+b").segments, ElementsAre("a+b"));
  EXPECT_EQ(target("/?t=12:00+02:00").parameter("t"), "12:00 02:00");
  EXPECT_EQ(target("/?t=12:00%2B02:00").parameter("t"), "12:00+02:00");
}

TEST(RequestTarget, OddFormsAreUnderstood) {
  EXPECT_THAT(target("https://node.example:443/pscheduler/api?api=1").segments,
              ElementsAre("pscheduler", "api"));
  EXPECT_THAT(target("HTTPS://node.example").segments, IsEmpty());
  EXPECT_EQ(target("http://node.example?a=b").parameter("a"), "b");
  EXPECT_EQ(target("/?").parameters.size(), 0u);
  EXPECT_EQ(target("/?a=b=c").parameter("a"), "b=c");
  EXPECT_EQ(target("/?a=1#rest").parameter("a"), "1");
  EXPECT_THAT(target("/tests/a%2Fb").segments, ElementsAre("tests", "a/b"));
}

TEST(RequestTarget, RefusesWhatCannotBeRead) {
  for (const std::string_view text :
       {"", "*", "pscheduler/api", "/%", "/?a=%zz", "/?%=1", "/%ff", "/?a=%C3"}) {
    const auto parsed = RequestTarget::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
  }
}

TEST(RequestTarget, IsBounded) {
  std::string many_parts;
  std::string many_arguments = "/?";
  for (std::size_t i = 0; i <= kTargetSegmentsMax; ++i) many_parts += "/a";
  for (std::size_t i = 0; i <= kTargetParametersMax; ++i) many_arguments += "a" + std::to_string(i) + "&";
  for (const auto& text : {"/" + std::string(kTargetBytesMax, 'a'), many_parts, many_arguments}) {
    const auto parsed = RequestTarget::parse(text);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Errc::too_large);
  }
}

TEST(Url, IsTakenApart) {
  const auto url = Url::parse("HTTPS://Node.example:8443/a/b%20c?x=1&y#frag");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->server, (HostPort{"Node.example", 8443}));
  EXPECT_EQ(url->target, "/a/b%20c?x=1&y");
  EXPECT_EQ(url->to_string(), "https://Node.example:8443/a/b%20c?x=1&y");
  EXPECT_EQ(Url::parse("http://[2001:db8::1]")->to_string(), "http://[2001:db8::1]/");
  EXPECT_EQ(Url::parse("https://a?q")->target, "/?q");
}

TEST(Url, RefusesWhatNamesNoServer) {
  for (const std::string_view text :
       {"", "/pscheduler", "node.example/x", "mailto:a@b.example", "file:///etc/passwd", "https://",
        "https:///x", "https://user:secret@a/", "https://a b/", "https://a/ä", "https://a:99999/",
        "https://a_b/", "https://::1/"}) {
    const auto url = Url::parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Errc::invalid_argument);
  }
  EXPECT_FALSE(Url::parse("https://a/" + std::string(kUrlBytesMax, 'a')));
}

TEST(TaskUrl, NamesATaskOrARun) {
  const std::string task = "https://node.example/pscheduler/tasks/" + std::string(kTask);
  const auto parsed = TaskUrl::parse(task);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->task.to_string(), kTask);
  EXPECT_EQ(parsed->run, std::nullopt);
  EXPECT_EQ(parsed->to_string(), task);

  const auto run = TaskUrl::parse(task + "/runs/" + std::string(kRun) + "?detail=True");
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->run->to_string(), kRun);
  EXPECT_EQ(run->to_string(), task + "/runs/" + std::string(kRun));
}

TEST(TaskUrl, SaysWhatIsMissing) {
  const auto why = [](std::string_view path) {
    const auto url = TaskUrl::parse("https://node.example" + std::string(path));
    return url ? std::string() : url.error().message;
  };
  const std::string task = "/pscheduler/tasks/" + std::string(kTask);
  for (const std::string& path :
       {std::string(""), std::string("/pscheduler/tasks"), task + "/", task + "/runs",
        task + "/results/" + std::string(kRun), "/other/tasks/" + std::string(kTask),
        task + "/runs/" + std::string(kRun) + "/result"}) {
    EXPECT_THAT(why(path), HasSubstr("its path must be")) << path;
  }
  EXPECT_THAT(why("/pscheduler/tasks/first"), HasSubstr("'first' is not a UUID"));
  EXPECT_THAT(why(task + "/runs/next"), HasSubstr("'next' is not a UUID"));
  EXPECT_FALSE(TaskUrl::parse("gopher://node.example" + task));
}

}  // namespace
}  // namespace pscheduler
