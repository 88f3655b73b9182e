// GET /mtu-safe: whether large packets get through to a host (spec api.md 8).

#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::api {
namespace {

// A path of 30 hops of which none answers takes about this long.
constexpr Duration kTraceLimit = std::chrono::seconds(60);

std::string tracepath_program() {
  for (const auto* path : {"/usr/bin/tracepath", "/bin/tracepath", "/usr/sbin/tracepath"}) {
    if (std::filesystem::exists(path)) return path;
  }
  return {};
}

// The values behind "pmtu" in tracepath's output, in order.
std::vector<int> path_mtus(const std::string& output) {
  std::vector<int> values;
  constexpr std::string_view kWord = "pmtu ";
  for (auto at = output.find(kWord); at != std::string::npos; at = output.find(kWord, at + 1)) {
    int value = 0;
    const char* from = output.data() + at + kWord.size();
    if (std::from_chars(from, output.data() + output.size(), value).ec == std::errc())
      values.push_back(value);
  }
  return values;
}

Json judge(const std::string& dest, const ports::ProcessOutcome& outcome) {
  const auto mtus = path_mtus(outcome.output);
  const bool reached = outcome.output.find("reached") != std::string::npos;
  if (!reached || mtus.empty()) {
    const std::string errors(trim(outcome.errors));
    return {{"safe", false},
            {"message",
             dest + " was not reached" + (errors.empty() ? std::string(".") : ": " + excerpt(errors))}};
  }
  if (mtus.front() != mtus.back()) {
    return {{"safe", false},
            {"message", "The MTU drops from " + std::to_string(mtus.front()) + " to " +
                            std::to_string(mtus.back()) + " on the way to " + dest + "."}};
  }
  return {{"safe", true},
          {"message", "The MTU is " + std::to_string(mtus.back()) + " all the way to " + dest + "."}};
}

}  // namespace

AsyncResult<HttpResponse> get_mtu_safe(Call call) {
  const auto dest = call.argument("dest");
  if (!dest) co_return fail(Errc::invalid_argument, "The argument 'dest' is missing; it is a host.");
  const std::string host(*dest);
  const auto valid = check_host(host);
  if (!valid) co_return fail(Errc::invalid_argument, "dest: " + valid.error().message);
  const std::string program = tracepath_program();
  if (program.empty()) {
    co_return json_response(call,
                            Json{{"safe", false}, {"message", "tracepath is not installed on this node."}});
  }
  ports::ProcessSpec spec;
  spec.program = program;
  spec.arguments = {"-n", host};
  spec.time_limit = kTraceLimit;
  spec.output_bytes_max = 64u << 10;
  auto outcome = co_await call.services.processes.run(std::move(spec));
  if (!outcome) co_return fail(std::move(outcome.error()));
  if (outcome->end == ports::ProcessEnd::timed_out) {
    co_return fail(Errc::timed_out, "The path to " + host + " could not be traced within a minute.");
  }
  co_return json_response(call, judge(host, *outcome));
}

}  // namespace pscheduler::api
