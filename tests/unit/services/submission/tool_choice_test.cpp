// Which tool several participants agree on, and what a person reads when there is none.

#include "services/submission/tool_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>
#include <algorithm>

namespace pscheduler::services {
namespace {

// "iperf3 nuttcp -ping" is a list of three tools, the last of which declines.
ToolsOfParticipant offers(const std::string& host, const std::string& list) {
  ToolsOfParticipant participant{host, {}};
  std::string word;
  for (const char c : list + " ") {
    if (c != ' ') {
      word += c;
      continue;
    }
    if (word.empty()) continue;
    const bool can_run = word.front() != '-';
    PeerTool tool;
    tool.name = can_run ? word : word.substr(1);
    tool.can_run = can_run;
    if (!can_run) tool.reasons = {"Too short", "no server"};
    participant.tools.push_back(std::move(tool));
    word.clear();
  }
  return participant;
}

struct Choice {
  std::string name;
  std::vector<std::string> lists;  // of the participants, the lead's first
  std::vector<std::string> wanted;
  std::string chosen;  // empty: none
};

class ToolChoice : public testing::TestWithParam<Choice> {};

TEST_P(ToolChoice, IsAsEveryNodeMakesIt) {
  const auto& c = GetParam();
  std::vector<ToolsOfParticipant> participants;
  for (const auto& list : c.lists) {
    participants.push_back(offers("h" + std::to_string(participants.size()), list));
  }
  EXPECT_EQ(choose_tool(participants, c.wanted).value_or(""), c.chosen);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ToolChoice,
    testing::Values(
        Choice{"alone the first that can", {"-a b c"}, {}, "b"},
        Choice{"alone the wanted one", {"a b c"}, {"c", "a"}, "c"},
        Choice{"the only common one", {"a b", "c b"}, {}, "b"},
        Choice{"the smallest sum", {"a b c", "c b x a"}, {}, "b"},
        Choice{"declined entries count as positions", {"a b", "-x -y a b"}, {}, "a"},
        Choice{"declined entries move a tool back", {"a b", "b -x -y a"}, {}, "b"},
        Choice{"of equal sums the lead's first", {"a b", "b a"}, {}, "a"},
        Choice{"of equal sums the lead's first also when it is last elsewhere", {"a b c", "c b a"}, {}, "a"},
        Choice{"three participants", {"a b c", "c a b", "b c a"}, {}, "a"},
        Choice{"declined by one", {"a b", "-a b"}, {}, "b"},
        Choice{"declined by the lead", {"-a b", "a b"}, {}, "b"},
        Choice{"the wanted order beats preference", {"a b c", "a b c"}, {"c", "b"}, "c"},
        Choice{"the first wanted one that is common", {"a b c", "a -c b"}, {"c", "b"}, "b"},
        Choice{"only wanted ones", {"a b", "a b"}, {"c"}, ""},
        Choice{"a wanted one that one lacks", {"a b", "b"}, {"a"}, ""},
        Choice{"none in common", {"a", "b"}, {}, ""}, Choice{"all decline", {"-a", "-a"}, {}, ""},
        Choice{"one has none", {"a", ""}, {}, ""},
        Choice{"named twice in a list it stands where it stands first", {"a b", "b a b"}, {}, "a"}),
    [](const auto& one) {
      std::string name = one.param.name;
      std::replace_if(
          name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
      return name;
    });

RC_GTEST_PROP(ToolChoiceProperty, WhatIsChosenCanRunEverywhere, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 5);
  std::vector<ToolsOfParticipant> participants;
  for (std::size_t i = 0; i < count; ++i) {
    ToolsOfParticipant participant{"h" + std::to_string(i), {}};
    for (const std::string name : {"a", "b", "c", "d", "e"}) {
      const auto answer = *rc::gen::element(0, 1, 2);  // has it not, declines, can
      if (answer > 0) participant.tools.push_back({name, answer == 2, {}});
    }
    participants.push_back(std::move(participant));
  }
  const auto runs_everywhere = [&](const std::string& name) {
    return std::all_of(participants.begin(), participants.end(), [&](const auto& participant) {
      return std::any_of(participant.tools.begin(), participant.tools.end(),
                         [&](const auto& tool) { return tool.name == name && tool.can_run; });
    });
  };
  const auto chosen = choose_tool(participants, {});
  if (chosen) {
    RC_ASSERT(runs_everywhere(*chosen));
    return;
  }
  for (const auto& tool : participants.front().tools) RC_ASSERT(!runs_everywhere(tool.name));
}

TEST(WhyNoTool, ListsForEachHostWhatEachToolSays) {
  EXPECT_EQ(
      why_no_tool("throughput", {offers("a.example", "iperf3 -nuttcp"), offers("b.example", "-iperf3")}, {}),
      "No tool can run this throughput test at all of its participants.\n"
      "  a.example:\n"
      "    iperf3: can run it\n"
      "    nuttcp: Too short; no server\n"
      "  b.example:\n"
      "    iperf3: Too short; no server\n"
      "    nuttcp: not there, or not for this test");
}

TEST(WhyNoTool, SpeaksOfTheToolsAskedForOnly) {
  EXPECT_EQ(why_no_tool("throughput", {offers("a.example", "iperf3 nuttcp"), offers("b.example", "iperf3")},
                        {"nuttcp", "iperf2"}),
            "None of the tools asked for (nuttcp, iperf2) can run this throughput test at all of its "
            "participants.\n"
            "  a.example:\n"
            "    nuttcp: can run it\n"
            "    iperf2: not there, or not for this test\n"
            "  b.example:\n"
            "    nuttcp: not there, or not for this test\n"
            "    iperf2: not there, or not for this test");
}

TEST(WhyNoTool, SaysWhereThereIsNothingAtAll) {
  EXPECT_EQ(why_no_tool("rtt", {offers("a.example", ""), offers("b.example", "")}, {}),
            "No tool can run this rtt test at all of its participants.\n"
            "  a.example: no tool for this test\n"
            "  b.example: no tool for this test");
}

TEST(WhyNoTool, NamesThisHostAloneWhenItIsAlone) {
  auto alone = offers("a.example", "-ping");
  alone.tools.push_back({"fping", false, {}});
  EXPECT_EQ(why_no_tool("rtt", {alone}, {}),
            "No tool can run this rtt test on a.example.\n"
            "  ping: Too short; no server\n"
            "  fping: cannot run it, for no reason given");
}

TEST(WhyNoTool, CutsWhatAnotherHostSaysAtLength) {
  auto talker = offers("b.example", "");
  talker.tools.push_back({"ping", false, {std::string(100'000, 'x')}});
  EXPECT_LT(why_no_tool("rtt", {offers("a.example", "ping"), talker}, {}).size(), 1000U);
}

}  // namespace
}  // namespace pscheduler::services
