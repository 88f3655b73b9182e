#include "pscheduler/adapters/system/system_host_facts.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "loop_fixture.hpp"
#include "pscheduler/adapters/process/posix_processes.hpp"
#include "pscheduler/adapters/system/system_clock.hpp"

namespace pscheduler::test {
namespace {

using ::testing::HasSubstr;

// A resolver that knows all names or none.
class OneAnswerResolver final : public ports::Resolver {
 public:
  explicit OneAnswerResolver(bool knows) : knows_(knows) {}

  ports::AsyncResult<std::vector<std::string>> addresses(std::string host, ports::Family, Duration) override {
    if (!knows_) co_return fail(Errc::not_found, host);
    co_return std::vector<std::string>{"192.0.2.1"};
  }
  ports::AsyncResult<std::vector<std::string>> names(std::string, Duration) override {
    co_return std::vector<std::string>{};
  }
  ports::AsyncResult<std::vector<std::string>> texts(std::string, Duration) override {
    co_return std::vector<std::string>{};
  }

 private:
  bool knows_;
};

class HostFactsTest : public LoopTest {
 protected:
  HostFactsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "host-facts-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~HostFactsTest() override { std::filesystem::remove_all(directory_); }

  void install(const std::string& name, const std::string& script) {
    std::ofstream(directory_ / name) << "#!/bin/sh\n" << script << '\n';
    std::filesystem::permissions(directory_ / name, std::filesystem::perms::owner_all);
  }

  ports::ClockState clock_state() {
    adapters::SystemHostFacts facts(clock_, processes_, knows_, directory_.string());
    ports::ClockState state;
    on_loop([&]() -> ports::Async<void> { state = co_await facts.clock_state(); });
    return state;
  }

  adapters::SystemClock clock_;
  adapters::PosixProcesses processes_{{SHEPHERD_PATH}};
  OneAnswerResolver knows_{true};
  OneAnswerResolver knows_nothing_{false};
  std::filesystem::path directory_;
};

TEST_F(HostFactsTest, NamesTheHostAsTheSystemDoesWhenThatResolves) {
  std::array<char, 65> name{};
  ASSERT_EQ(::gethostname(name.data(), name.size() - 1), 0);
  adapters::SystemHostFacts facts(clock_, processes_, knows_);
  on_loop([&]() -> ports::Async<void> { co_await facts.check_host_name(); });
  EXPECT_EQ(facts.host_name(), name.data());
}

TEST_F(HostFactsTest, NamesTheHostByALoopbackAddressOtherwise) {
  adapters::SystemHostFacts facts(clock_, processes_, knows_nothing_);
  on_loop([&]() -> ports::Async<void> { co_await facts.check_host_name(); });
  EXPECT_THAT(facts.host_name(), ::testing::AnyOf("::1", "127.0.0.1"));
}

TEST_F(HostFactsTest, KnowsItsOwnAddresses) {
  adapters::SystemHostFacts facts(clock_, processes_, knows_);
  struct Case {
    const char* address;
    bool local;
  };
  const Case cases[] = {{"127.0.0.1", true},   {"127.1.2.3", true},     {"::ffff:127.0.0.1", true},
                        {"192.0.2.77", false}, {"2001:db8::77", false}, {"::ffff:192.0.2.77", false},
                        {"", false},           {"localhost", false},    {"127.0.0.1:80", false}};
  for (const auto& test : cases) EXPECT_EQ(facts.is_local_address(test.address), test.local) << test.address;
}

TEST_F(HostFactsTest, ClockIsOfUnknownSourceWithoutAKeeper) {
  const auto before = clock_.now();
  const auto state = clock_state();
  EXPECT_EQ(state.source, "unknown");
  EXPECT_FALSE(state.reference);
  EXPECT_FALSE(state.offset_seconds);
  EXPECT_FALSE(state.error);
  EXPECT_GE(state.time, before);
}

TEST_F(HostFactsTest, AsksChronyFirst) {
  install("chronyc",
          "[ \"$*\" = '-c tracking' ] && echo 'C0000201,time1.example.net,3,1700000000.1,-0.000001,0.000019,"
          "0.00002,-12.3,0.001,0.02,0.01,0.002,64.4,Normal'");
  install("ntpq", "echo 'refid=192.0.2.9, offset=1'");
  const auto state = clock_state();
  EXPECT_EQ(state.source, "chrony");
  EXPECT_EQ(state.reference, "time1.example.net");
  EXPECT_DOUBLE_EQ(state.offset_seconds.value(), 1.9e-05);
}

TEST_F(HostFactsTest, AsksNtpWhenChronyDoesNotRun) {
  install("chronyc", "echo '506 Cannot talk to daemon'; exit 1");
  install("ntpq",
          "printf 'associd=0 status=0615 leap_none, sync_ntp,\\nversion=\"ntpd 4.2.8\", stratum=2,\\n"
          "refid=192.0.2.9, offset=-0.250000, frequency=1.5\\n'");
  const auto state = clock_state();
  EXPECT_EQ(state.source, "ntp");
  EXPECT_EQ(state.reference, "192.0.2.9");
  EXPECT_DOUBLE_EQ(state.offset_seconds.value(), -0.00025);
}

TEST_F(HostFactsTest, SaysThatChronyCannotBeUnderstood) {
  install("chronyc", "echo 'something else'");
  const auto state = clock_state();
  EXPECT_EQ(state.source, "chrony");
  EXPECT_FALSE(state.synchronized);
  EXPECT_THAT(state.error.value_or(""), HasSubstr("something else"));
}

TEST_F(HostFactsTest, IsNotHeldUpByAKeeperThatHangs) {
  install("chronyc", "sleep 600");
  EXPECT_EQ(clock_state().source, "unknown");
}

TEST_F(HostFactsTest, ClockStateEndsPromptlyWhenCancelled) {
  install("chronyc", "sleep 600");
  adapters::SystemHostFacts facts(clock_, processes_, knows_, directory_.string());
  EXPECT_TRUE(ends_when_cancelled(
      [](ports::HostFacts& host) -> ports::Async<void> { co_await host.clock_state(); }(facts)));
}

}  // namespace
}  // namespace pscheduler::test
