#pragma once
// jq for tests: the real one.

#include <nlohmann/json.hpp>

#include "pscheduler/adapters/jq/engine.hpp"
#include "pscheduler/batch/jq.hpp"

namespace pscheduler::batch::testing {

class TestJq final : public Jq {
 public:
  Result<void> check(const ports::Script& script) override {
    return engine_.check({script.text, script.variables});
  }
  Result<std::optional<Json>> first(const ports::Script& script, const Json& input,
                                    const Json& variables) override {
    return engine_.first({script.text, script.variables}, input, variables);
  }
  [[nodiscard]] std::size_t compiled_programs() const { return engine_.compiled_programs(); }

 private:
  adapters::JqEngine engine_{adapters::JqEngineOptions{}};
};

}  // namespace pscheduler::batch::testing
