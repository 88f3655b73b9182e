#include "pscheduler/api/api.hpp"

#include "call.hpp"
#include "pscheduler/base/text.hpp"
#include "router.hpp"

namespace pscheduler::api {
namespace {

constexpr std::string_view kPrefix = "pscheduler";

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
