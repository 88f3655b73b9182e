#pragma once
// A plug-in host over a class root of the test's own, with real processes on the test's event loop.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/adapters/process/posix_processes.hpp"
#include "pscheduler/adapters/system/posix_files.hpp"
#include "pscheduler/adapters/system/system_clock.hpp"
#include "pscheduler/services/plugins_host.hpp"

namespace pscheduler::test {

// Longer than anything here takes: a loop that runs on has hung.
inline constexpr std::chrono::seconds kLoopLimit{100};

// Keeps the ids and the text fields of what was written.
class KeptLog final : public ports::Log {
 public:
  void write(const ports::Message& message, std::initializer_list<ports::Field> fields) override;
  void set_debug(bool) override {}
  [[nodiscard]] bool debug() const override { return false; }

  [[nodiscard]] std::size_t count(std::string_view id) const;
  std::vector<std::string> lines;  // "ID name=value name=value"
};

// Counts what is started on its way to the real thing.
class CountedProcesses final : public ports::Processes {
 public:
  ports::AsyncResult<ports::ProcessOutcome> run(ports::ProcessSpec spec) override;
  ports::AsyncResult<std::unique_ptr<ports::Conversation>> start(ports::ProcessSpec spec) override;

  int runs = 0;
  int starts = 0;

 private:
  adapters::PosixProcesses real_{{SHEPHERD_PATH}};
};

class HostTest : public testing::Test {
 public:
  HostTest();
  ~HostTest() override;

  // A method that is a /bin/sh script with this body; $HOME_DIR in it is home().
  void add_method(const std::string& plugin_class, const std::string& name, const std::string& method,
                  const std::string& body);
  void write_file(const std::filesystem::path& path, const std::string& content, bool executable);

  // With an enumerate as the shipped ones have it.
  void add_test(const std::string& name, const std::string& scheduling_class = "background");
  void add_tool(const std::string& name, const std::vector<std::string>& tests, int preference = 0);
  void add_context(const std::string& name);
  void add_archiver(const std::string& name);

  // The host with the plug-ins added so far, inventory taken.
  services::PluginHost& host();

  // Runs a coroutine to its end on the loop.
  template <class T>
  T await(ports::Async<T> coroutine) {
    std::optional<T> result;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop_, std::move(coroutine), [&](std::exception_ptr exception, T value) {
      thrown = exception;
      if (!exception) result.emplace(std::move(value));
    });
    run_loop([&] { return result.has_value() || thrown; });
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*result);
  }
  void await(ports::Async<void> coroutine);

  [[nodiscard]] services::ToolRun tool_run(const std::string& tool) const;

  // Ends when no process of a plug-in is left.
  ports::Async<void> everybody_gone();

  // Processes that plug-ins left alive.
  [[nodiscard]] std::vector<int> left_behind() const;

  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] std::filesystem::path root() const { return home_ / "classes"; }
  [[nodiscard]] std::string read_file(const std::filesystem::path& path) const;

  boost::asio::io_context loop_{1};
  adapters::SystemClock clock_;
  CountedProcesses processes_;
  std::optional<adapters::PosixFiles> files_{std::in_place};
  KeptLog log_;
  services::PluginHostOptions options_;

 private:
  void run_loop(const std::function<bool()>& ended);

  std::filesystem::path home_;
  std::unique_ptr<services::PluginHost> host_;
};

}  // namespace pscheduler::test
