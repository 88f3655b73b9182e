// Hosts that do not answer, hosts with many calls, and what is learned about how far away they are.

#include "unit/services/federation/fixture.hpp"

namespace pscheduler::services::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Line : public FederationTest {
 protected:
  // Makes so many calls that get no answer.
  void fail_calls(int count) {
    network.answers = [](const auto&) { return is_gone(); };
    for (int i = 0; i < count; ++i) EXPECT_FALSE(ask_clock());
  }
  // Whether a call goes out at all.
  bool goes_out(const std::string& host = "b.example", const std::string& bind = {}) {
    network.calls.clear();
    static_cast<void>(ask_clock(host, bind));
    return !network.calls.empty();
  }
};

TEST_F(Line, LeavesAHostAloneThatHasNotAnsweredThreeTimes) {
  fail_calls(2);
  EXPECT_EQ(log.count("PEER_UNREACHABLE"), 0);
  EXPECT_TRUE(goes_out());
  EXPECT_EQ(log.count("PEER_UNREACHABLE"), 1);
  EXPECT_FALSE(goes_out());
  const auto refused = ask_clock();
  EXPECT_EQ(refused.error().code, Errc::unreachable);
  EXPECT_THAT(refused.error().message, HasSubstr("b.example cannot be reached: No answer"));
  EXPECT_THAT(refused.error().message, testing::EndsWith("; it is called again in 5 s"));
  EXPECT_TRUE(goes_out("c.example"));
}

TEST_F(Line, AnAnswerBetweenFailuresCountsForTheHostWhateverItSays) {
  fail_calls(2);
  network.answers = [](const auto&) { return says(500, ""); };
  EXPECT_FALSE(ask_clock());
  fail_calls(2);
  EXPECT_TRUE(goes_out());
}

TEST_F(Line, ProbesASilentHostWithGrowingPausesAndGoesOnWhenItIsBack) {
  fail_calls(3);
  for (const auto pause : {5s, 10s, 20s, 20s}) {
    advance(pause - 1ms);
    EXPECT_FALSE(goes_out()) << pause.count();
    advance(1ms);
    EXPECT_TRUE(goes_out()) << pause.count();
  }
  EXPECT_EQ(log.count("PEER_UNREACHABLE"), 1);
  network.answers = [](const auto&) { return says(200, "{}"); };
  advance(20s);
  EXPECT_TRUE(ask_clock());
  EXPECT_EQ(log.count("PEER_REACHABLE"), 1);
  EXPECT_TRUE(ask_clock());
  fail_calls(2);
  EXPECT_TRUE(goes_out());
}

TEST_F(Line, ProbesWithOneCallAtATime) {
  fail_calls(3);
  advance(5s);
  network.answers = [](const auto&) { return keeps_silent(); };
  network.calls.clear();
  const auto probe = begin(peers->clock(b_example()));
  const auto other = begin(peers->clock(b_example()));
  EXPECT_FALSE(probe->value);
  ASSERT_TRUE(other->value);
  EXPECT_FALSE(*other->value);
  EXPECT_EQ(network.calls.size(), 1u);
  advance(10s);
  EXPECT_TRUE(probe->value);
}

TEST_F(Line, AProbeThatTakesLongDoesNotKeepTheNextFromFindingTheHostBack) {
  fail_calls(3);
  advance(5s);
  network.answers = [](const auto&) { return keeps_silent(); };
  const auto probe = begin(peers->announce(b_example(), kTask, kRun, "", "[]"));
  network.answers = [](const auto&) { return says(200, "{}"); };
  advance(10s - 1ms);
  EXPECT_FALSE(goes_out());
  advance(1ms);
  EXPECT_FALSE(probe->value);
  EXPECT_TRUE(ask_clock());
  advance(20s);
  ASSERT_TRUE(probe->value);
  EXPECT_FALSE(*probe->value);
  EXPECT_TRUE(goes_out());  // one that had begun before says nothing about the host now
}

TEST_F(Line, AProbeThatIsCancelledLeavesItToTheNext) {
  fail_calls(3);
  advance(5s);
  network.answers = [](const auto&) { return keeps_silent(); };
  const auto probe = begin(peers->clock(b_example()));
  boost::asio::post(loop, [&] { probe->cancel.emit(boost::asio::cancellation_type::terminal); });
  settle();
  EXPECT_TRUE(probe->cancelled);
  EXPECT_TRUE(goes_out());
}

TEST_F(Line, AnAddressThatCannotBeCalledFromIsNoFaultOfTheHost) {
  network.answers = [](const ports::HttpCall& call) {
    return call.bind_address ? is_gone() : says(200, "{}");
  };
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(ask_clock("b.example", "192.0.2.7"));
  EXPECT_FALSE(goes_out("b.example", "192.0.2.7"));
  EXPECT_TRUE(ask_clock());
}

TEST_F(Line, CallsOneHostOnlySoOftenAtOnce) {
  make_peers({.calls_per_host_max = 2, .calls_max = 100, .zone = {}});
  network.answers = [](const auto&) { return Reply{says(200, "{}").answer, 1s}; };
  std::vector<std::shared_ptr<Started<Result<Json>>>> calls;
  for (int i = 0; i < 5; ++i) calls.push_back(begin(peers->clock(b_example())));
  const auto elsewhere = begin(peers->clock({"c.example", ""}));
  EXPECT_EQ(network.calls.size(), 3u);
  advance(1s);
  EXPECT_TRUE(calls[0]->value && calls[1]->value && elsewhere->value);
  EXPECT_FALSE(calls[2]->value);
  advance(2s);
  for (const auto& call : calls) EXPECT_TRUE(call->value && *call->value);
  EXPECT_EQ(network.under_way_max, 3);
}

TEST_F(Line, HostsTakeTurnsWhenAllPlacesAreTaken) {
  make_peers({.calls_per_host_max = 1, .calls_max = 1, .zone = {}});
  network.answers = [](const auto&) { return Reply{says(200, "{}").answer, 1s}; };
  std::vector<std::shared_ptr<Started<Result<Json>>>> calls;
  for (const auto* host : {"b.example", "b.example", "b.example", "c.example", "c.example", "d.example"}) {
    calls.push_back(begin(peers->clock({host, ""})));
  }
  advance(6s);
  std::string order;
  for (const auto& call : network.calls) order += call.url.substr(8, 1);
  EXPECT_EQ(order, "bbcdbc");
  EXPECT_EQ(network.under_way_max, 1);
}

TEST_F(Line, ACallThatGetsNoTurnEndsByItsOwnDeadline) {
  make_peers({.calls_per_host_max = 1, .calls_max = 1, .zone = {}});
  network.answers = [](const auto&) { return keeps_silent(); };
  const auto first = begin(peers->announce(b_example(), kTask, kRun, "", "[]"));
  const auto second = begin(peers->clock(b_example()));
  advance(10s);
  ASSERT_TRUE(second->value);
  EXPECT_EQ(second->value->error().code, Errc::timed_out);
  EXPECT_THAT(second->value->error().message, HasSubstr("b.example was not called: too many other calls"));
  EXPECT_FALSE(first->value);
  EXPECT_EQ(network.calls.size(), 1u);
  advance(20s);
  EXPECT_TRUE(first->value);
}

TEST_F(Line, AWaitingCallThatIsCancelledHandsItsTurnOn) {
  make_peers({.calls_per_host_max = 1, .calls_max = 1, .zone = {}});
  network.answers = [](const auto&) { return Reply{says(200, "{}").answer, 1s}; };
  const auto first = begin(peers->clock(b_example()));
  const auto second = begin(peers->clock(b_example()));
  const auto third = begin(peers->clock(b_example()));
  boost::asio::post(loop, [&] { second->cancel.emit(boost::asio::cancellation_type::terminal); });
  settle();
  EXPECT_TRUE(second->cancelled);
  advance(2s);
  EXPECT_TRUE(first->value && third->value);
  EXPECT_EQ(network.calls.size(), 2u);
}

TEST_F(Line, NoMoreThanSoManyWaitForOneHost) {
  make_peers({.calls_per_host_max = 1, .calls_max = 10, .zone = {}});
  network.answers = [](const auto&) { return Reply{says(200, "{}").answer, 1ms}; };
  std::vector<std::shared_ptr<Started<Result<Json>>>> calls;
  for (int i = 0; i < 2002; ++i) calls.push_back(begin(peers->clock(b_example())));
  ASSERT_TRUE(calls.back()->value);
  EXPECT_THAT(calls.back()->value->error().message, HasSubstr("2000 calls to it wait already"));
  advance(3s);
  EXPECT_TRUE(*calls[2000]->value);
}

TEST_F(Line, WaitingForResultsKeepsNothingElseWaiting) {
  make_peers({.calls_per_host_max = 1, .calls_max = 1, .zone = {}});
  network.answers = [](const ports::HttpCall& call) {
    return call.url.find("wait-local") == std::string::npos ? says(200, "{}") : keeps_silent();
  };
  const auto result = begin(peers->local_result(b_example(), kTask, kRun, 15s));
  EXPECT_TRUE(ask_clock());
  EXPECT_FALSE(result->value);
  advance(16s);
  EXPECT_TRUE(result->value);
}

TEST_F(Line, CallsThatWaitedFailAtOnceWhenTheirHostIsGivenUp) {
  make_peers({.calls_per_host_max = 3, .calls_max = 100, .zone = {}});
  network.answers = [](const auto&) { return keeps_silent(); };
  std::vector<std::shared_ptr<Started<Result<Json>>>> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(begin(peers->clock(b_example())));
  advance(10s);
  for (const auto& call : calls) EXPECT_TRUE(call->value && !*call->value);
  EXPECT_EQ(network.calls.size(), 3u);
}

TEST_F(Line, LearnsHowLongACallTakesOnTheSafeSide) {
  EXPECT_EQ(peers->exchange_time("b.example"), 1s);
  Duration takes = 400ms;
  network.answers = [&](const auto&) { return Reply{says(200, "{}").answer, takes}; };
  EXPECT_TRUE(ask_clock());
  EXPECT_EQ(peers->exchange_time("b.example"), 500ms);
  EXPECT_EQ(peers->exchange_time("c.example"), 1s);
  takes = 80ms;
  EXPECT_TRUE(ask_clock());
  EXPECT_GT(peers->exchange_time("b.example"), 400ms);
  for (int i = 0; i < 60; ++i) EXPECT_TRUE(ask_clock());
  EXPECT_GE(peers->exchange_time("b.example"), 100ms);
  EXPECT_LT(peers->exchange_time("b.example"), 110ms);
  takes = 2s;
  EXPECT_TRUE(ask_clock());
  EXPECT_EQ(peers->exchange_time("b.example"), 2500ms);
}

TEST_F(Line, WhatWaitsOrGetsNoAnswerSaysNothingAboutTheDistance) {
  network.answers = [](const auto&) { return Reply{says(200, "{}").answer, 4s}; };
  EXPECT_TRUE(get(peers->local_result(b_example(), kTask, kRun, 10s)));
  network.answers = [](const auto&) { return keeps_silent(); };
  EXPECT_FALSE(ask_clock());
  EXPECT_EQ(peers->exchange_time("b.example"), 1s);
}

TEST_F(Line, ShowsWhoDoesNotAnswerSinceWhenWhyAndWhenItIsCalledAgain) {
  network.answers = [](const auto&) { return says(200, "{}"); };
  EXPECT_TRUE(ask_clock("a.example"));
  fail_calls(1);
  advance(1s);
  fail_calls(2);
  const auto states = peers->states();
  ASSERT_EQ(states.size(), 2u);
  EXPECT_EQ(states[0].host, "a.example");
  EXPECT_THAT(states[0].silences, testing::IsEmpty());
  EXPECT_NE(states[0].exchange_time, std::nullopt);
  EXPECT_EQ(states[1].host, "b.example");
  EXPECT_EQ(states[1].exchange_time, std::nullopt);
  ASSERT_EQ(states[1].silences.size(), 1u);
  EXPECT_EQ(states[1].silences[0].since, at(0s));
  EXPECT_EQ(states[1].silences[0].next_call, at(6s));
  EXPECT_THAT(states[1].silences[0].problem, HasSubstr("b.example cannot be reached"));
}

TEST_F(Line, CallsASilentHostAgainThatHasShownItself) {
  fail_calls(3);
  for (const auto pause : {5s, 10s, 20s}) {
    advance(pause);
    EXPECT_TRUE(goes_out());
  }
  advance(2s);
  EXPECT_FALSE(goes_out());
  peers->heard_from("b.example");
  network.answers = [](const auto&) { return says(200, "{}"); };
  EXPECT_TRUE(ask_clock());
  EXPECT_TRUE(ask_clock());
}

TEST_F(Line, WhatWasLearnedIsWorthKeepingWhenItIsNews) {
  int told = 0;
  peers->on_learned([&] { ++told; });
  Duration takes = 100ms;
  network.answers = [&](const auto&) { return Reply{ours_says(200, "{}").answer, takes}; };
  EXPECT_TRUE(ask_clock());
  EXPECT_EQ(told, 1);
  auto learned = peers->take_learned();
  ASSERT_EQ(learned.size(), 1u);
  EXPECT_EQ(learned[0].host, "b.example");
  EXPECT_TRUE(learned[0].ours);
  EXPECT_EQ(learned[0].exchange, 100ms);
  EXPECT_EQ(learned[0].seen, at(100ms));
  takes = 150ms;
  EXPECT_TRUE(ask_clock());
  EXPECT_EQ(told, 1) << "that is about as far";
  takes = 200ms;
  EXPECT_TRUE(ask_clock());
  EXPECT_EQ(told, 2);
  EXPECT_EQ(peers->take_learned().at(0).exchange, 200ms);
  EXPECT_THAT(peers->take_learned(), testing::IsEmpty());
  advance(24h);
  EXPECT_TRUE(ask_clock());
  EXPECT_EQ(told, 3) << "it was seen again";
  network.answers = [](const auto&) { return Reply{says(200, "{}").answer, 200ms}; };
  EXPECT_FALSE(peers->take_learned().at(0).host.empty());
  EXPECT_TRUE(ask_clock());
  EXPECT_FALSE(peers->take_learned().at(0).ours) << "another kind of node took its place";
}

TEST_F(Line, KnowsInItsNextLifeWhatItHasLearned) {
  network.answers = [&](const auto&) { return Reply{ours_says(200, "{}").answer, 8ms}; };
  EXPECT_TRUE(ask_clock());
  const auto learned = peers->take_learned();
  make_peers();
  EXPECT_FALSE(peers->is_ours("b.example"));
  EXPECT_EQ(peers->exchange_time("b.example"), 1s);
  peers->recall(learned);
  EXPECT_TRUE(peers->is_ours("b.example"));
  EXPECT_EQ(peers->exchange_time("b.example"), 10ms);
  int told = 0;
  peers->on_learned([&] { ++told; });
  EXPECT_TRUE(ask_clock());
  EXPECT_EQ(told, 0) << "nothing new";
}

}  // namespace
}  // namespace pscheduler::services::test
