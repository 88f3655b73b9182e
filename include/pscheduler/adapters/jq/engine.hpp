#pragma once
// jq programs run inside this process, for the command line and for pscheduler-jq-helper.
//
// Programs are written for jq 1.7.1 and run on whichever libjq is there: what 1.6 lacks is added (see
// prelude.hpp and dialect.hpp beside the source). The environment is hidden from $ENV and env; imports are
// looked for in the given folders only, and "import … {search: …}" is refused. One more thing only the caller
// can do: libjq 1.6 loads $HOME/.jq if that is a file, unless HOME is unset.
//
// libjq can neither be interrupted nor survive running out of memory, and some programs make it abort: a
// daemon uses JqScripts (jq_scripts.hpp), which puts an engine into a process of its own.
// One thread at a time.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::adapters {

namespace jq {
class Program;
}

struct JqScript {
  std::string text;
  std::vector<std::string> variables;  // names bound as $name from the members of the arguments object
};

struct JqEngineOptions {
  std::vector<std::filesystem::path> module_paths;  // holds pscheduler/si.jq and pscheduler/iso8601.jq
  std::size_t script_bytes_max = 1u << 20;
  std::size_t cache_bytes_max = 16u << 20;   // of compiled programs: some 300 of usual size
  std::size_t outputs_max = 1'000'000;       // a list of networks is one output per line
  std::size_t output_bytes_max = 64u << 20;  // as JSON text, all outputs of one run together
};

class JqEngine {
 public:
  explicit JqEngine(JqEngineOptions options);
  ~JqEngine();
  JqEngine(const JqEngine&) = delete;
  JqEngine& operator=(const JqEngine&) = delete;

  // Whether it compiles. invalid_argument: one sentence in `message`, all that jq said in `detail`.
  Result<void> check(const JqScript& script);

  // All outputs for one input; `halt` ends them. Each of script.variables is bound to the member of that name
  // of the object `arguments`, or to null. An error in a later output fails the whole run: invalid_argument
  // with the error's text in `detail` (JSON text when it was no string). too_large beyond the bounds above.
  Result<std::vector<Json>> run(const JqScript& script, const Json& input, const Json& arguments);

  // The first output alone, nothing when there is none. What would come after it is not computed.
  Result<std::optional<Json>> first(const JqScript& script, const Json& input, const Json& arguments);

  // How many programs are held compiled.
  [[nodiscard]] std::size_t compiled_programs() const;

 private:
  class Cache;
  Result<jq::Program*> prepared(const JqScript& script, const Json& arguments);

  JqEngineOptions options_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace pscheduler::adapters
