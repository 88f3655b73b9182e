#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "plugin_sdk/methods.hpp"
#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"

namespace pscheduler::sdk {
namespace {

// What is measured from and to has no port; that of the pScheduler there has a field of its own.
std::string with_place_for_port(std::string message, const TestPlugin& test, const Json& spec) {
  for (const std::string name : {"source", "dest", "host"}) {
    const auto value = json::find_string(spec, name);
    const auto place = name + "-node";
    const auto has_place = std::ranges::find(test.command_line.options, place, &Option::field);
    if (!value || !message.starts_with("At /" + name + ":") || has_place == test.command_line.options.end()) {
      continue;
    }
    const auto parsed = HostPort::parse(*value, BareIpv6::refused);
    if (parsed && parsed->port)
      message += fmt::format("; the port of its pScheduler goes into {0} (option --{0})", place);
  }
  return message;
}

// The document on stdin if it is a spec the test accepts.
Result<const Json*> valid_spec(const TestPlugin& test, const MethodInput& input) {
  if (!input.document) return fail(input.document.error());
  auto fits = input.schemas.check(test.spec_schema, *input.document);
  if (!fits) {
    auto& message = fits.error().message;
    message = with_place_for_port(std::move(message), test, *input.document);
    return fail(std::move(fits.error()));
  }
  if (test.check_spec != nullptr) PSCHEDULER_TRY(test.check_spec(*input.document));
  return &*input.document;
}

Result<Answer> enumerate(const TestPlugin& test, const MethodInput& /*input*/) {
  auto enumeration = enumeration_of(test.identity);
  enumeration["scheduling-class"] = traits(test.scheduling_class).name;
  return enumeration;
}

Result<Answer> cli_to_spec(const TestPlugin& test, const MethodInput& input) {
  if (!input.arguments.empty()) return parse_words(test.command_line, input.arguments);
  if (!input.document) return fail(input.document.error());
  const auto words = words_from_json(*input.document);
  if (!words) return fail(words.error());
  return parse_words(test.command_line, *words);
}

Result<Answer> spec_to_cli(const TestPlugin& test, const MethodInput& input) {
  const auto spec = valid_spec(test, input);
  if (!spec) return fail(spec.error());
  return Json(words_for(test.command_line, **spec));
}

Result<Answer> spec_is_valid(const TestPlugin& test, const MethodInput& input) {
  const auto spec = valid_spec(test, input);
  return validity(spec ? Result<void>() : fail(spec.error()));
}

Result<Answer> participants(const TestPlugin& test, const MethodInput& input) {
  const auto spec = valid_spec(test, input);
  if (!spec) return fail(spec.error());
  const auto list = test.participants(**spec);
  if (!list) return fail(list.error());
  Json hosts = Json::array();
  for (const auto& host : list->hosts) hosts.push_back(host ? Json(*host) : Json());
  Json answer = {{"participants", std::move(hosts)}};
  if (!list->hosts.front()) answer["null-reason"] = list->null_reason;
  return answer;
}

bool participants_is_pure(const TestPlugin& test) {
  return test.asks_around == nullptr || !test.asks_around();
}

Result<MimeType> wanted_type(const MethodInput& input) {
  if (input.arguments.empty()) return MimeType::text_plain;
  const auto type = parse_mime_type(input.arguments.front());
  if (type) return *type;
  return fail(Errc::invalid_argument,
              fmt::format("Format \"{}\" is not supported; ask for text/plain or text/html.",
                          excerpt(input.arguments.front())));
}

Result<Answer> spec_format(const TestPlugin& test, const MethodInput& input) {
  const auto type = wanted_type(input);
  if (!type) return fail(type.error());
  const auto spec = valid_spec(test, input);
  if (!spec) return fail(spec.error());
  return test.describe_spec(**spec).render(*type);
}

std::string failure_text(MimeType type, const Json& result) {
  Report report;
  report.line("The test failed: " + json::find_string(result, "error").value_or("no reason was given."));
  const auto diags = json::find_string(result, "diags");
  if (diags && !trim(*diags).empty()) report.section("Diagnostics").line(std::string(trim_end(*diags)));
  return report.render(type);
}

Result<Answer> result_format(const TestPlugin& test, const MethodInput& input) {
  const auto type = wanted_type(input);
  if (!type) return fail(type.error());
  if (!input.document) return fail(input.document.error());
  const Json* const spec = json::find(*input.document, "spec");
  const Json* const result = json::find(*input.document, "result");
  if (spec == nullptr || result == nullptr) {
    return fail(Errc::invalid_argument, "The input must be an object with \"spec\" and \"result\".");
  }
  if (!json::find_bool(*result, "succeeded").value_or(false)) return failure_text(*type, *result);
  if (auto fits = input.schemas.check(test.result_schema, *result); !fits) {
    return fail(Errc::invalid_argument, "The result is not one of this test. " + fits.error().message);
  }
  return test.format_result(*type, *spec, *result);
}

constexpr std::array kMethods{
    Method<TestPlugin>{"enumerate", Reads::nothing, &enumerate},
    Method<TestPlugin>{"cli-to-spec", Reads::stdin_without_arguments, &cli_to_spec},
    Method<TestPlugin>{"spec-to-cli", Reads::stdin_always, &spec_to_cli},
    Method<TestPlugin>{"spec-is-valid", Reads::stdin_always, &spec_is_valid},
    Method<TestPlugin>{"participants", Reads::stdin_always, &participants, &participants_is_pure},
    Method<TestPlugin>{"spec-format", Reads::stdin_always, &spec_format},
    Method<TestPlugin>{"result-format", Reads::stdin_always, &result_format},
};

}  // namespace

std::span<const Method<TestPlugin>> test_methods() {
  return kMethods;
}

ParticipantList lead_from(const Json& spec, std::span<const std::string_view> fields,
                          std::string_view null_reason) {
  for (const auto field : fields) {
    const Json* const value = json::find(spec, field);
    if (value == nullptr) continue;
    ParticipantList list;
    for (const auto& host : value->is_array() ? *value : Json::array({*value})) {
      if (host.is_string()) list.hosts.emplace_back(host.get<std::string>());
    }
    if (!list.hosts.empty()) return list;
  }
  return {{std::nullopt}, null_reason};
}

}  // namespace pscheduler::sdk
