#include "pscheduler/addr/request_target.hpp"

#include <algorithm>

#include "pscheduler/addr/percent.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler {
namespace {

Result<std::string> decode(std::string_view text, Plus plus) {
  auto decoded = percent_decode(text, plus);
  if (decoded && !is_utf8(*decoded)) {
    return fail(Errc::invalid_argument, "'" + excerpt(text) + "' in the request's target is not UTF-8.");
  }
  return decoded;
}

Result<void> read_path(std::string_view path, RequestTarget& target) {
  target.trailing_slash = path.size() > 1 && path.ends_with('/');
  for (const auto piece : split(path, '/')) {
    if (piece.empty()) continue;
    if (target.segments.size() == kTargetSegmentsMax) {
      return fail(Errc::too_large,
                  "The path has more than " + std::to_string(kTargetSegmentsMax) + " parts.");
    }
    auto segment = decode(piece, Plus::literal);
    if (!segment) return fail(std::move(segment.error()));
    target.segments.push_back(std::move(*segment));
  }
  return {};
}

Result<void> read_query(std::string_view query, RequestTarget& target) {
  while (!query.empty()) {
    const auto piece = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(piece.size() + 1, query.size()));
    if (piece.empty()) continue;
    const auto equals = piece.find('=');
    auto name = decode(piece.substr(0, equals), Plus::blank);
    if (!name) return fail(std::move(name.error()));
    auto value = decode(equals == std::string_view::npos ? "" : piece.substr(equals + 1), Plus::blank);
    if (!value) return fail(std::move(value.error()));
    if (target.parameter(*name)) continue;
    if (target.parameters.size() == kTargetParametersMax) {
      return fail(Errc::too_large,
                  "The query has more than " + std::to_string(kTargetParametersMax) + " arguments.");
    }
    target.parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return {};
}

// The path and query of the absolute form; what is in origin form stays as it is.
std::string_view origin_form(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (to_lower(text.substr(0, scheme.size())) != scheme) continue;
    const auto rest = text.substr(scheme.size());
    const auto path = rest.find_first_of("/?");
    return path == std::string_view::npos ? "/" : rest.substr(path);
  }
  return text;
}

}  // namespace

Result<RequestTarget> RequestTarget::parse(std::string_view text) {
  if (text.size() > kTargetBytesMax) {
    return fail(Errc::too_large,
                "The request's target is longer than " + std::to_string(kTargetBytesMax) + " bytes.");
  }
  const auto local = origin_form(text);
  if (!local.starts_with('/') && !local.starts_with('?')) {
    return fail(Errc::invalid_argument,
                "'" + excerpt(text) + "' is not the target of a request; it must start with a slash.");
  }
  const auto whole = local.substr(0, local.find('#'));
  const auto question = whole.find('?');
  RequestTarget target;
  PSCHEDULER_TRY(read_path(whole.substr(0, question), target));
  if (question != std::string_view::npos) PSCHEDULER_TRY(read_query(whole.substr(question + 1), target));
  return target;
}

std::optional<std::string_view> RequestTarget::parameter(std::string_view name) const {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const auto& parameter) { return parameter.first == name; });
  if (found == parameters.end()) return std::nullopt;
  return found->second;
}

}  // namespace pscheduler
