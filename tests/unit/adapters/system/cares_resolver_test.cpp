#include "pscheduler/adapters/system/cares_resolver.hpp"

#include <gmock/gmock.h>

#include "dns_responder.hpp"
#include "loop_fixture.hpp"

namespace pscheduler::test {
namespace {

using ports::Family;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr Duration kPatience = std::chrono::seconds(30);
constexpr Duration kShort = std::chrono::milliseconds(30);

class ResolverTest : public LoopTest {
 protected:
  using Answer = Result<std::vector<std::string>>;

  // Runs a question to its answer; the loop must then have nothing left to do.
  Answer ask(std::function<ports::Async<Answer>()> question) {
    Answer answer;
    on_loop([&]() -> ports::Async<void> {
      answer = co_await question();
      server_.close();
    });
    EXPECT_TRUE(loop_.stopped());
    return answer;
  }
  Answer addresses(std::string host, Family family, Duration limit = kPatience) {
    return ask([&] { return resolver_.addresses(host, family, limit); });
  }

  DnsResponder server_{loop_};
  adapters::CaresResolver resolver_{loop_.get_executor(), server_.address()};
};

TEST_F(ResolverTest, FindsAllAddresses) {
  EXPECT_THAT(addresses("two.test", Family::any).value(), UnorderedElementsAre("192.0.2.1", "192.0.2.2"));
}

TEST_F(ResolverTest, FindsAddressesOfTheWantedFamilyOnly) {
  EXPECT_THAT(addresses("six.test", Family::ipv6).value(), ElementsAre("2001:db8::6"));
}

TEST_F(ResolverTest, SaysThatANameHasNoAddressOfTheFamily) {
  const auto answer = addresses("six.test", Family::ipv4);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::not_found);
}

TEST_F(ResolverTest, SaysThatANameDoesNotExist) {
  const auto answer = addresses("none.test", Family::any);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::not_found);
  EXPECT_THAT(answer.error().message, ::testing::HasSubstr("none.test"));
}

TEST_F(ResolverTest, TellsRecordsInTheOrderOfTheReply) {
  const auto records = [this](const std::string& name, ports::RecordType type) {
    DnsResponder server(loop_);
    adapters::CaresResolver resolver(loop_.get_executor(), server.address());
    Answer answer;
    on_loop([&]() -> ports::Async<void> {
      answer = co_await resolver.records(name, type, kPatience);
      server.close();
      server_.close();
    });
    return answer;
  };
  EXPECT_THAT(records("two.test", ports::RecordType::a).value(), ElementsAre("192.0.2.1", "192.0.2.2"));
  EXPECT_THAT(records("six.test", ports::RecordType::aaaa).value(), ElementsAre("2001:db8::6"));
  EXPECT_THAT(records("six.test", ports::RecordType::a).value(), IsEmpty()) << "the name exists";
  EXPECT_THAT(records("text.test", ports::RecordType::txt).value(), ElementsAre("one", "two parts"));
  EXPECT_THAT(records("1.2.0.192.in-addr.arpa", ports::RecordType::ptr).value(), ElementsAre("one.test"));
  const auto nobody = records("localhost", ports::RecordType::a);
  ASSERT_FALSE(nobody) << "the hosts file is not asked";
  EXPECT_EQ(nobody.error().code, Errc::not_found);
}

TEST_F(ResolverTest, KnowsTheHostsFile) {
  EXPECT_THAT(addresses("localhost", Family::ipv4).value(), Contains("127.0.0.1"));
}

TEST_F(ResolverTest, TakesAddressLiterals) {
  EXPECT_THAT(addresses("192.0.2.5", Family::any).value(), ElementsAre("192.0.2.5"));
}

TEST_F(ResolverTest, ReportsSilenceAtItsDeadline) {
  const auto answer = addresses("silent.test", Family::ipv4, kShort);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::timed_out);
}

TEST_F(ResolverTest, EndsPromptlyWhenCancelled) {
  server_.close();
  const auto wait = [](ports::Resolver& resolver) -> ports::Async<void> {
    co_await resolver.addresses("silent.test", Family::any, kPatience);
  };
  EXPECT_TRUE(ends_when_cancelled(wait(resolver_)));
}

TEST_F(ResolverTest, FindsTheNamesOfAnAddress) {
  EXPECT_THAT(ask([&] { return resolver_.names("192.0.2.1", kPatience); }).value(), ElementsAre("one.test"));
}

TEST_F(ResolverTest, AnAddressWithoutNameHasNone) {
  EXPECT_THAT(ask([&] { return resolver_.names("192.0.2.200", kPatience); }).value(), IsEmpty());
}

TEST_F(ResolverTest, RefusesNamesForWhatIsNoAddress) {
  const auto answer = ask([&] { return resolver_.names("two.test", kPatience); });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::invalid_argument);
}

TEST_F(ResolverTest, FindsTextRecordsAndJoinsTheirParts) {
  EXPECT_THAT(ask([&] { return resolver_.texts("text.test", kPatience); }).value(),
              UnorderedElementsAre("one", "two parts"));
}

TEST_F(ResolverTest, AnswersManyAtOnceAndASilentOneHoldsUpNobody) {
  int answered = 0;
  for (int i = 0; i < 50; ++i) {
    boost::asio::co_spawn(loop_, resolver_.addresses("two.test", Family::ipv4, kPatience),
                          [&answered](std::exception_ptr, Answer answer) { answered += answer ? 1 : 0; });
  }
  EXPECT_FALSE(addresses("silent.test", Family::ipv4, std::chrono::seconds(1)));
  EXPECT_EQ(answered, 50);
}

TEST_F(ResolverTest, RefusesAServerThatIsNone) {
  adapters::CaresResolver resolver(loop_.get_executor(), "not an address");
  const auto answer = ask([&] { return resolver.addresses("two.test", Family::any, kPatience); });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace pscheduler::test
