// How many results wait to be archived (spec api.md 14).

#include "handlers.hpp"

namespace pscheduler::api {
namespace {

HttpResponse count_response(std::int64_t count) {
  return text_response(std::to_string(count), "text/html; charset=utf-8");
}

}  // namespace

AsyncResult<HttpResponse> get_stat_archiving_backlog(Call call) {
  const auto counts = co_await call.services.store.archiving_counts(call.services.clock.now());
  if (!counts) co_return fail(counts.error());
  co_return count_response(counts->due);
}

AsyncResult<HttpResponse> get_stat_archiving_upcoming(Call call) {
  const auto counts = co_await call.services.store.archiving_counts(call.services.clock.now());
  if (!counts) co_return fail(counts.error());
  co_return count_response(counts->later);
}

}  // namespace pscheduler::api
