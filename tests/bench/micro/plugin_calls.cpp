// What one question to a plug-in costs: by a process of its own, and by the process that serves native ones.

#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "pscheduler/adapters/process/posix_processes.hpp"
#include "pscheduler/adapters/system/posix_files.hpp"
#include "pscheduler/adapters/system/system_clock.hpp"
#include "pscheduler/services/plugins_host.hpp"

namespace {

using namespace pscheduler;
namespace asio = boost::asio;
namespace fs = std::filesystem;

class NoLog final : public ports::Log {
 public:
  void write(const ports::Message& /*message*/, std::initializer_list<ports::Field> /*fields*/) override {}
  void set_debug(bool /*on*/) override {}
  [[nodiscard]] bool debug() const override { return false; }
};

// A directory that goes with its owner.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string path = (fs::temp_directory_path() / "pscheduler-bench-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary directory can be made");
    path_ = path;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() { fs::remove_all(path_); }

  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

ports::Async<void> ask(services::PluginHost& host, benchmark::State& state) {
  co_await host.take_inventory();
  std::int64_t number = 0;
  for (auto _ : state) {
    Json spec{{"schema", 1}, {"data", ++number}};  // a new question each time: answers are remembered
    const auto validity = co_await host.spec_is_valid("noop", std::move(spec));
    if (!validity || !validity->valid) {
      state.SkipWithError("the plug-in did not answer");
      break;
    }
  }
  // The process that serves would keep the loop for as long as it may be idle.
  co_await host.stop();
}

// Asks the plug-in host of the daemon over real processes.
void measure(benchmark::State& state, const fs::path& class_root) {
  const ScratchDirectory scratch;
  asio::io_context context;
  adapters::SystemClock clock;
  adapters::PosixProcesses processes({fs::path(BENCH_BUILD_DIR) / "bin/pscheduler-shepherd", 0, 0});
  adapters::PosixFiles files;
  NoLog log;
  services::PluginHostOptions options;
  options.class_roots.push_back(class_root);
  options.temporary_directory = scratch.path();
  services::PluginHost host({context.get_executor(), clock, processes, files, log}, options);
  asio::co_spawn(context, ask(host, state), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
}

void plugin_call_by_serve(benchmark::State& state) {
  measure(state, fs::path(BENCH_BUILD_DIR) / "classes");
}
BENCHMARK(plugin_call_by_serve)->Unit(benchmark::kMicrosecond)->UseRealTime();

// The same plug-ins in a class root without `serve`.
void plugin_call_by_process(benchmark::State& state) {
  const ScratchDirectory root;
  const fs::path noop = root.path() / "test/noop";
  fs::create_directories(noop);
  for (const auto& method : fs::directory_iterator(fs::path(BENCH_BUILD_DIR) / "classes/test/noop")) {
    fs::create_symlink(method.path(), noop / method.path().filename());
  }
  measure(state, root.path());
}
BENCHMARK(plugin_call_by_process)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
