#include "adapters/jq/protocol.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::adapters::jq {
namespace {

constexpr char kRecordSeparator = '\x1e';

Json request(std::uint64_t id, const JqScript& script) {
  return {{"id", id}, {"script", script.text}, {"variables", script.variables}};
}

Errc code_of(std::string_view label) {
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    if (traits(static_cast<Errc>(i)).label == label) return static_cast<Errc>(i);
  }
  return Errc::internal;
}

}  // namespace

std::string framed(const Json& message) {
  return kRecordSeparator + json::to_compact(message) + '\n';
}

// An object with an id; anything else gives nothing.
std::optional<Json> unframed(std::string_view line) {
  if (!line.starts_with(kRecordSeparator)) return std::nullopt;
  json::ReadOptions options;
  options.bytes_max = kMessageBytesMax;
  options.depth_max = json::kDepthCeiling;
  options.values_max = kMessageBytesMax;  // bounded by the bytes alone
  options.comments = json::Comments::keep;
  auto message = json::read(line.substr(1), options);
  if (!message || !message->is_object() || !message->contains("id")) return std::nullopt;
  return std::move(*message);
}

std::string check_request(std::uint64_t id, const JqScript& script) {
  return framed(request(id, script));
}

std::string run_request(std::uint64_t id, const JqScript& script, const Json& input, const Json& arguments) {
  Json message = request(id, script);
  message["run"] = {{"input", input}, {"arguments", arguments}};
  return framed(message);
}

Result<std::vector<Json>> read_reply(std::string_view line, std::uint64_t id) {
  auto reply = unframed(line);
  if (!reply || reply->at("id") != id) {
    return fail(Errc::unavailable, "The jq helper gave no proper reply; it is started anew.");
  }
  if (const auto error = reply->find("error"); error != reply->end()) {
    return fail(code_of(error->value("code", "")), error->value("message", ""), error->value("detail", ""));
  }
  return reply->value("outputs", std::vector<Json>{});
}

}  // namespace pscheduler::adapters::jq
