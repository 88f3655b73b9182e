// Lists of networks that limits fetch: who reads them, and from which address of this host they are asked
// for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "component/small_ports.hpp"
#include "component/virtual_clock.hpp"
#include "pscheduler/services/limit_rules.hpp"

namespace pscheduler::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// Answers by source address; those of the other family than the target's get nowhere.
class Web final : public ports::HttpClient {
 public:
  std::string body;
  std::set<std::string> without_route;
  std::vector<std::string> sources;

  ports::AsyncResult<ports::HttpAnswer> call(ports::HttpCall call) override {
    sources.push_back(call.bind_address.value_or("any"));
    if (without_route.contains(sources.back())) co_return fail(Errc::unreachable, "no route");
    co_return ports::HttpAnswer{200, {}, body};
  }
};

class Names final : public ports::DnsRecords {
 public:
  ports::AsyncResult<std::vector<std::string>> records(std::string name, ports::RecordType type,
                                                       Duration) override {
    if (name != "here.example") co_return fail(Errc::not_found, "There is no " + name);
    if (type == ports::RecordType::a) co_return std::vector<std::string>{"192.0.2.44"};
    co_return std::vector<std::string>{};
  }
};

class Interfaces final : public ports::HostNetworks {
 public:
  [[nodiscard]] Result<std::vector<ports::InterfaceNetwork>> networks() const override {
    return std::vector<ports::InterfaceNetwork>{{"127.0.0.1", 8, "lo"},    {"169.254.3.4", 16, "eth7"},
                                                {"fe80::7", 64, "eth7"},   {"2001:db8::7", 64, "eth7"},
                                                {"192.0.2.7", 24, "eth7"}, {"192.0.2.8", 24, "eth7"}};
  }
};

class LimitLists : public testing::Test {
 protected:
  void load(const std::string& source, const std::string& bind = "") {
    Json data = {{"source", source}, {"update", "PT1M"}, {"retry", "PT10S"}};
    if (!bind.empty()) data["bind"] = bind;
    const Json file = {
        {"schema", 1},
        {"identifiers",
         {{{"name", "listed"}, {"description", ""}, {"type", "ip-cidr-list-url"}, {"data", data}}}},
        {"classifiers", {{{"name", "listed"}, {"description", ""}, {"identifiers", {"listed"}}}}},
        {"limits", Json::array()},
        {"applications", {{{"apply", Json::array()}}}}};
    services::LimitPorts all{loop.get_executor(),
                             clock,
                             scripts,
                             dns,
                             web,
                             networks,
                             [this](const std::string& path, std::size_t) -> Result<std::string> {
                               files_read.push_back(path);
                               return std::string("10.0.0.0/8");
                             },
                             workers.get_executor()};
    std::optional<services::LimitRules::Loaded> loaded;
    auto loading = services::LimitRules::load(std::move(all), file.dump(), limits::Strictness::as_before);
    boost::asio::co_spawn(
        loop, std::move(loading),
        [&](const std::exception_ptr&, services::LimitRules::Loaded done) { loaded = std::move(done); });
    finish();
    ASSERT_TRUE(loaded);
    for (const auto& problem : loaded->problems) ADD_FAILURE() << limits::to_text(problem);
    rules = std::move(loaded->rules);
  }

  // What the loop can do while the workers are busy.
  void go_on() {
    loop.restart();
    loop.poll();
  }
  void let_workers_work() {
    workers.restart();
    workers.poll();
  }
  void finish() {
    for (int i = 0; i < 10; ++i) {
      go_on();
      let_workers_work();
    }
  }

  // Whether 10.1.2.3 is in the list; nothing until it is known.
  std::shared_ptr<std::optional<bool>> ask() {
    auto answer = std::make_shared<std::optional<bool>>();
    limits::Proposal proposal{std::make_shared<const Json>(Json::object()),
                              std::make_shared<const Json>(Json{{"requester", "10.1.2.3"}})};
    boost::asio::co_spawn(
        loop, rules->decide(std::move(proposal)),
        [answer](const std::exception_ptr&, const limits::Decision& decision) { *answer = decision.passed; });
    go_on();
    return answer;
  }

  boost::asio::io_context loop;
  boost::asio::io_context workers;
  VirtualClock clock{Instant(1h)};
  SmallScripts scripts;
  Names dns;
  Web web;
  Interfaces networks;
  std::vector<std::string> files_read;
  std::shared_ptr<services::LimitRules> rules;
};

TEST_F(LimitLists, AreReadAsideWhileOthersGoByTheOldOne) {
  web.body = "10.0.0.0/8\n";
  load("http://lists.example/");
  const auto first = ask();
  EXPECT_THAT(web.sources, ElementsAre("any"));
  EXPECT_FALSE(first->has_value()) << "it has come, but nobody has read it";
  let_workers_work();
  go_on();
  EXPECT_EQ(*first, true);

  web.body = "";
  clock.move_to(Instant(1h + 1min));
  const auto who_fetches = ask();
  EXPECT_EQ(web.sources.size(), 2U);
  EXPECT_FALSE(who_fetches->has_value());
  EXPECT_EQ(*ask(), true) << "by the list that there is";
  EXPECT_EQ(web.sources.size(), 2U);
  finish();
  EXPECT_EQ(*who_fetches, false);
  EXPECT_EQ(*ask(), false);
}

TEST_F(LimitLists, FilesAreReadAside) {
  load("file:///etc/networks.txt");
  const auto answer = ask();
  EXPECT_THAT(files_read, testing::IsEmpty());
  finish();
  EXPECT_THAT(files_read, ElementsAre("/etc/networks.txt"));
  EXPECT_EQ(*answer, true);
}

struct Bound {
  std::string name;
  std::string bind;
  std::set<std::string> without_route;
  std::vector<std::string> sources;
};

class CallsFrom : public LimitLists, public testing::WithParamInterface<Bound> {};

TEST_P(CallsFrom, WhatBindNames) {
  const auto& c = GetParam();
  web.body = "10.0.0.0/8\n";
  web.without_route = c.without_route;
  load("http://lists.example/", c.bind);
  const auto answer = ask();
  finish();
  EXPECT_EQ(web.sources, c.sources);
  EXPECT_EQ(*answer, !c.sources.empty() && !c.without_route.contains(c.sources.back()));
}

INSTANTIATE_TEST_SUITE_P(
    Table, CallsFrom,
    testing::Values(
        Bound{"nothing", "", {}, {"any"}}, Bound{"address", "192.0.2.9", {}, {"192.0.2.9"}},
        Bound{"interface", "eth7", {}, {"192.0.2.7"}},
        Bound{"interface_without_route", "eth7", {"192.0.2.7"}, {"192.0.2.7", "2001:db8::7"}},
        Bound{"no_route_at_all", "eth7", {"192.0.2.7", "2001:db8::7"}, {"192.0.2.7", "2001:db8::7"}},
        Bound{"loopback_interface", "lo", {}, {"127.0.0.1"}},
        Bound{"name", "here.example", {}, {"192.0.2.44"}}, Bound{"unknown_name", "there.example", {}, {}}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace pscheduler::test
