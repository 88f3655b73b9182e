// `pscheduler monitor`: which rows a screen shows and how, what keys do, and what is sent to the terminal.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/monitor/keys.hpp"
#include "cli/monitor/layout.hpp"
#include "cli/monitor/painter.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const Instant kNow = std::chrono::sys_days(std::chrono::year(2030) / 5 / 1) + 12h;

MonitorRow row(Tense tense, int number, const std::string& state = "pending") {
  MonitorRow made;
  made.tense = tense;
  made.time = "T" + std::to_string(number);
  made.state = state;
  made.state_display = state;
  made.test = "idle --number " + std::to_string(number);
  return made;
}

std::vector<MonitorRow> rows(int past, int present, int future) {
  std::vector<MonitorRow> made;
  int number = 0;
  for (int i = 0; i < past; ++i) made.push_back(row(Tense::past, ++number, "finished"));
  for (int i = 0; i < present; ++i) made.push_back(row(Tense::present, ++number, "running"));
  for (int i = 0; i < future; ++i) made.push_back(row(Tense::future, ++number));
  return made;
}

std::vector<std::string> shown(const std::vector<ScreenLine>& lines) {
  std::vector<std::string> numbers;
  for (std::size_t at = 2; at + 1 < lines.size(); ++at) {
    const auto& text = lines[at].text;
    const auto found = text.find("--number ");
    if (found != std::string::npos)
      numbers.push_back(text.substr(found + 9, text.find(' ', found + 9) - found - 9));
  }
  return numbers;
}

struct ChoiceCase {
  std::string name;
  int past, present, future;
  std::size_t percent;
  std::ptrdiff_t scrolled;
  std::vector<std::string> shown;
};

class MonitorChoice : public ::testing::TestWithParam<ChoiceCase> {};

// A screen of seven rows has room for four runs.
TEST_P(MonitorChoice, ShowsWhatRunsNowAndSharesTheRest) {
  const auto& tested = GetParam();
  MonitorView view;
  view.rows = rows(tested.past, tested.present, tested.future);
  view.scrolled = tested.scrolled;
  MonitorSettings settings;
  settings.past_percent = tested.percent;
  EXPECT_EQ(shown(monitor_screen(settings, view, {7, 80}, kNow)), tested.shown);
}

using Numbers = std::vector<std::string>;

INSTANTIATE_TEST_SUITE_P(
    Rows, MonitorChoice,
    ::testing::Values(ChoiceCase{"half_is_past", 5, 2, 5, 50, 0, Numbers{"5", "6", "7", "8"}},
                      ChoiceCase{"no_past", 5, 2, 5, 0, 0, Numbers{"6", "7", "8", "9"}},
                      ChoiceCase{"all_past", 5, 2, 5, 100, 0, Numbers{"4", "5", "6", "7"}},
                      ChoiceCase{"present_first", 5, 6, 5, 50, 0, Numbers{"6", "7", "8", "9"}},
                      ChoiceCase{"little_past", 1, 0, 9, 50, 0, Numbers{"1", "2", "3", "4"}},
                      ChoiceCase{"nothing", 0, 0, 0, 50, 0, Numbers{}},
                      ChoiceCase{"up", 5, 2, 5, 50, -2, Numbers{"3", "4", "5", "6"}},
                      ChoiceCase{"up_to_the_top", 5, 2, 5, 50, -100, Numbers{"1", "2", "3", "4"}},
                      ChoiceCase{"down_to_the_end", 5, 2, 5, 50, 100, Numbers{"9", "10", "11", "12"}}),
    [](const auto& tested) { return tested.param.name; });

TEST(MonitorScreen, TakesScrollingBackToWhereRowsAre) {
  MonitorView view;
  view.rows = rows(5, 2, 5);
  view.scrolled = -100;
  monitor_screen({}, view, {7, 80}, kNow);
  EXPECT_EQ(view.scrolled, -4);
}

TEST(MonitorScreen, LaysARowOut) {
  MonitorView view;
  view.rows = {row(Tense::past, 1, "failed"), row(Tense::present, 2, "running"), row(Tense::future, 3)};
  view.rows[0].at = kNow - 96s;
  view.rows[1].at = kNow;
  view.rows[1].priority = 5;
  view.rows[2].at = kNow + 49h;
  view.rows[2].priority = -12;
  MonitorSettings settings;
  settings.host = "ps.example.org";
  const auto lines = monitor_screen(settings, view, {8, 60}, kNow);
  ASSERT_THAT(lines, SizeIs(8));
  EXPECT_EQ(lines[0].text, "2030-05-01T12:00:00Z pScheduler Monitor       ps.example.org");
  EXPECT_EQ(lines[1].text, std::string(60, '-'));
  EXPECT_EQ(lines[2].text, "- 0d 00:01:36      failed       idle --number 1             ");
  EXPECT_EQ(lines[3].text, "+ 0d 00:00:00   +5 running      idle --number 2             ");
  EXPECT_EQ(lines[4].text, "+ 2d 01:00:00  -12 pending      idle --number 3             ");
  EXPECT_EQ(lines[2].colour, Colour::white_on_red);
  EXPECT_EQ(lines[3].colour, Colour::green_on_black);
  EXPECT_EQ(lines[4].colour, Colour::white_on_black);
  EXPECT_TRUE(lines[2].underlined);
  EXPECT_TRUE(lines[3].underlined);
  EXPECT_FALSE(lines[4].underlined);
  settings.colours = false;
  settings.deltas = false;
  const auto plain = monitor_screen(settings, view, {8, 30}, kNow);
  EXPECT_EQ(plain[2].text, "T1      failed       idle --n+");
  EXPECT_EQ(plain[2].colour, Colour::plain);
}

TEST(MonitorScreen, WhatIsOverNeverLiesAhead) {
  MonitorView view;
  view.rows = {row(Tense::past, 1, "finished")};
  view.rows[0].at = kNow + 600ms;
  EXPECT_THAT(monitor_screen({}, view, {10, 80}, kNow)[2].text, StartsWith("- 0d 00:00:00 "));
}

TEST(MonitorScreen, FitsAnyScreen) {
  MonitorView view;
  view.rows = rows(20, 3, 20);
  view.notice = "Something is wrong";
  for (std::size_t height = 0; height < 9; ++height) {
    for (std::size_t width : {0u, 1u, 2u, 20u, 40u, 200u}) {
      const auto lines = monitor_screen({}, view, {height, width}, kNow);
      EXPECT_LE(lines.size(), height);
      for (const auto& line : lines) EXPECT_LE(line.text.size(), width);
    }
  }
}

TEST(MonitorScreen, FiltersWhateverTheCase) {
  MonitorView view;
  view.rows = rows(3, 0, 3);
  view.rows[4].test = "Throughput --number 5";
  view.filter = "THROUGH";
  EXPECT_THAT(shown(monitor_screen({}, view, {10, 80}, kNow)), ElementsAre("5"));
  view.filter = "nowhere";
  EXPECT_THAT(monitor_screen({}, view, {10, 80}, kNow)[5].text,
              HasSubstr("Nothing is scheduled that fits the filter"));
}

TEST(MonitorScreen, NoTextOfAServerMovesTheCursor) {
  MonitorView view;
  view.rows = {row(Tense::future, 1)};
  view.rows[0].test = "idle \x1b[2J\n";
  EXPECT_THAT(monitor_screen({}, view, {10, 80}, kNow)[2].text, HasSubstr("idle ?[2J?"));
}

TEST(MonitorRows, AreReadFromWhatServersSend) {
  const auto answer = Json::parse(R"([
    {"ppf":1,"start-time":"2030-05-01T12:10:00Z","end-time":"2030-05-01T12:20:00Z","state":"on-deck",
     "state-display":"On Deck","priority":3,"cli":["--dest","a b"],"task":{"test":{"type":"rtt","spec":{}}}},
    {"ppf":-1,"start-time":"2030-05-01T11:10:00Z","end-time":"2030-05-01T11:20:00Z","state":"finished",
     "state-display":"Finished","priority":null,"cli":[],"task":{"test":{"type":"idle","spec":{}}}}])");
  const auto made = monitor_rows(answer);
  ASSERT_TRUE(made);
  ASSERT_THAT(*made, SizeIs(2));
  EXPECT_EQ(made->front().time, "2030-05-01T11:20:00Z") << "past runs have their end";
  EXPECT_EQ(made->front().test, "idle");
  EXPECT_EQ(made->back().at, kNow + 10min);
  EXPECT_EQ(made->back().test, "rtt --dest a b");
  EXPECT_EQ(made->back().state_display, "On Deck");
  EXPECT_EQ(made->back().priority, 3);
  EXPECT_FALSE(monitor_rows(Json::object()));
  EXPECT_FALSE(monitor_rows(Json::array({1})));
}

std::vector<KeyKind> kinds(KeyReader& reader) {
  std::vector<KeyKind> found;
  for (;;) {
    const auto key = reader.next(false);
    if (key.kind == KeyKind::none) return found;
    found.push_back(key.kind);
  }
}

TEST(Keys, AreToldApart) {
  KeyReader reader;
  reader.add("q\x1b[A\x1bOB\x1b[5~\x1b[6~\x1b[H\x1bOF\r\x7f\x03");
  EXPECT_THAT(kinds(reader),
              ElementsAre(KeyKind::text, KeyKind::up, KeyKind::down, KeyKind::page_up, KeyKind::page_down,
                          KeyKind::home, KeyKind::end, KeyKind::enter, KeyKind::erase, KeyKind::interrupt));
}

TEST(Keys, MayComeInPieces) {
  KeyReader reader;
  reader.add("\x1b");
  EXPECT_THAT(kinds(reader), IsEmpty());
  reader.add("[");
  EXPECT_THAT(kinds(reader), IsEmpty());
  EXPECT_TRUE(reader.waits());
  reader.add("Aq");
  EXPECT_THAT(kinds(reader), ElementsAre(KeyKind::up, KeyKind::text));
  reader.add("\xC3");
  EXPECT_THAT(kinds(reader), IsEmpty());
  reader.add("\xA4");
  EXPECT_EQ(reader.next(false).text, "\xC3\xA4");
}

TEST(Keys, AnEscapeWithNothingAfterItIsTheKey) {
  KeyReader reader;
  reader.add("\x1b");
  EXPECT_EQ(reader.next(true).kind, KeyKind::escape);
  reader.add("\x1bq");
  EXPECT_THAT(kinds(reader), ElementsAre(KeyKind::escape, KeyKind::text));
  reader.add("\x1b[15~\x1b[1;5Cx");
  EXPECT_THAT(kinds(reader), ElementsAre(KeyKind::text)) << "keys nobody asks for";
}

TEST(Painter, SendsOnlyWhatHasChanged) {
  Painter painter;
  const std::vector<ScreenLine> lines{{"one", Colour::plain, false}, {"two", Colour::white_on_red, true}};
  EXPECT_EQ(painter.paint(lines, {3, 10}),
            "\x1b[0m\x1b[2J\x1b[1;1H\x1b[0m\x1b[K\x1b[0mone\x1b[0m\x1b[2;1H\x1b[0m\x1b[K\x1b[0;4;1;37;"
            "41mtwo\x1b[0m");
  EXPECT_EQ(painter.paint(lines, {3, 10}), "");
  EXPECT_EQ(painter.paint({lines[0]}, {3, 10}), "\x1b[2;1H\x1b[0m\x1b[K\x1b[0m\x1b[0m");
  EXPECT_THAT(painter.paint(lines, {4, 10}), StartsWith("\x1b[0m\x1b[2J")) << "resized";
}

// A terminal on which keys are typed one after the other, and the last thing it showed.
class ScriptedScreen final : public Screen {
 public:
  ScriptedScreen(testing::FakeEnvironment& environment, std::vector<Key> keys,
                 std::vector<std::string>& frames)
      : environment_(environment), keys_(std::move(keys)), frames_(frames) {}

  [[nodiscard]] ScreenSize size() const override { return {10, 80}; }
  void show(const std::vector<ScreenLine>& lines) override {
    std::string frame;
    for (const auto& line : lines) frame += line.text + "\n";
    frames_.push_back(frame);
  }
  Key next_key(Duration limit) override {
    environment_.time += limit;
    if (at_ == keys_.size()) return {KeyKind::interrupt, {}};
    return keys_[at_++];
  }

 private:
  testing::FakeEnvironment& environment_;
  std::vector<Key> keys_;
  std::vector<std::string>& frames_;
  std::size_t at_ = 0;
};

const std::string kRoot = "https://here.example.org/pscheduler/";

class MonitorCommand : public ::testing::Test {
 protected:
  MonitorCommand() {
    bench_.server.on("GET " + kRoot, "\"This is pScheduler\"");
    bench_.server.on("GET " + kRoot + "hostname", "\"ps.example.org\"");
    bench_.server.on("GET " + kRoot + "monitor?window=7", R"([{"ppf":0,"start-time":"2030-05-01T12:00:00Z",
        "end-time":"2030-05-01T12:00:10Z","state":"running","state-display":"Running",
        "task":{"test":{"type":"idle"}},"cli":["--duration","PT10S"]}])");
    bench_.server.on("GET " + kRoot + "monitor?window=1000", "[]");
  }

  int run(std::vector<Key> keys, const Words& words = {}) {
    bench_.environment.screen =
        std::make_unique<ScriptedScreen>(bench_.environment, std::move(keys), frames_);
    return monitor_command(bench_.context, words);
  }

  std::vector<std::string> questions() const {
    return {bench_.server.log.begin() + 2, bench_.server.log.end()};
  }

  testing::Bench bench_;
  std::vector<std::string> frames_;
};

const Key kNothing{};

Key typed(const std::string& text) {
  return {KeyKind::text, text};
}

TEST_F(MonitorCommand, ShowsWhatTheServerHasAndLeavesQuietly) {
  for (const Key& last : {typed("q"), typed("Q"), Key{KeyKind::escape, {}}, Key{KeyKind::interrupt, {}}}) {
    bench_.server.log.clear();
    EXPECT_EQ(run({kNothing, last}), 0) << bench_.err.str();
    EXPECT_THAT(questions(), ElementsAre("GET " + kRoot + "monitor?window=7"));
  }
  EXPECT_THAT(frames_.front(), HasSubstr("Fetching"));
  EXPECT_THAT(frames_.back(), HasSubstr("Running      idle --duration PT10S"));
  EXPECT_THAT(frames_.back(), HasSubstr("ps.example.org"));
  EXPECT_THAT(bench_.out.str() + bench_.err.str(), IsEmpty());
}

TEST_F(MonitorCommand, AsksAgainWhenDueAndOnRequest) {
  EXPECT_EQ(run({kNothing, kNothing, typed(" "), kNothing, typed("q")}), 0);
  EXPECT_THAT(questions(), SizeIs(2));
  bench_.server.log.clear();
  EXPECT_EQ(run(std::vector<Key>(35, kNothing), {"--refresh", "1"}), 0);
  EXPECT_THAT(questions(), SizeIs(4)) << "3.5 seconds";
}

TEST_F(MonitorCommand, GoesOnWhenTheServerHasTrouble) {
  bench_.server.answer_instead("GET " + kRoot + "monitor?window=7", Reply{500, "Out of breath", true});
  bench_.server.on("GET " + kRoot + "monitor?window=7", Reply{200, "[]", true});
  EXPECT_EQ(run({kNothing, typed(" "), kNothing, typed("q")}), 0);
  EXPECT_THAT(frames_[1], HasSubstr("Out of breath"));
  EXPECT_THAT(frames_.back(), HasSubstr("Nothing is scheduled"));
}

TEST_F(MonitorCommand, TheFilterTakesWhatIsTyped) {
  EXPECT_EQ(run({typed("f"),
                 typed("q"),
                 typed(" "),
                 kNothing,
                 {KeyKind::erase, {}},
                 kNothing,
                 {KeyKind::enter, {}},
                 {KeyKind::escape, {}},
                 kNothing,
                 typed("q")}),
            0);
  EXPECT_THAT(frames_, ::testing::Contains(HasSubstr("Filter: q _")));
  EXPECT_THAT(frames_, ::testing::Contains(HasSubstr("Filter: q (f to change)")));
  EXPECT_THAT(frames_.back(), Not(HasSubstr("Filter:")));
  EXPECT_THAT(bench_.server.log, ::testing::Contains("GET " + kRoot + "monitor?window=1000"))
      << "what fits may lie beyond the screen";
}

TEST_F(MonitorCommand, ANoticeOfNoTerminalNamesWhatToUse) {
  EXPECT_EQ(monitor_command(bench_.context, {}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("terminal"));
}

TEST_F(MonitorCommand, RefusesBadArguments) {
  for (const Words& words :
       {Words{"--past", "101"}, Words{"--past", "-1"}, Words{"--refresh", "0"}, Words{"now"}}) {
    EXPECT_EQ(run({}, words), 1);
  }
  EXPECT_THAT(bench_.server.log, IsEmpty());
  bench_.server.answer_instead("GET " + kRoot, Reply{404, "", true});
  EXPECT_EQ(run({}), 1);
  EXPECT_THAT(frames_, IsEmpty());
}

}  // namespace
}  // namespace pscheduler::cli
