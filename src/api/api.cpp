#include "pscheduler/api/api.hpp"

#include <algorithm>
#include <array>

#include "call.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/services/peer_extension.hpp"
#include "router.hpp"

namespace pscheduler::api {
namespace {

constexpr std::string_view kPrefix = "pscheduler";

// In metrics: what has no route.
constexpr std::string_view kUnknownRoute = "unknown";

// Clients may send any word as a method; the labels of metrics are few.
std::string_view method_label(std::string_view method) {
  constexpr std::array<std::string_view, 6> kKnown = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"};
  const auto known = std::find(kKnown.begin(), kKnown.end(), method);
  return known == kKnown.end() ? "other" : *known;
}

// The api argument is looked at before anything else (spec api.md 2).
Result<void> check_level(const Call& call) {
  const auto level = call.integer("api");
  if (!level) return fail(Errc::invalid_argument, level.error().message);
  if (*level && **level > kApiLevel) {
    return fail(Errc::unsupported_level, "API level " + std::to_string(**level) +
                                             " is not supported; the highest level is " +
                                             std::to_string(kApiLevel) + ".");
  }
  return {};
}

Error no_such_path(const HttpRequest& request) {
  return {Errc::not_found, "There is nothing at '" + excerpt(request.target) + "'.", {}};
}

}  // namespace

Api::Api(Services services, Settings settings)
    : services_(services), settings_(std::move(settings)), started_(services.clock.now()) {}

ports::Async<HttpResponse> Api::handle(HttpRequest request) {
  const Duration begun = services_.clock.steady();
  std::string_view route = kUnknownRoute;
  auto response = co_await answer(request, route);
  if (request.header(services::kPeerHeader)) {
    response.headers.emplace_back(services::kPeerHeader, services::kPeerVersion);
  }
  services_.metrics.request_answered(method_label(request.method), route, response.status,
                                     services_.clock.steady() - begun);
  co_return response;
}

ports::Async<HttpResponse> Api::answer(const HttpRequest& request, std::string_view& route_path) {
  auto target = RequestTarget::parse(request.target);
  if (!target) co_return error_response(target.error());
  Call call{services_, settings_, started_, request, *target, {}};
  const auto level = check_level(call);
  if (!level) co_return error_response(level.error());
  auto segments = target->segments;
  if (segments.empty() || segments.front() != kPrefix) co_return error_response(no_such_path(request));
  segments.erase(segments.begin());
  if (segments.empty() && !target->trailing_slash) {
    co_return redirect_response(308, call.root_url() + "/");
  }
  if (!segments.empty() && target->trailing_slash) co_return error_response(no_such_path(request));
  auto route = find_route(request.method, segments);
  if (!route) co_return error_response(no_such_path(request));
  route_path = route->path;
  if (request.method == "OPTIONS") {
    HttpResponse response;
    response.headers.emplace_back("Allow", route->allow);
    co_return response;
  }
  if (route->handler == nullptr) {
    auto response =
        error_response({Errc::not_allowed,
                        excerpt(request.method) + " is not possible here; use " + route->allow + ".",
                        {}});
    response.headers.emplace_back("Allow", route->allow);
    co_return response;
  }
  call.names = std::move(route->names);
  auto answer = route->handler(std::move(call));
  auto reply = co_await std::move(answer);
  if (!reply) co_return error_response(reply.error());
  co_return std::move(*reply);
}

}  // namespace pscheduler::api
