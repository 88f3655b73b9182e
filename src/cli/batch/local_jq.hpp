#pragma once
// The transforms of a batch, run in this process.

#include "cli/context.hpp"
#include "pscheduler/adapters/jq/engine.hpp"
#include "pscheduler/batch/jq.hpp"

namespace pscheduler::cli {

class LocalJq final : public batch::Jq {
 public:
  // Modules are looked for in ~/.jq, beside each jq of PATH and beside this program (spec cli.md, 1.6).
  explicit LocalJq(const Environment& environment);

  Result<void> check(const ports::Script& script) override;
  Result<std::optional<Json>> first(const ports::Script& script, const Json& input,
                                    const Json& variables) override;

 private:
  adapters::JqEngine engine_;
};

}  // namespace pscheduler::cli
