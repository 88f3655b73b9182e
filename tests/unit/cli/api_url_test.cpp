#include "cli/api_url.hpp"

#include <gmock/gmock.h>

namespace pscheduler::cli {
namespace {

using ::testing::HasSubstr;

struct HostCase {
  std::string name;
  std::string host;
  std::string url;  // empty: refused
};

class HostForms : public ::testing::TestWithParam<HostCase> {};

TEST_P(HostForms, BecomeTheRootOfTheApi) {
  const auto url = api_url(GetParam().host);
  EXPECT_EQ(url.value_or(""), GetParam().url);
}

INSTANTIATE_TEST_SUITE_P(
    ApiUrl, HostForms,
    ::testing::Values(
        HostCase{"host_name", "ps.example.org", "https://ps.example.org/pscheduler/"},
        HostCase{"name_and_port", "ps.example.org:8443", "https://ps.example.org:8443/pscheduler/"},
        HostCase{"v4", "192.0.2.1", "https://192.0.2.1/pscheduler/"},
        HostCase{"bare_v6", "2001:db8::1", "https://[2001:db8::1]/pscheduler/"},
        HostCase{"v6", "[2001:db8::1]", "https://[2001:db8::1]/pscheduler/"},
        HostCase{"v6_and_port", "[::1]:8443", "https://[::1]:8443/pscheduler/"},
        HostCase{"beyond_ascii", "bücher.example:8443", "https://xn--bcher-kva.example:8443/pscheduler/"},
        HostCase{"empty", "", ""}, HostCase{"blank", "two words", ""}, HostCase{"path", "host/path", ""},
        HostCase{"no_port", "host:", ""}),
    [](const auto& tested) { return tested.param.name; });

constexpr const char* kUuid = "3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10";

TEST(ApiUrl, OnlyTheUrlOfATaskIsTakenForOne) {
  const std::string task = std::string("https://h/pscheduler/tasks/") + kUuid;
  EXPECT_TRUE(check_task_url(task));
  for (const std::string& other :
       {task + "/runs/" + kUuid, std::string("https://h/pscheduler/tasks/nonsense"),
        std::string("https://h/tasks/") + kUuid, std::string("nonsense"), std::string()}) {
    const auto checked = check_task_url(other);
    ASSERT_FALSE(checked) << other;
    EXPECT_THAT(checked.error().message, HasSubstr("\"" + other + "\""));
  }
}

TEST(ApiUrl, ParametersKeepTheirOrderAndAreEncoded) {
  EXPECT_EQ(with_parameters("https://h/x", {{"b", R"(["--dest","ü&=+ "])"}, {"a", "True"}}),
            "https://h/x?b=%5B%22--dest%22%2C%22%C3%BC%26%3D%2B%20%22%5D&a=True");
  EXPECT_EQ(with_parameters("https://h/x?y=1", {{"wait", "0"}}), "https://h/x?y=1&wait=0");
  EXPECT_EQ(with_parameters("https://h/x", {}), "https://h/x");
}

TEST(ApiUrl, HostIsTheServerPart) {
  EXPECT_EQ(host_of("https://[::1]:8443/pscheduler/"), "[::1]:8443");
  EXPECT_EQ(host_of("nonsense"), "nonsense");
}

}  // namespace
}  // namespace pscheduler::cli
