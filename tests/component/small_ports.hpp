#pragma once
// The ports of which a node in a test needs little.

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/dns_records.hpp"
#include "pscheduler/ports/host_facts.hpp"
#include "pscheduler/ports/host_networks.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/metrics.hpp"
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

// A host with the addresses of loopback and those given.
class SmallHost final : public ports::HostFacts {
 public:
  SmallHost(ports::Clock& clock, std::string name, std::vector<std::string> addresses)
      : clock_(clock), name_(std::move(name)), addresses_(std::move(addresses)) {}
  [[nodiscard]] std::string host_name() const override { return name_; }
  [[nodiscard]] bool is_local_address(const std::string& address) const override {
    return address == "127.0.0.1" || address == "::1" ||
           std::find(addresses_.begin(), addresses_.end(), address) != addresses_.end();
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
  std::string name_;
  std::vector<std::string> addresses_;
};

// Nobody has a name or anything else in this DNS.
class NoDnsRecords final : public ports::DnsRecords {
 public:
  ports::AsyncResult<std::vector<std::string>> records(std::string name, ports::RecordType,
                                                       Duration) override {
    co_return fail(Errc::not_found, "There is no " + name);
  }
};

class LoopbackNetwork final : public ports::HostNetworks {
 public:
  [[nodiscard]] Result<std::vector<ports::InterfaceNetwork>> networks() const override {
    return std::vector<ports::InterfaceNetwork>{{"127.0.0.1", 8}};
  }
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

// Keeps what it is told, as lines.
class KeptMetrics final : public ports::Metrics {
 public:
  void request_answered(std::string_view method, std::string_view route, int status, Duration) override {
    add(std::string(method) + " " + std::string(route) + " " + std::to_string(status));
  }
  void run_entered(RunState state, std::optional<Duration> late) override {
    add(std::string(traits(state).name) + (late ? " late " + std::to_string(late->count()) : ""));
  }
  void plugin_called(std::string_view method, bool, Duration) override { add(std::string(method)); }
  [[nodiscard]] std::string text(const ports::MetricsReading& reading) override {
    last = reading;
    return "pscheduler_up 1\n";
  }

  std::vector<std::string> lines;
  ports::MetricsReading last;

 private:
  // A simulated year tells much.
  void add(std::string line) {
    constexpr std::size_t kLinesMax = 10'000;
    if (lines.size() < kLinesMax) lines.push_back(std::move(line));
  }
};

// Every script compiles but "bad". What one gives says the test.
class SmallScripts final : public ports::Scripts {
 public:
  std::function<Result<std::vector<Json>>(const ports::Script&, const Json& input, const Json& arguments)>
      gives;

  ports::AsyncResult<void> check(const ports::Script& script, Duration) override {
    if (script.text == "bad") co_return fail(Errc::invalid_argument, "syntax error");
    co_return Result<void>{};
  }
  ports::AsyncResult<std::vector<Json>> run(const ports::Script& script, const Json& input,
                                            const Json& arguments, Duration) override {
    if (gives) co_return gives(script, input, arguments);
    co_return fail(Errc::unavailable, "Scripts are not run here.");
  }
};

}  // namespace pscheduler::test
