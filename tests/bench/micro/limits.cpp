// What a decision costs with a file of usual size for a large site, and an address in a long list.

#include <benchmark/benchmark.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "pscheduler/adapters/jq/engine.hpp"
#include "pscheduler/limits/evaluation.hpp"
#include "pscheduler/limits/load.hpp"

namespace {

using namespace pscheduler;

constexpr int kIdentifiers = 50;
constexpr int kLimits = 20;
constexpr int kScripts = 5;
constexpr int kListedNetworks = 100'000;

// Every limit is evaluated, and the last application passes.
std::string large_file() {
  Json file = {{"schema", 4},
               {"identifiers", Json::array()},
               {"classifiers", Json::array()},
               {"limits", Json::array()},
               {"applications", Json::array()}};
  Json names = Json::array();
  for (int i = 0; i < kIdentifiers; ++i) {
    const auto name = "network-" + std::to_string(i);
    names.push_back(name);
    file["identifiers"].push_back(
        {{"name", name},
         {"description", ""},
         {"type", "ip-cidr-list"},
         {"data", {{"cidrs", {"10." + std::to_string(i) + ".0.0/16", "192.0.2.0/24"}}}}});
  }
  file["classifiers"].push_back({{"name", "all"}, {"description", ""}, {"identifiers", names}});
  Json limit_names = Json::array();
  for (int i = 0; i < kLimits; ++i) {
    const auto name = "limit-" + std::to_string(i);
    limit_names.push_back(name);
    Json limit = {
        {"name", name}, {"type", "test-type"}, {"data", {{"types", {"rtt", "trace", "throughput"}}}}};
    if (i < kScripts) {
      limit["type"] = "jq";
      limit["data"] = {{"script", ".test.spec.count < " + std::to_string(100 + i)}};
    }
    file["limits"].push_back(std::move(limit));
  }
  file["applications"].push_back(
      {{"classifier", "all"}, {"apply", {{{"require", "all"}, {"limits", limit_names}}}}});
  return file.dump();
}

// Scripts run in this process, as on the command line; the server adds a message to its helper and back.
void limits_decide(benchmark::State& state) {
  const auto loaded = limits::load(large_file(), limits::Strictness::as_before);
  if (!loaded.rules) throw std::runtime_error("the file is refused");
  adapters::JqEngine engine({});
  const auto local = std::make_shared<const limits::LocalNetworks>();
  const auto task = std::make_shared<const Json>(
      Json{{"schema", 1}, {"test", {{"type", "rtt"}, {"spec", {{"dest", "ps.example.net"}, {"count", 5}}}}}});
  const auto hints = std::make_shared<const Json>(Json{{"requester", "192.0.2.1"}, {"server", "192.0.2.2"}});
  for (auto _ : state) {
    limits::Evaluation evaluation(loaded.rules, local, {task, hints, true, false});
    auto step = evaluation.step({});
    while (const auto* questions = std::get_if<std::vector<limits::Question>>(&step)) {
      std::vector<limits::Answer> answers;
      for (const auto& question : *questions) {
        const auto& asked = std::get<limits::RunScript>(question);
        auto outputs =
            engine.run({asked.script->text, asked.script->variables}, *asked.input, Json::object());
        if (!outputs) throw std::runtime_error(outputs.error().message);
        answers.emplace_back(std::move(*outputs));
      }
      step = evaluation.step(std::move(answers));
    }
    if (!std::get<limits::Decision>(step).passed) throw std::runtime_error("the task is denied");
  }
}
BENCHMARK(limits_decide)->Unit(benchmark::kMicrosecond);

std::string long_list() {
  std::string text;
  for (int i = 0; i < kListedNetworks; ++i) {
    text += std::to_string(1 + i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
            std::to_string(i % 256) + ".0/25\n";
  }
  return text;
}

void limits_look_up(benchmark::State& state) {
  const auto networks = limits::read_network_list(long_list());
  const auto address = IpAddress::parse("1.200.77.5");
  for (auto _ : state) benchmark::DoNotOptimize(networks->contains(*address));
}
BENCHMARK(limits_look_up)->Unit(benchmark::kMicrosecond);

void limits_read_list(benchmark::State& state) {
  const auto text = long_list();
  for (auto _ : state) benchmark::DoNotOptimize(limits::read_network_list(text));
}
BENCHMARK(limits_read_list)->Unit(benchmark::kMicrosecond);

}  // namespace
