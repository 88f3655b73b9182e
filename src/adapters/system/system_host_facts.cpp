#include "pscheduler/adapters/system/system_host_facts.hpp"

#include <sys/timex.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "adapters/system/clock_keepers.hpp"
#include "adapters/system/interface_addresses.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::adapters {
namespace {

// A keeper on this host answers in milliseconds; one that does not is not to hold up who asked for the time.
constexpr Duration kKeeperLimit = std::chrono::seconds(2);
constexpr std::size_t kKeeperOutputMax = 64u << 10;

constexpr Duration kHostNameLimit = std::chrono::seconds(1);

// Linux allows 64 bytes (HOST_NAME_MAX).
std::string system_host_name() {
  std::array<char, 65> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

// The kernel's own view, which every keeper sets (adjtimex(2)).
bool kernel_clock_synchronized() {
  timex state{};
  return ::adjtimex(&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

ports::ProcessSpec query(std::string program, std::vector<std::string> arguments) {
  ports::ProcessSpec spec;
  spec.program = std::move(program);
  spec.arguments = std::move(arguments);
  spec.time_limit = kKeeperLimit;
  spec.grace = Duration::zero();
  spec.output_bytes_max = kKeeperOutputMax;
  return spec;
}

bool succeeded(const Result<ports::ProcessOutcome>& outcome) {
  return outcome && outcome->end == ports::ProcessEnd::exited && outcome->status == 0;
}

}  // namespace

SystemHostFacts::SystemHostFacts(ports::Clock& clock, ports::Processes& processes, ports::Resolver& resolver,
                                 std::string program_path)
    : clock_(clock),
      processes_(processes),
      resolver_(resolver),
      program_path_(std::move(program_path)),
      interfaces_(std::make_unique<InterfaceAddresses>()),
      host_name_(system_host_name()) {}

SystemHostFacts::~SystemHostFacts() = default;

ports::Async<void> SystemHostFacts::check_host_name() {
  auto name = system_host_name();
  const auto found = co_await resolver_.addresses(name, ports::Family::any, kHostNameLimit);
  const auto& addresses = interfaces_->all();
  host_name_ = found || addresses.empty() ? std::move(name) : addresses.front();
}

std::string SystemHostFacts::host_name() const {
  return host_name_;
}

bool SystemHostFacts::is_local_address(const std::string& address) const {
  return interfaces_->contains(address);
}

ports::Async<ports::ClockState> SystemHostFacts::clock_state() {
  ports::ClockState state;
  state.synchronized = kernel_clock_synchronized();
  const bool chrony = co_await ask_chrony(state);
  if (!chrony) co_await ask_ntp(state);
  state.time = clock_.now();
  co_return state;
}

ports::Async<bool> SystemHostFacts::ask_chrony(ports::ClockState& state) {
  auto program = find_program("chronyc");
  if (program.empty()) co_return false;
  auto spec = query(std::move(program), {"-c", "tracking"});
  const auto outcome = co_await processes_.run(std::move(spec));
  if (!succeeded(outcome)) co_return false;  // installed, but its daemon does not run
  state.source = "chrony";
  auto report = parse_chrony_tracking(outcome->output);
  if (!report) {
    state.synchronized = false;
    state.error = std::move(report.error().message);
    co_return true;
  }
  state.reference = std::move(report->reference);
  state.offset_seconds = report->offset_seconds;
  co_return true;
}

ports::Async<bool> SystemHostFacts::ask_ntp(ports::ClockState& state) {
  auto program = find_program("ntpq");
  if (program.empty()) co_return false;
  auto spec = query(std::move(program), {"-c", "rv"});
  const auto outcome = co_await processes_.run(std::move(spec));
  if (!succeeded(outcome)) co_return false;
  auto report = parse_ntp_variables(outcome->output);
  if (!report) co_return false;  // ntpq exits with 0 also when it reached nobody
  state.source = "ntp";
  state.reference = std::move(report->reference);
  state.offset_seconds = report->offset_seconds;
  co_return true;
}

std::string SystemHostFacts::find_program(const std::string& name) const {
  for (const auto directory : split(program_path_, ':')) {
    auto path = std::string(directory) + '/' + name;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

}  // namespace pscheduler::adapters
