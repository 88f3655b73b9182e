#pragma once
// Calls the pure methods of the plug-ins of a catalogue: those that answer from their input alone. The
// methods that act (run, archive, change) belong to the process they are called in, see program.hpp.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/catalogue.hpp"

namespace pscheduler::sdk {

class SchemaCache;

struct Call {
  std::string plugin_class;  // test, tool, archiver or context
  std::string plugin;
  std::string method;
  std::vector<std::string> arguments;
};

// What a process that ran the method would have left: exit status, stdout and stderr.
struct Outcome {
  int status = 0;
  std::shared_ptr<const Json> document;  // stdout of a method that answers JSON
  std::string text;                      // stdout of a method that answers text, without the final newline
  std::string errors;                    // one sentence, for help more lines
};

class Dispatcher {
 public:
  explicit Dispatcher(const Catalogue& catalogue);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // The input is the text on stdin, or the same already read and without comments. Never throws.
  Outcome call_text(const Call& call, std::string_view input);
  Outcome call(const Call& call, Json input);

  // Whether there is such a method, and whether it reads its input when it has these arguments.
  enum class Need { unknown_method, no_input, input };
  [[nodiscard]] Need need(const Call& call) const;

  // {"serves": [{"class", "name", "methods": [...]}...]}: what call() can do.
  [[nodiscard]] Json serves() const;

 private:
  Outcome dispatch(const Call& call, const Result<Json>& input);

  Catalogue catalogue_;
  std::unique_ptr<SchemaCache> schemas_;
};

}  // namespace pscheduler::sdk
