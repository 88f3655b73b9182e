#include "adapters/jq/program.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "adapters/jq/dialect.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::adapters::jq {
namespace {

// The program's input and its arguments travel together, so that one compiled program serves all arguments.
constexpr const char* kInput = "input";
constexpr const char* kArguments = "arguments";

void collect_message(void* messages, jv message) {
  static_cast<std::vector<std::string>*>(messages)->push_back(text_of(Value(message)));
}

void ignore_message(void*, jv message) {
  jv_free(message);
}

jv no_input(jq_state*, void*) {
  return jv_invalid();
}

std::size_t line_ends(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

struct Composed {
  std::string text;
  std::size_t lines_added;  // in front of the body
  std::size_t import_lines;
};

Result<Composed> compose(const JqScript& script, const Names& builtins) {
  auto mended = mend(script.text);
  if (!mended) return fail(std::move(mended.error()));
  if (mended->empty_body) {
    return fail(Errc::invalid_argument, "The jq program is empty; the program that changes nothing is '.'.");
  }
  std::string bindings;
  for (const auto& name : script.variables) {
    if (!is_variable_name(name)) {
      return fail(Errc::invalid_argument,
                  "'" + excerpt(name) +
                      "' cannot be the name of a jq variable; use letters, digits and "
                      "underscores, and no keyword.");
    }
    bindings += (bindings.empty() ? "" : ", ") + ("\"" + name + "\": $") + name;
  }
  std::string added = "\n" + prelude(mended->names, builtins);
  // A variable of the caller's own comes later and so hides the empty environment.
  if (mended->names.contains("$ENV")) added += "{} as $ENV | ";
  if (!bindings.empty()) added += std::string(".") + kArguments + " as {" + bindings + "} | ";
  added += std::string(".") + kInput + " |\n";
  return Composed{mended->imports + added + mended->body, line_ends(added), line_ends(mended->imports)};
}

// "syntax error, unexpected end (Unix shell quoting issues?) at <top-level>, line 7:" without what does not
// help, and with the line of the script as it was given.
std::string readable(std::string text, const Composed& composed) {
  constexpr std::string_view kPrefix = "jq: error: ";
  constexpr std::string_view kShell = " (Unix shell quoting issues?)";
  constexpr std::string_view kPlace = " at <top-level>, line ";
  text.resize(std::min(text.find('\n'), text.size()));
  if (text.starts_with(kPrefix)) text.erase(0, kPrefix.size());
  if (const auto shell = text.find(kShell); shell != std::string::npos) text.erase(shell, kShell.size());
  if (text.ends_with(':')) text.pop_back();
  const auto place = text.rfind(kPlace);
  if (place == std::string::npos) return text;
  std::size_t line = 0;
  std::from_chars(text.data() + place + kPlace.size(), text.data() + text.size(), line);
  if (line > composed.import_lines + composed.lines_added) line -= composed.lines_added;
  return text.substr(0, place) + " in line " + std::to_string(line);
}

tl::unexpected<Error> does_not_compile(const std::vector<std::string>& messages, const Composed& composed) {
  std::vector<std::string> lines;
  for (const auto& message : messages) {
    if (auto line = readable(message, composed); !line.empty()) lines.push_back(std::move(line));
  }
  const std::string first = lines.empty() ? "jq gives no reason" : lines.front();
  return fail(Errc::invalid_argument, "The jq program does not compile: " + excerpt(first, 300) + ".",
              join(lines, "\n"));
}

tl::unexpected<Error> raised(const Value& error) {
  auto text = text_of(error);
  auto shown = excerpt(text, 300);
  return fail(Errc::invalid_argument, "The jq program raised an error: " + shown, std::move(text));
}

}  // namespace

Result<Program::State> Program::start(const std::string& text,
                                      const std::vector<std::filesystem::path>& module_paths,
                                      std::vector<std::string>& messages) {
  State state(jq_init());
  if (!state) return fail(Errc::unavailable, "There is no memory for a jq program.");
  jq_set_error_cb(state.get(), collect_message, &messages);
  Value folders(jv_array());
  for (const auto& path : module_paths) {
    folders = Value(jv_array_append(folders.release(), jv_string(path.c_str())));
  }
  const std::string origin = module_paths.empty() ? "/" : module_paths.front().string();
  jq_set_attr(state.get(), jv_string("JQ_LIBRARY_PATH"), folders.release());
  jq_set_attr(state.get(), jv_string("JQ_ORIGIN"), jv_string(origin.c_str()));
  jq_set_attr(state.get(), jv_string("PROGRAM_ORIGIN"), jv_string(origin.c_str()));
  const bool compiled = jq_compile(state.get(), text.c_str()) != 0;
  // `messages` does not outlive this call. libjq 1.6 needs something to call for `debug` and `input`.
  jq_set_error_cb(state.get(), ignore_message, nullptr);
  jq_set_debug_cb(state.get(), ignore_message, nullptr);
  jq_set_input_cb(state.get(), no_input, nullptr);
  if (!compiled) return State();
  return state;
}

Result<Names> Program::builtins() {
  static const auto known = []() -> Result<Names> {
    std::vector<std::string> messages;
    auto state = start("builtins[]", {}, messages);
    if (!state) return fail(std::move(state.error()));
    if (!*state) return fail(Errc::internal, "libjq cannot list its functions.", join(messages, "\n"));
    Names names;
    jq_start(state->get(), jv_null(), 0);
    for (Value name(jq_next(state->get())); name.is_valid(); name = Value(jq_next(state->get()))) {
      names.insert(text_of(name));
    }
    return names;
  }();
  return known;
}

Result<Program> Program::compile(const JqScript& script,
                                 const std::vector<std::filesystem::path>& module_paths) {
  if (script.text.find('\0') != std::string::npos) {
    return fail(Errc::invalid_argument, "The jq program contains a null character; remove it.");
  }
  const auto known = builtins();
  if (!known) return fail(known.error());
  const auto composed = compose(script, *known);
  if (!composed) return fail(composed.error());
  std::vector<std::string> messages;
  auto state = start(composed->text, module_paths, messages);
  if (!state) return fail(std::move(state.error()));
  if (!*state) return does_not_compile(messages, *composed);
  return Program(std::move(*state));
}

void Program::begin(const Json& input, const Json& arguments) {
  Value both(jv_object());
  both = Value(jv_object_set(both.release(), jv_string(kInput), to_jq(input).release()));
  both = Value(jv_object_set(both.release(), jv_string(kArguments), to_jq(arguments).release()));
  jq_start(state_.get(), both.release(), 0);
}

Result<std::optional<Json>> Program::next(OutputRoom& room) {
  const Value output(jq_next(state_.get()));
  if (output.is_valid()) {
    auto value = from_jq(output, room);
    if (!value) return fail(std::move(value.error()));
    return std::optional<Json>(std::move(*value));
  }
  if (jq_halted(state_.get()) != 0) {
    const Value message(jq_get_error_message(state_.get()));
    if (message.is_valid() && message.kind() != JV_KIND_NULL) return raised(message);
    return std::optional<Json>();
  }
  if (jv_invalid_has_msg(output.copy()) == 0) return std::optional<Json>();
  return raised(Value(jv_invalid_get_msg(output.copy())));
}

Result<std::vector<Json>> Program::run(const Json& input, const Json& arguments, const OutputLimits& limits) {
  begin(input, arguments);
  std::vector<Json> outputs;
  OutputRoom room{limits.bytes_max};
  for (;;) {
    auto output = next(room);
    if (!output) return fail(std::move(output.error()));
    if (!*output) return outputs;
    if (outputs.size() == limits.outputs_max) {
      return fail(Errc::too_large,
                  "The jq program has more than " + std::to_string(limits.outputs_max) + " outputs.");
    }
    outputs.push_back(std::move(**output));
  }
}

Result<std::optional<Json>> Program::first(const Json& input, const Json& arguments,
                                           const OutputLimits& limits) {
  begin(input, arguments);
  OutputRoom room{limits.bytes_max};
  return next(room);
}

}  // namespace pscheduler::adapters::jq
