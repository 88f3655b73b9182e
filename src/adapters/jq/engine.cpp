#include "pscheduler/adapters/jq/engine.hpp"

#include <list>
#include <map>
#include <nlohmann/json.hpp>

#include "adapters/jq/program.hpp"

namespace pscheduler::adapters {
namespace {

// What libjq 1.6 keeps for a compiled program: 4 to 50 KiB for its stack and the builtins that it uses, then
// about 70 bytes for each byte of text (measured).
constexpr std::size_t kProgramBytes = 50u << 10;
constexpr std::size_t kBytesPerScriptByte = 70;

struct Key {
  std::string text;
  std::vector<std::string> variables;
  auto operator<=>(const Key&) const = default;
};

}  // namespace

// The programs used last, within a number of bytes.
class JqEngine::Cache {
 public:
  // The program, compiled at most once as long as it stays here. Valid until the next call.
  Result<jq::Program*> get(const JqScript& script, const JqEngineOptions& options) {
    Key key{script.text, script.variables};
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return &entries_.front().program;
    }
    auto program = jq::Program::compile(script, options.module_paths);
    if (!program) return fail(std::move(program.error()));
    const std::size_t bytes = kProgramBytes + kBytesPerScriptByte * script.text.size();
    while (!entries_.empty() && bytes_ + bytes > options.cache_bytes_max) drop_oldest();
    entries_.push_front({key, std::move(*program), bytes});
    by_key_.emplace(std::move(key), entries_.begin());
    bytes_ += bytes;
    return &entries_.front().program;
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Key key;
    jq::Program program;
    std::size_t bytes;
  };

  void drop_oldest() {
    bytes_ -= entries_.back().bytes;
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }

  std::list<Entry> entries_;  // the one used last in front
  std::map<Key, std::list<Entry>::iterator> by_key_;
  std::size_t bytes_ = 0;
};

JqEngine::JqEngine(JqEngineOptions options)
    : options_(std::move(options)), cache_(std::make_unique<Cache>()) {}

JqEngine::~JqEngine() = default;

Result<void> JqEngine::check(const JqScript& script) {
  if (script.text.size() > options_.script_bytes_max) {
    return fail(Errc::too_large, "The jq program has " + std::to_string(script.text.size()) +
                                     " bytes; at most " + std::to_string(options_.script_bytes_max) +
                                     " are accepted.");
  }
  const auto program = cache_->get(script, options_);
  if (!program) return fail(program.error());
  return {};
}

Result<jq::Program*> JqEngine::prepared(const JqScript& script, const Json& arguments) {
  PSCHEDULER_TRY(check(script));
  if (!arguments.is_object() && !arguments.is_null()) {
    return fail(Errc::invalid_argument, "The arguments of a jq program must be an object.");
  }
  return cache_->get(script, options_);
}

Result<std::vector<Json>> JqEngine::run(const JqScript& script, const Json& input, const Json& arguments) {
  const auto program = prepared(script, arguments);
  if (!program) return fail(program.error());
  return (*program)->run(input, arguments, {options_.outputs_max, options_.output_bytes_max});
}

Result<std::optional<Json>> JqEngine::first(const JqScript& script, const Json& input,
                                            const Json& arguments) {
  const auto program = prepared(script, arguments);
  if (!program) return fail(program.error());
  return (*program)->first(input, arguments, {options_.outputs_max, options_.output_bytes_max});
}

std::size_t JqEngine::compiled_programs() const {
  return cache_->size();
}

}  // namespace pscheduler::adapters
