#include "process_fixture.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

namespace pscheduler::test {

namespace asio = boost::asio;

std::vector<int> living_with(const std::string& name, const std::string& value) {
  std::vector<int> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const auto pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0) continue;
    std::ifstream file(entry.path() / "environ", std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (('\0' + text).find('\0' + name + '=' + value + '\0') != std::string::npos) found.push_back(pid);
  }
  return found;
}

ProcessTest::ProcessTest() {
  static int count = 0;
  mark_ = std::to_string(::getpid()) + "-" + std::to_string(++count);
}

ports::ProcessSpec ProcessTest::misbehave(std::vector<std::string> arguments) const {
  ports::ProcessSpec spec;
  spec.program = MISBEHAVE_PATH;
  spec.arguments = std::move(arguments);
  spec.environment = {{"PSCHEDULER_TEST_MARK", mark_}};
  return spec;
}

Result<ports::ProcessOutcome> ProcessTest::run(ports::ProcessSpec spec) {
  std::optional<Result<ports::ProcessOutcome>> result;
  asio::co_spawn(
      loop_, processes_.run(std::move(spec)),
      [&result](std::exception_ptr, Result<ports::ProcessOutcome> outcome) { result = std::move(outcome); });
  loop_.restart();
  loop_.run_for(kLoopLimit);
  if (!result) return fail(Errc::internal, "the run has not ended");
  return *result;
}

ports::ProcessOutcome ProcessTest::outcome_of(ports::ProcessSpec spec) {
  auto result = run(std::move(spec));
  EXPECT_TRUE(result) << result.error().message;
  return result ? *result : ports::ProcessOutcome{};
}

void ProcessTest::on_loop(std::function<ports::Async<void>()> body) {
  bool ended = false;
  asio::co_spawn(loop_, body(), [&ended](std::exception_ptr error) {
    ended = true;
    if (error) std::rethrow_exception(error);
  });
  loop_.restart();
  loop_.run_for(kLoopLimit);
  EXPECT_TRUE(ended) << "the coroutine has not ended";
}

std::vector<int> ProcessTest::left_behind() const {
  return living_with("PSCHEDULER_TEST_MARK", mark_);
}

}  // namespace pscheduler::test
