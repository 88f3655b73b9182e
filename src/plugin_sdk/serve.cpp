#include "plugin_sdk/serve.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/plugin_sdk/records.hpp"

namespace pscheduler::sdk {
namespace {

Json answer_of(const Json& id, const Outcome& outcome) {
  Json answer = {{"id", id}, {"status", outcome.status}, {"errors", outcome.errors}};
  answer["output"] = outcome.document ? *outcome.document : Json(outcome.text);
  return answer;
}

Json refusal(const Json& id, std::string why) {
  return answer_of(id, {1, nullptr, {}, std::move(why)});
}

Json answer_to(Dispatcher& dispatcher, const std::string& text) {
  auto request = json::read(text, {.bytes_max = kRecordBytesMax});
  if (!request) return refusal(Json(), "The request is not JSON: " + request.error().message);
  const Json* const found_id = json::find(*request, "id");
  const Json id = found_id == nullptr ? Json() : *found_id;
  const auto plugin_class = json::find_string(*request, "class");
  const auto plugin = json::find_string(*request, "plugin");
  const auto method = json::find_string(*request, "method");
  if (!plugin_class || !plugin || !method) {
    return refusal(id, "A request needs \"class\", \"plugin\" and \"method\", each a string.");
  }
  Call call{*plugin_class, *plugin, *method, {}};
  if (auto argument = json::find_string(*request, "argument")) call.arguments.push_back(std::move(*argument));
  const auto input = request->find("input");
  if (input == request->end()) return answer_of(id, dispatcher.call_text(call, {}));
  if (input->is_string())
    return answer_of(id, dispatcher.call_text(call, input->get_ref<const std::string&>()));
  return answer_of(id, dispatcher.call(call, std::move(*input)));
}

}  // namespace

int serve(Dispatcher& dispatcher, int input, int output) {
  RecordReader requests(input);
  const RecordWriter answers(output);
  if (!answers.write(dispatcher.serves())) return 1;
  for (;;) {
    const auto request = requests.next();
    if (!request) return 1;
    if (!*request) return 0;
    if (!answers.write(answer_to(dispatcher, **request))) return 1;
  }
}

}  // namespace pscheduler::sdk
