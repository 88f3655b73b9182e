#pragma once
// One compiled jq program.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/jq/libjq.hpp"
#include "adapters/jq/prelude.hpp"
#include "adapters/jq/values.hpp"
#include "pscheduler/adapters/jq/engine.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::adapters::jq {

struct OutputLimits {
  std::size_t outputs_max;
  std::size_t bytes_max;
};

class Program {
 public:
  // invalid_argument when it does not compile.
  static Result<Program> compile(const JqScript& script,
                                 const std::vector<std::filesystem::path>& module_paths);

  // See JqEngine::run(). `arguments` is an object or null.
  Result<std::vector<Json>> run(const Json& input, const Json& arguments, const OutputLimits& limits);

  // See JqEngine::first().
  Result<std::optional<Json>> first(const Json& input, const Json& arguments, const OutputLimits& limits);

 private:
  struct Teardown {
    void operator()(jq_state* state) const { jq_teardown(&state); }
  };
  using State = std::unique_ptr<jq_state, Teardown>;

  explicit Program(State state) : state_(std::move(state)) {}
  void begin(const Json& input, const Json& arguments);
  Result<std::optional<Json>> next(OutputRoom& room);
  static Result<Names> builtins();
  static Result<State> start(const std::string& text, const std::vector<std::filesystem::path>& module_paths,
                             std::vector<std::string>& messages);

  State state_;
};

}  // namespace pscheduler::adapters::jq
