#pragma once
// Files and decisions for the tests of limits: scripts are run by libjq in this process, all else that an
// evaluation asks for is answered from a table.

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "pscheduler/adapters/jq/engine.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/limits/evaluation.hpp"
#include "pscheduler/limits/load.hpp"

namespace pscheduler::limits {

inline Json parsed(std::string_view text) {
  auto value = json::read(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value.value_or(Json());
}

class World {
 public:
  // What the outside says. DNS names without an entry do not exist; URLs are asked without their query.
  std::map<std::string, Answer> dns;
  std::map<std::string, Answer> http;
  std::map<std::size_t, Answer> lists;
  std::vector<Charge> charges;  // what is on accounts of quotas
  bool knows_usage = true;
  Instant now{};
  LocalNetworks local;
  Strictness strictness = Strictness::as_before;
  std::vector<std::vector<Question>> rounds;  // what was asked, step by step

  // Problems include scripts that do not compile.
  Loaded load_file(const std::string& text) {
    auto loaded = load(text, strictness);
    for (const auto& [pointer, script] : loaded.scripts) {
      const auto compiled = engine_.check({script->text, script->variables});
      if (!compiled) loaded.problems.push_back({pointer, compiled.error().message, {}});
    }
    return loaded;
  }

  Decision decide(const Json& file, Json task, Json hints, bool is_rewritten = true,
                  bool is_prioritized = false) {
    const auto loaded = load_file(file.dump());
    for (const auto& problem : loaded.problems) ADD_FAILURE() << to_text(problem);
    if (!loaded.rules) return {};
    Proposal proposal{std::make_shared<const Json>(std::move(task)),
                      std::make_shared<const Json>(std::move(hints)), is_rewritten, is_prioritized, now};
    Evaluation evaluation(loaded.rules, std::make_shared<const LocalNetworks>(local), std::move(proposal));
    auto step = evaluation.step({});
    while (auto* questions = std::get_if<std::vector<Question>>(&step)) {
      EXPECT_FALSE(questions->empty());
      EXPECT_LT(rounds.size(), 100U);
      if (questions->empty() || rounds.size() >= 100) return {};
      rounds.push_back(*questions);
      std::vector<Answer> answers;
      for (const auto& question : *questions) {
        answers.push_back(std::visit([this](const auto& asked) { return answer(asked); }, question));
      }
      step = evaluation.step(std::move(answers));
    }
    return std::get<Decision>(std::move(step));
  }

 private:
  Answer answer(const RunScript& asked) {
    auto outputs =
        engine_.run({asked.script->text, asked.script->variables}, *asked.input, *asked.script->arguments);
    if (!outputs) return fail(outputs.error());
    return std::move(*outputs);
  }
  Answer answer(const LookUp& asked) const {
    const auto found = dns.find(asked.name);
    return found != dns.end() ? found->second : fail(Errc::not_found, "there is no " + asked.name);
  }
  Answer answer(const FetchUrl& asked) const {
    const auto found = http.find(asked.url.substr(0, asked.url.find('?')));
    return found != http.end() ? found->second : fail(Errc::unreachable, "nobody answers");
  }
  Answer answer(const FindNetworks& asked) const {
    const auto found = lists.find(asked.identifier);
    return found != lists.end() ? found->second : Networks(std::make_shared<const NetworkSet>());
  }

  Answer answer(const FindUsage& asked) const {
    Usage usage{{}, knows_usage};
    for (const auto& charge : charges) {
      if (charge.account == asked.account && charge.start > asked.after && charge.start < asked.before)
        usage.charges.push_back(charge);
    }
    return usage;
  }

  adapters::JqEngine engine_{{.module_paths = {PSCHEDULER_SOURCE_DIR "/src/adapters/jq/modules"}}};
};

}  // namespace pscheduler::limits
