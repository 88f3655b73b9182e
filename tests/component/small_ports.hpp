#pragma once
// The ports of which a node in a test needs little.

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/host_facts.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/processes.hpp"
#include "pscheduler/ports/random.hpp"
#include "pscheduler/ports/scripts.hpp"

namespace pscheduler::test {

class SeededRandom final : public ports::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

// Keeps the ids of the lines.
class KeptLog final : public ports::Log {
 public:
  void write(const ports::Message& message, std::initializer_list<ports::Field>) override {
    ids.emplace_back(message.id);
  }
  void set_debug(bool on) override { debug_ = on; }
  [[nodiscard]] bool debug() const override { return debug_; }
  [[nodiscard]] std::ptrdiff_t count(std::string_view id) const {
    return std::count(ids.begin(), ids.end(), id);
  }

  std::vector<std::string> ids;

 private:
  bool debug_ = false;
};

// A host with the addresses of loopback and 192.0.2.1.
class SmallHost final : public ports::HostFacts {
 public:
  explicit SmallHost(ports::Clock& clock) : clock_(clock) {}
  [[nodiscard]] std::string host_name() const override { return "node.example"; }
  [[nodiscard]] bool is_local_address(const std::string& address) const override {
    return address == "127.0.0.1" || address == "::1" || address == "192.0.2.1";
  }
  ports::Async<ports::ClockState> clock_state() override {
    ports::ClockState state;
    state.time = clock_.now();
    state.synchronized = true;
    state.source = "chrony";
    state.offset_seconds = 0.5;
    co_return state;
  }

 private:
  ports::Clock& clock_;
};

class NoProcesses final : public ports::Processes {
 public:
  ports::AsyncResult<ports::ProcessOutcome> run(ports::ProcessSpec) override {
    co_return fail(Errc::unavailable, "There are no processes here.");
  }
  ports::AsyncResult<std::unique_ptr<ports::Conversation>> start(ports::ProcessSpec) override {
    co_return fail(Errc::unavailable, "There are no processes here.");
  }
};

// Every script compiles but "bad".
class SmallScripts final : public ports::Scripts {
 public:
  ports::AsyncResult<void> check(const ports::Script& script, Duration) override {
    if (script.text == "bad") co_return fail(Errc::invalid_argument, "syntax error");
    co_return Result<void>{};
  }
  ports::AsyncResult<std::vector<Json>> run(const ports::Script&, const Json&, const Json&,
                                            Duration) override {
    co_return fail(Errc::unavailable, "Scripts are not run here.");
  }
};

}  // namespace pscheduler::test
