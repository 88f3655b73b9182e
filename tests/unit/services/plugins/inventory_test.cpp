#include <gmock/gmock.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "case_name.hpp"
#include "host_fixture.hpp"
#include "pscheduler/adapters/system/inotify_watch.hpp"

namespace pscheduler::test {
namespace {

using services::Plugin;
using services::PluginClass;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names(const std::vector<Plugin>& plugins) {
  std::vector<std::string> result;
  for (const Plugin& plugin : plugins) result.push_back(plugin.name);
  return result;
}

using Inventory = HostTest;

TEST_F(Inventory, FindsTheFourClasses) {
  add_test("rtt");
  add_test("latencybg", "background-multi");
  add_tool("ping", {"rtt", "trace"}, -3);
  add_archiver("http");
  add_context("linuxnns");
  EXPECT_THAT(names(host().list(PluginClass::test)), ElementsAre("latencybg", "rtt"));
  EXPECT_THAT(names(host().list(PluginClass::tool)), ElementsAre("ping"));
  EXPECT_THAT(names(host().list(PluginClass::archiver)), ElementsAre("http"));
  EXPECT_THAT(names(host().list(PluginClass::context)), ElementsAre("linuxnns"));
  EXPECT_EQ(host().find(PluginClass::test, "latencybg")->scheduling_class, SchedulingClass::background_multi);
  const Plugin* ping = host().find(PluginClass::tool, "ping");
  ASSERT_NE(ping, nullptr);
  EXPECT_EQ(ping->preference, -3);
  EXPECT_THAT(ping->tests, ElementsAre("rtt", "trace"));
  EXPECT_EQ(ping->enumeration->at("description"), "A tool");
  EXPECT_EQ(host().find(PluginClass::test, "ping"), nullptr);
}

TEST_F(Inventory, WithoutDirectoriesIsEmpty) {
  options_.class_roots = {home() / "nowhere", root()};
  EXPECT_THAT(host().list(PluginClass::test), IsEmpty());
  EXPECT_THAT(host().unusable(PluginClass::test), IsEmpty());
}

TEST_F(Inventory, OfTwoRootsTheFirstCounts) {
  add_test("rtt");
  add_test("own");
  const auto system = home() / "system";
  write_file(system / "test/rtt/enumerate", "#!/bin/sh\necho broken\n", true);
  std::filesystem::copy(root() / "test/own", system / "test/more");  // calls itself "own"
  options_.class_roots = {root(), system};
  EXPECT_THAT(names(host().list(PluginClass::test)), ElementsAre("own", "rtt"));
  EXPECT_THAT(names(host().unusable(PluginClass::test)), ElementsAre("more"));
}

struct Broken {
  std::string name;
  std::string enumerate;  // body of a script
  std::string problem;    // part of it
};

class BrokenPlugin : public HostTest, public testing::WithParamInterface<Broken> {};

TEST_P(BrokenPlugin, IsUnusableAloneAndSaysWhy) {
  options_.limits.inventory = std::chrono::seconds(2);
  add_test("good");
  add_method("test", "bad", "enumerate", GetParam().enumerate);
  EXPECT_THAT(names(host().list(PluginClass::test)), ElementsAre("good"));
  EXPECT_EQ(host().find(PluginClass::test, "bad"), nullptr);
  const auto unusable = host().unusable(PluginClass::test);
  ASSERT_THAT(names(unusable), ElementsAre("bad"));
  EXPECT_THAT(unusable[0].problem, HasSubstr(GetParam().problem));
  const auto answer = await(host().spec_is_valid("bad", Json::object()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::not_found);
  EXPECT_THAT(answer.error().message, HasSubstr(GetParam().problem));
  EXPECT_EQ(log_.count("PLUGIN_UNUSABLE"), 1U);
  await(host().take_inventory());
  EXPECT_EQ(log_.count("PLUGIN_UNUSABLE"), 1U) << "said again although nothing changed";
  EXPECT_THAT(left_behind(), IsEmpty());
}

const char* const kGood = R"("description": "d", "version": "1", "maintainer": {"name": "m"},
                             "scheduling-class": "normal")";

INSTANTIATE_TEST_SUITE_P(
    All, BrokenPlugin,
    testing::Values(
        Broken{"fails", "echo no luck >&2; exit 1", "no luck"}, Broken{"hangs", "sleep 1000", "did not end"},
        Broken{"garbage", "echo hello", "hello"}, Broken{"silent", "", "empty"},
        Broken{"future", std::string("echo '{\"schema\": 2, \"name\": \"bad\", ") + kGood + "}'", "schema"},
        Broken{"extra_member", std::string("echo '{\"scale\": 2, \"name\": \"bad\", ") + kGood + "}'",
               "scale"},
        Broken{"other_name", std::string("echo '{\"name\": \"worse\", ") + kGood + "}'", "'worse'"},
        Broken{"array", "echo '[]'", "object"}),
    test::CaseName());

TEST_F(Inventory, AStrayDirectoryIsUnusableAlone) {
  add_test("good");
  std::filesystem::create_directories(root() / "test/__pycache__");
  std::filesystem::create_directories(root() / "test/.hidden");
  write_file(root() / "test/README", "not a directory", false);
  write_file(root() / "test/plain/enumerate", "#!/bin/sh\n", false);
  EXPECT_THAT(names(host().list(PluginClass::test)), ElementsAre("good"));
  EXPECT_THAT(names(host().unusable(PluginClass::test)), ElementsAre("__pycache__", "plain"));
  EXPECT_THAT(host().unusable(PluginClass::test)[0].problem, HasSubstr("no executable 'enumerate'"));
}

TEST_F(Inventory, FollowsChanges) {
  add_test("rtt");
  write_file(root() / "test/late/enumerate", "#!/bin/sh\nexit 1\n", true);
  EXPECT_THAT(names(host().list(PluginClass::test)), ElementsAre("rtt"));
  std::filesystem::remove_all(root() / "test/rtt");
  add_test("late");
  await(host().take_inventory());
  EXPECT_THAT(names(host().list(PluginClass::test)), ElementsAre("late"));
  EXPECT_THAT(host().unusable(PluginClass::test), IsEmpty());
}

ports::Async<void> until_found(HostTest& test, std::string name) {
  while (test.host().find(PluginClass::test, name) == nullptr)
    co_await test.clock_.sleep_for(std::chrono::milliseconds(5));
}

ports::Async<void> change_directories(HostTest& test) {
  test.add_test("trace");
  co_await until_found(test, "trace");
  std::filesystem::create_directories(test.home() / "later/classes");
  std::filesystem::rename(test.root() / "test", test.home() / "later/classes/test");
  test.add_test("clock");
  co_await until_found(test, "clock");
  co_await until_found(test, "rtt");
}

ports::Async<void> first_of(ports::Async<void> one, ports::Async<void> other) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto either = std::move(one) || std::move(other);
  co_await std::move(either);
}

TEST_F(Inventory, IsTakenAgainWhenDirectoriesChange) {
  options_.limits.settle = std::chrono::milliseconds(20);
  options_.class_roots.push_back(home() / "later/classes");
  add_test("rtt");
  auto& plugins = host();
  adapters::InotifyWatch directories(loop_.get_executor());
  await(first_of(plugins.watch(directories), change_directories(*this)));
  EXPECT_THAT(names(plugins.list(PluginClass::test)), ElementsAre("clock", "rtt", "trace"));
}

ports::Async<void> until_asked_again(HostTest& test) {
  co_await test.clock_.sleep_for(std::chrono::milliseconds(5));  // the watch has begun
  test.write_file(test.home() / "installed", "", false);
  test.host().look_again();
  while (test.host().find(PluginClass::test, "late") == nullptr)
    co_await test.clock_.sleep_for(std::chrono::milliseconds(5));
}

// Such as a program that a plug-in needs to be of use.
TEST_F(Inventory, IsTakenAgainOnRequestForWhatNoDirectoryShows) {
  options_.limits.settle = std::chrono::milliseconds(1);
  write_file(root() / "test/late/enumerate",
             "#!/bin/sh\n[ -e '" + (home() / "installed").string() +
                 "' ] || exit 1\necho '{\"schema\": 1, \"name\": \"late\", \"version\": \"1\", "
                 "\"description\": \"d\", \"maintainer\": {\"name\": \"m\"}, \"scheduling-class\": "
                 "\"background\"}'\n",
             true);
  auto& plugins = host();
  EXPECT_EQ(plugins.find(PluginClass::test, "late"), nullptr);
  adapters::InotifyWatch directories(loop_.get_executor());
  await(first_of(plugins.watch(directories), until_asked_again(*this)));
  EXPECT_NE(plugins.find(PluginClass::test, "late"), nullptr);
}

}  // namespace
}  // namespace pscheduler::test
