#include "cli/program/system_event_loop.hpp"

#include "cli/program/bind_address.hpp"
#include "cli/program/run_to_end.hpp"

namespace pscheduler::cli {

Result<void> SystemEventLoop::make_known(const std::string& bind) {
  auto v4 = bind_address(names_, bind, TargetFamily::v4);
  if (!v4) return fail(std::move(v4.error()));
  auto v6 = bind_address(names_, bind, TargetFamily::v6);
  if (!v6) return fail(std::move(v6.error()));
  known_[bind] = {std::move(*v4), std::move(*v6)};
  return {};
}

Result<void> SystemEventLoop::run(ports::AsyncResult<void> operation, const std::function<bool()>& go_on) {
  return run_to_end(loop_, std::move(operation), go_on);
}

ports::AsyncResult<ports::HttpAnswer> SystemEventLoop::call(ports::HttpCall call) {
  call.headers["User-Agent"] = "pscheduler/" PSCHEDULER_VERSION;
  if (call.bind_address) {
    if (const auto found = known_.find(*call.bind_address); found != known_.end()) {
      call.bind_address = target_family(call.url) == TargetFamily::v6 ? found->second.v6 : found->second.v4;
    }
  }
  return client_.call(std::move(call));
}

}  // namespace pscheduler::cli
