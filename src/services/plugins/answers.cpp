#include "services/plugins/answers.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/schema.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "services/plugins/documents.hpp"

namespace pscheduler::services {
namespace {

// Longer than any measurement; beyond it sums with a start could leave the calendar.
constexpr Duration kRunLengthMax = std::chrono::days(3653);

// A shell or env could not start the interpreter or program (POSIX sh, 2.8.2): no answer of the plug-in.
bool says_not_startable(int status) {
  return status == 126 || status == 127;
}

std::string printed(const MethodOutput& output) {
  return output.document ? write_document(*output.document) : output.output;
}

tl::unexpected<Error> broken(const CallName& call, const MethodOutput& output, std::string what) {
  while (what.ends_with('.')) what.pop_back();
  std::string detail = readable(printed(output), kDetailBytesMax);
  if (!output.errors.empty()) detail += "\n" + readable(output.errors, kDetailBytesMax);
  return fail(Errc::plugin_failed, call.subject() + " " + what + ".", std::move(detail));
}

tl::unexpected<Error> broken_shape(const CallName& call, const MethodOutput& output,
                                   const std::string& expected) {
  const std::string text = printed(output);
  return broken(call, output,
                "should answer with " + expected + " but printed '" + excerpt(trim(text)) + "'");
}

// The exit status says the method worked; else why not.
Result<void> worked(const CallName& call, const MethodOutput& output) {
  if (output.status == 0) return {};
  const std::string reason = last_line(output.errors);
  return broken(
      call, output,
      "failed with status " + std::to_string(output.status) + (reason.empty() ? "" : ": " + reason));
}

Result<Json> read_json(const CallName& call, const MethodOutput& output) {
  PSCHEDULER_TRY(worked(call, output));
  if (output.document) return *output.document;
  auto document = read_document(output.output);
  if (!document)
    return broken(call, output,
                  "printed something unusable: " + document.error().message +
                      (output.output.empty() ? "" : " ('" + excerpt(trim(output.output)) + "')"));
  return document;
}

// An object in an envelope of schema 1 at most.
Result<Json> read_envelope(const CallName& call, const MethodOutput& output) {
  auto document = read_json(call, output);
  if (!document) return document;
  if (!document->is_object()) return broken_shape(call, output, "a JSON object");
  const auto schema = document->find("schema");
  if (schema == document->end()) return document;
  if (!schema->is_number()) return broken(call, output, "printed a schema that is not a number");
  if (schema->get<double>() > 1)
    return broken(call, output,
                  "answers in schema " + schema->dump() + ", but only schema 1 is understood here");
  return document;
}

const std::string* text_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get_ptr<const std::string*>() : nullptr;
}

Result<Duration> read_length(const CallName& call, const MethodOutput& output, const Json& value,
                             const std::string& name) {
  if (!value.is_string()) return broken_shape(call, output, "an ISO 8601 duration as " + name);
  const auto length = parse_duration(value.get_ref<const std::string&>());
  if (!length)
    return broken(call, output, "printed a " + name + " that is no duration: " + length.error().message);
  if (*length > kRunLengthMax)
    return broken(call, output,
                  "printed the " + name + " '" + excerpt(value.get_ref<const std::string&>()) +
                      "', which is longer than ten years");
  return ceil_to_second(*length);
}

// The dictionary's type of what `enumerate` prints; compiled once.
const json::Schema& enumeration_schema(PluginClass plugin_class) {
  const auto compile = [](const char* type) { return json::Schema::of_type(type).value(); };
  static const std::map<PluginClass, json::Schema> kSchemas{
      {PluginClass::test, compile("PluginEnumeration/Test")},
      {PluginClass::tool, compile("PluginEnumeration/Tool")},
      {PluginClass::archiver, compile("PluginEnumeration/Archiver")},
      {PluginClass::context, compile("PluginEnumeration/Context")}};
  return kSchemas.at(plugin_class);
}

}  // namespace

Result<Json> read_spec(const CallName& call, const MethodOutput& output) {
  if (output.status != 0 && !says_not_startable(output.status) && !trim(output.errors).empty())
    return fail(Errc::invalid_argument, readable(output.errors, kDetailBytesMax * 16));
  auto document = read_json(call, output);
  if (document && !document->is_object()) return broken_shape(call, output, "a test specification");
  return document;
}

Result<std::vector<std::string>> read_command_line(const CallName& call, const MethodOutput& output) {
  const auto document = read_json(call, output);
  if (!document) return fail(document.error());
  if (!document->is_array()) return broken_shape(call, output, "an array of strings");
  std::vector<std::string> words;
  for (const Json& word : *document) {
    if (word.is_structured() || word.is_null()) return broken_shape(call, output, "an array of strings");
    words.push_back(word.is_string() ? word.get<std::string>() : word.dump());
  }
  return words;
}

Result<Validity> read_validity(const CallName& call, const MethodOutput& output) {
  const auto document = read_envelope(call, output);
  if (!document) return fail(document.error());
  const auto valid = document->find("valid");
  if (valid == document->end()) return broken_shape(call, output, "an object with the member 'valid'");
  Validity validity;
  // Some plug-ins say "False", a string, of a schema that is no number (plugins.md 5.3).
  validity.valid = valid->is_boolean() && valid->get<bool>();
  if (const auto* error = text_member(*document, "error"); error != nullptr && !validity.valid)
    validity.error = *error;
  return validity;
}

Result<ParticipantList> read_participants(const CallName& call, const MethodOutput& output) {
  const auto document = read_envelope(call, output);
  if (!document) return fail(document.error());
  const auto listed = document->find("participants");
  if (listed == document->end() || !listed->is_array() || listed->empty())
    return broken_shape(call, output, "at least one participant");
  ParticipantList list;
  for (const Json& node : *listed) {
    if (node.is_null() && list.participants.empty())
      list.participants.emplace_back(std::nullopt);
    else if (node.is_string() && !node.get_ref<const std::string&>().empty())
      list.participants.emplace_back(node.get<std::string>());
    else
      return broken_shape(call, output, "names of participants, of which only the first may be null,");
  }
  // Four shipped tests misspell the member (plugins.md 5.4).
  for (const char* name : {"reason", "null-reason"})
    if (const auto* reason = text_member(*document, name)) list.null_reason = *reason;
  return list;
}

Result<std::string> read_text(const CallName& call, const MethodOutput& output) {
  PSCHEDULER_TRY(worked(call, output));
  if (output.document) return broken_shape(call, output, "text");
  if (!is_utf8(output.output)) return broken(call, output, "printed text that is not UTF-8");
  return readable(trim_end(output.output), output.output.size());
}

Result<CanRun> read_can_run(const CallName& call, const MethodOutput& output) {
  const auto document = read_envelope(call, output);
  if (!document) return fail(document.error());
  const auto answer = document->find("can-run");
  if (answer == document->end() || !answer->is_boolean())
    return broken_shape(call, output, "an object with the Boolean 'can-run'");
  CanRun can_run;
  can_run.can_run = answer->get<bool>();
  const auto reasons = document->find("reasons");
  if (reasons == document->end() || !reasons->is_array()) return can_run;
  for (const Json& reason : *reasons)
    if (reason.is_string()) can_run.reasons.push_back(reason.get<std::string>());
  return can_run;
}

Result<RunLength> read_duration(const CallName& call, const MethodOutput& output) {
  const auto document = read_envelope(call, output);
  if (!document) return fail(document.error());
  const auto written = document->find("duration");
  if (written == document->end()) return broken_shape(call, output, "an object with the member 'duration'");
  const auto length = read_length(call, output, *written, "duration");
  if (!length) return fail(length.error());
  RunLength run_length;
  run_length.duration = std::max<Duration>(*length, std::chrono::seconds(1));
  const auto post = document->find("post");
  if (post == document->end() || post->is_null()) return run_length;
  const auto post_length = read_length(call, output, *post, "post");
  if (!post_length) return fail(post_length.error());
  run_length.post = *post_length;
  return run_length;
}

Result<Json> read_participant_data(const CallName& call, const MethodOutput& output) {
  return read_json(call, output);
}

Result<Json> read_merged_result(const CallName& call, const MethodOutput& output) {
  auto document = read_json(call, output);
  if (document && !document->is_object()) return broken_shape(call, output, "a result object");
  return document;
}

Result<Plugin> read_enumeration(const CallName& call, const MethodOutput& output) {
  auto document = read_envelope(call, output);
  if (!document) return fail(document.error());
  if (const auto violation = enumeration_schema(call.plugin_class).check(*document))
    return broken(call, output, "describes itself wrongly: " + json::to_text(*violation));
  Plugin plugin;
  plugin.plugin_class = call.plugin_class;
  plugin.name = document->at("name").get<std::string>();
  if (plugin.name != call.plugin)
    return broken(call, output,
                  "calls itself '" + excerpt(plugin.name) + "'; the name must be that of its directory");
  plugin.version = document->at("version").get<std::string>();
  if (call.plugin_class == PluginClass::test) {
    const auto name = document->at("scheduling-class").get<std::string>();
    plugin.scheduling_class = parse_scheduling_class(name).value_or(SchedulingClass::background);
  }
  if (call.plugin_class == PluginClass::tool) {
    plugin.tests = document->at("tests").get<std::vector<std::string>>();
    plugin.preference = json::find_integer(*document, "preference").value_or(0);
  }
  plugin.enumeration = std::make_shared<const Json>(std::move(*document));
  return plugin;
}

}  // namespace pscheduler::services
