#include "limits/judge_limit.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "limits/fetch_limit.hpp"
#include "limits/judge_quota.hpp"
#include "limits/limit_verdict.hpp"
#include "limits/time_limits.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"

namespace pscheduler::limits {
namespace {

class Judging {
 public:
  Judging(const Limit& limit, const JudgeContext& context) : limit_(limit), context_(context) {}

  MaybeVerdict operator()(const PassFailLimit& limit) const {
    return limit.pass ? LimitVerdict::pass() : LimitVerdict::failed("This limit lets nothing pass");
  }

  MaybeVerdict operator()(const TestTypeLimit& limit) const {
    const Json* test = json::find(*context_.task, "test");
    const auto type = test == nullptr ? std::nullopt : json::find_string(*test, "type");
    if (!type) return LimitVerdict::failed("The task names no type of test");
    if (std::find(limit.types.begin(), limit.types.end(), *type) != limit.types.end())
      return LimitVerdict::pass();
    return LimitVerdict::failed("Test type " + excerpt(*type) + " is not allowed; allowed: " +
                                (limit.types.empty() ? "none" : join(limit.types, ", ")));
  }

  MaybeVerdict operator()(const JqLimit& limit) const {
    const auto* answer = context_.facts.ask({&limit, 0}, [&] {
      return RunScript{limit.jq.script, context_.task};
    });
    if (answer == nullptr) return std::nullopt;
    const auto outputs = answer_of<Outputs>(*answer);
    if (!outputs) return script_failed(outputs.error().message);
    if ((*outputs)->empty()) return script_failed("The jq program has no output.");
    const Json& first = (*outputs)->front();
    if (first == Json(true)) return LimitVerdict::pass();
    if (first == Json(false)) return LimitVerdict::failed("Unspecified reason");
    if (first.is_string()) return LimitVerdict::failed(first.get<std::string>());
    return LimitVerdict::failed("The jq program gives " + json::describe(first) +
                                " instead of true, false or a reason");
  }

  MaybeVerdict operator()(const UrlFetchLimit& limit) const { return judge_fetch(limit, context_); }
  MaybeVerdict operator()(const QuotaLimit& quota) const { return judge_quota(limit_.name, quota, context_); }
  MaybeVerdict operator()(const DateRangeLimit& limit) const { return judge_time(limit, run_schedule()); }
  MaybeVerdict operator()(const CalendarLimit& limit) const { return judge_time(limit, run_schedule()); }

 private:
  [[nodiscard]] const Json& run_schedule() const { return (*context_.task)["run_schedule"]; }

  // Inverted, a failing program passes (quirk 11), unless that is not wanted.
  [[nodiscard]] LimitVerdict script_failed(const std::string& why) const {
    return context_.strictness == Strictness::strict ? LimitVerdict::broken(why) : LimitVerdict::failed(why);
  }

  const Limit& limit_;
  const JudgeContext& context_;
};

LimitVerdict inverted(LimitVerdict verdict) {
  switch (verdict.kind) {
    case LimitVerdict::Kind::passed:
      return LimitVerdict::failed("Passed, but the limit is inverted");
    case LimitVerdict::Kind::failed:
      return LimitVerdict::pass();
    case LimitVerdict::Kind::broken:
      break;
  }
  return verdict;
}

}  // namespace

std::optional<LimitTrace> judge(const Limit& limit, const JudgeContext& context) {
  LimitTrace trace{limit.name, false, {}};
  if (limit.is_time_limit() && json::find(*context.task, "run_schedule") == nullptr) {
    trace.passed = true;
    return trace;
  }
  auto verdict = std::visit(Judging(limit, context), limit.data);
  if (!verdict) return std::nullopt;
  if (limit.invert == LimitInvert::broken) {
    verdict = LimitVerdict::broken("The limit's 'invert' is neither true nor false");
  } else if (limit.invert == LimitInvert::yes) {
    verdict = inverted(std::move(*verdict));
  }
  trace.passed = verdict->kind == LimitVerdict::Kind::passed;
  trace.reasons = std::move(verdict->reasons);
  trace.note = std::move(verdict->note);
  trace.charge = std::move(verdict->charge);
  return trace;
}

}  // namespace pscheduler::limits
