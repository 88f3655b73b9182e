// What of a posted task holds on this node.

#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/services/archive_check.hpp"
#include "pscheduler/services/submission.hpp"

namespace pscheduler::services {
ports::AsyncResult<void> Submission::check(const TaskRequest& request) {
  auto spec = co_await check_spec(request);
  if (!spec) co_return spec;
  auto archives = co_await check_archives(request);
  if (!archives) co_return archives;
  co_return check_lead_bind(request);
}

ports::AsyncResult<void> Submission::check_spec(const TaskRequest& request) {
  if (plugins_.find(PluginClass::test, request.test_type) == nullptr) {
    co_return fail(Errc::invalid_argument, "At /test/type: there is no test '" + excerpt(request.test_type) +
                                               "' here; GET /tests lists those there are.");
  }
  auto validity = co_await plugins_.spec_is_valid(request.test_type, *request.spec);
  if (!validity) co_return fail(std::move(validity.error()));
  if (!validity->valid) {
    co_return fail(Errc::invalid_argument, "Invalid test specification: " + validity->error);
  }
  co_return Result<void>{};
}

ports::AsyncResult<void> Submission::check_archives(const TaskRequest& request) {
  for (std::size_t i = 0; i < request.archives.size(); ++i) {
    std::string where = "/archives/" + std::to_string(i);
    auto checked = co_await check_archive(plugins_, ports_.scripts, request.archives[i], std::move(where));
    if (!checked) co_return checked;
  }
  co_return Result<void>{};
}

ports::AsyncResult<void> Submission::check_contexts(const TaskRequest& request, std::size_t participants) {
  if (!request.contexts) co_return Result<void>{};
  if (request.contexts->size() != participants) {
    co_return fail(Errc::invalid_argument, "At /contexts/contexts: there must be one list per participant, " +
                                               std::to_string(participants) + ", not " +
                                               std::to_string(request.contexts->size()) + ".");
  }
  for (const auto& list : *request.contexts) {
    for (const auto& context : list) {
      if (plugins_.find(PluginClass::context, context.context) == nullptr) {
        co_return fail(Errc::invalid_argument, "At /contexts: there is no context '" +
                                                   excerpt(context.context) +
                                                   "' here; GET /contexts lists those there are.");
      }
      auto validity = co_await plugins_.data_is_valid(PluginClass::context, context.context, *context.data);
      if (!validity) co_return fail(std::move(validity.error()));
      if (!validity->valid) {
        co_return fail(Errc::invalid_argument,
                       "At /contexts: data of context '" + context.context + "': " + validity->error);
      }
    }
  }
  co_return Result<void>{};
}

Result<void> Submission::check_lead_bind(const TaskRequest& request) const {
  if (request.lead_bind.empty() || ports_.host_facts.is_local_address(request.lead_bind)) return {};
  return fail(Errc::invalid_argument,
              "At /lead-bind: '" + excerpt(request.lead_bind) +
                  "' is not an address of this host; name one that is, or leave it out.");
}

}  // namespace pscheduler::services
