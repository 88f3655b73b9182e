#include "adapters/jq/helper/answer.hpp"

#include <nlohmann/json.hpp>

#include "adapters/jq/protocol.hpp"

namespace pscheduler::adapters::jq {
namespace {

Result<std::vector<Json>> carry_out(JqEngine& engine, const Json& request) {
  const JqScript script{request.at("script").get<std::string>(),
                        request.at("variables").get<std::vector<std::string>>()};
  if (!request.contains("run")) {
    PSCHEDULER_TRY(engine.check(script));
    return std::vector<Json>{};
  }
  const Json& run = request.at("run");
  return engine.run(script, run.at("input"), run.at("arguments"));
}

}  // namespace

std::optional<std::string> answer(JqEngine& engine, std::string_view line) {
  const auto message = unframed(line);
  if (!message) return std::nullopt;
  Json reply = {{"id", message->at("id")}};
  auto outputs = carry_out(engine, *message);
  if (outputs) {
    reply["outputs"] = std::move(*outputs);
  } else {
    const Error& error = outputs.error();
    reply["error"] = {
        {"code", traits(error.code).label}, {"message", error.message}, {"detail", error.detail}};
  }
  return framed(reply);
}

}  // namespace pscheduler::adapters::jq
