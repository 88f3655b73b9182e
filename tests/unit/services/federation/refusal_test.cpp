// Answers that are refusals or nonsense: each has its code, and a sentence that begins with the host.

#include "unit/services/federation/fixture.hpp"

namespace pscheduler::services::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Refusal {
  std::string name;
  Reply reply;
  Errc code;
  std::string says;
};

std::string name_of(const testing::TestParamInfo<Refusal>& info) {
  return info.param.name;
}

class RefusedChange : public FederationTest, public testing::WithParamInterface<Refusal> {};

TEST_P(RefusedChange, HasItsCodeAndItsReason) {
  network.script({GetParam().reply});
  const auto told = get(peers->announce(b_example(), kTask, kRun, "secret", "[]"));
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, GetParam().code) << told.error().message;
  EXPECT_THAT(told.error().message, StartsWith("b.example "));
  EXPECT_THAT(told.error().message, HasSubstr(GetParam().says));
  EXPECT_THAT(told.error().message, testing::Not(HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(
    Each, RefusedChange,
    testing::Values(Refusal{"Gone", says(410, "Gone.\n"), Errc::not_found,
                            "answered 410 when told that the run is agreed on: Gone."},
                    Refusal{"NotFound", says(404, ""), Errc::not_found,
                            "answered 404 when told that the run is agreed on"},
                    Refusal{"Conflict", says(409, "Run\nconflicts\n\n"), Errc::conflict, ": Run conflicts"},
                    Refusal{"Forbidden", says(403, "No."), Errc::forbidden, ": No."},
                    Refusal{"Bad", says(400, "Bad."), Errc::not_possible, "answered 400"},
                    Refusal{"Trouble", says(500, "Oops"), Errc::not_possible, "answered 500"},
                    Refusal{"OtherSuccess", says(201, ""), Errc::not_possible, "answered 201"},
                    Refusal{"NoContent", says(204, ""), Errc::not_possible, "answered 204"},
                    Refusal{"Unlocated", says(302, ""), Errc::not_possible, "answered 302"},
                    Refusal{"NothingBehind", says(503, "<html>"), Errc::unreachable, "answered 503"},
                    Refusal{"LongText", says(400, std::string(5000, 'x')), Errc::not_possible, "5000 bytes"},
                    Refusal{"Unreachable", is_gone(), Errc::unreachable,
                            "cannot be reached: No answer from there: Connection refused"},
                    Refusal{"Silent", keeps_silent(), Errc::timed_out,
                            "did not answer within 30 s when told that the run"},
                    Refusal{
                        "TooLarge",
                        {fail(Errc::too_large, "the body is too large"), {}},
                        Errc::not_possible,
                        "gave no usable answer when told that the run is agreed on: the body is too large"},
                    Refusal{"BadSource",
                            {fail(Errc::invalid_argument, "The source address is none"), {}},
                            Errc::not_possible,
                            "The source address is none"}),
    name_of);

class RefusedPresence : public FederationTest, public testing::WithParamInterface<Refusal> {};

// A host whose first answer is of no use is down; it does not say that its task is gone.
TEST_P(RefusedPresence, MeansThatTheHostIsDown) {
  network.script({GetParam().reply, GetParam().reply});
  const auto times = get(peers->free_times(b_example(), kTask, {at(0s), at(1h)}, std::nullopt));
  ASSERT_FALSE(times);
  EXPECT_EQ(times.error().code, GetParam().code) << times.error().message;
  EXPECT_THAT(times.error().message, StartsWith("b.example "));
  EXPECT_THAT(times.error().message, HasSubstr(GetParam().says));
  const auto tools = get(peers->tools(b_example(), Json::object()));
  ASSERT_FALSE(tools);
  EXPECT_EQ(tools.error().code, GetParam().code) << tools.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Each, RefusedPresence,
    testing::Values(
        Refusal{"AnotherServer", says(404, "<html>Not Found</html>"), Errc::unreachable,
                "does not seem to run pScheduler"},
        Refusal{"Accepted", says(202, ""), Errc::unreachable,
                "does not seem to run pScheduler: it answered 202"},
        Refusal{"Redirected", says(301, ""), Errc::unreachable, "does not seem to run pScheduler"},
        Refusal{"Trouble", says(500, "Oops"), Errc::unreachable,
                "answered 500 when asked whether it is there: Oops"},
        Refusal{"NoJson", says(200, "<html>It works!</html>"), Errc::not_possible,
                "made no sense when asked whether it is there: a string was expected, not <html>It works!"},
        Refusal{"OtherJson", says(200, "{}"), Errc::not_possible, "a string was expected, not {}"},
        Refusal{"Unreachable", is_gone(), Errc::unreachable, "cannot be reached"},
        Refusal{"Silent", keeps_silent(), Errc::timed_out, "did not answer within 10 s"}),
    name_of);

struct Junk {
  std::string name;
  std::string body;
};

class JunkAnswer : public FederationTest, public testing::WithParamInterface<Junk> {
 protected:
  template <class T>
  void expect_nonsense(const Result<T>& result, const std::string& what) {
    ASSERT_FALSE(result) << what;
    EXPECT_EQ(result.error().code, Errc::not_possible) << what;
    EXPECT_THAT(result.error().message, StartsWith("b.example made no sense")) << what;
  }
};

TEST_P(JunkAnswer, IsAnErrorOfThatHost) {
  network.answers = [](const ports::HttpCall& call) {
    if (call.url.ends_with("//api")) return says(200, "6");
    if (call.url.ends_with("/pscheduler/")) return says(200, "\"there\"");
    return says(200, GetParam().body);
  };
  expect_nonsense(get(peers->tools(b_example(), Json::object())), "tools");
  expect_nonsense(get(peers->free_times(b_example(), kTask, {at(0s), at(1h)}, std::nullopt)), "times");
  HoldRequest request;
  request.task = kTask;
  request.run = kRun;
  expect_nonsense(get(peers->hold(b_example(), std::move(request))), "hold");
  expect_nonsense(get(peers->local_result(b_example(), kTask, kRun, 5s)), "result");
  expect_nonsense(ask_clock(), "clock");
}

INSTANTIATE_TEST_SUITE_P(Each, JunkAnswer,
                         testing::Values(Junk{"Empty", ""}, Junk{"NoJson", "<html>"}, Junk{"Number", "5"},
                                         Junk{"Null", "null"}, Junk{"Cut", R"({"participant-data": {)"},
                                         Junk{"NoUtf8", "\"\xff\""},
                                         Junk{"Deep", std::string(5000, '[') + std::string(5000, ']')}),
                         [](const auto& junk) { return junk.param.name; });

using Odd = FederationTest;

TEST_F(Odd, ARunWithoutDataForOthersIsNoRun) {
  network.script({says(200, "OK"), says(200, R"({"state": "pending"})")});
  HoldRequest request;
  request.task = kTask;
  request.run = kRun;
  const auto held = get(peers->hold(b_example(), std::move(request)));
  ASSERT_FALSE(held);
  EXPECT_THAT(held.error().message, HasSubstr("a run with participant-data was expected"));
}

TEST_F(Odd, MembersOfOtherTypesAreTakenAsAbsent) {
  network.script({says(200, R"({"result": 0, "state": 5, "errors": ["x"]})")});
  const auto result = get(peers->local_result(b_example(), kTask, kRun, 5s));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->result, "0");
  EXPECT_EQ(result->state, "");
  EXPECT_EQ(result->errors, "");
}

TEST_F(Odd, AHostIsNoLongerOfThisKindOnceItAnswersLikeAnother) {
  network.script({ours_says(404, ""), says(503, ""), says(200, "{}")});
  EXPECT_FALSE(ask_clock());
  EXPECT_TRUE(peers->is_ours("b.example"));
  EXPECT_FALSE(ask_clock());
  EXPECT_TRUE(peers->is_ours("b.example"));  // something before it has spoken
  EXPECT_TRUE(ask_clock());
  EXPECT_FALSE(peers->is_ours("b.example"));
}

}  // namespace
}  // namespace pscheduler::services::test
