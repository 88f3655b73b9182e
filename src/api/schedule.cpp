// The schedule as a whole (spec api.md 13).

#include <algorithm>
#include <array>

#include "handlers.hpp"
#include "pscheduler/base/text.hpp"
#include "run_listing.hpp"
#include "schedule_plot.hpp"

namespace pscheduler::api {
namespace {

constexpr int kPageSize = 200;  // runs read at once

// As many past and future runs as a monitor may ask for, and gets when it does not say.
constexpr std::int64_t kWindowMax = 10'000;

Result<ports::ScheduleFilter> wanted_runs(const Call& call) {
  ports::ScheduleFilter filter;
  const auto start = call.date_time("start");
  if (!start) return fail(start.error());
  const auto end = call.date_time("end");
  if (!end) return fail(end.error());
  if (*start && *end && **end < **start) {
    return fail(Errc::invalid_argument, "start lies after end; give the earlier time as start.");
  }
  filter.from = *start;
  filter.until = *end;
  if (const auto task = call.argument("task")) {
    filter.task = TaskId::parse(*task);
    if (!filter.task) {
      return fail(Errc::invalid_argument, "task is '" + excerpt(*task) + "'; it must be the UUID of a task.");
    }
  }
  return filter;
}

// The runs of the pages that are read one after the other.
class PagedRuns final : public RunSource {
 public:
  PagedRuns(ports::ScheduleView& view, ports::ScheduleFilter filter, ports::SchedulePage first)
      : view_(view), filter_(std::move(filter)), page_(std::move(first)) {}

  ports::AsyncResult<std::optional<Item>> next() override {
    while (at_ == page_.runs.size()) {
      if (!page_.next) co_return std::nullopt;
      auto page = co_await view_.schedule_page(filter_, page_.next, kPageSize);
      if (!page) co_return fail(std::move(page.error()));
      page_ = std::move(*page);
      at_ = 0;
    }
    co_return Item{std::move(page_.runs[at_++]), 0};
  }

 private:
  ports::ScheduleView& view_;
  ports::ScheduleFilter filter_;
  ports::SchedulePage page_;
  std::size_t at_ = 0;
};

// Past, present, future.
class SurroundingRuns final : public RunSource {
 public:
  explicit SurroundingRuns(ports::RunsAround runs)
      : lists_{std::move(runs.past), std::move(runs.present), std::move(runs.future)} {}

  ports::AsyncResult<std::optional<Item>> next() override {
    while (list_ < lists_.size() && at_ == lists_[list_].size()) {
      ++list_;
      at_ = 0;
    }
    if (list_ == lists_.size()) co_return std::nullopt;
    co_return Item{std::move(lists_[list_][at_++]), static_cast<int>(list_) - 1};
  }

 private:
  std::array<std::vector<ports::ScheduledRun>, 3> lists_;
  std::size_t list_ = 0;
  std::size_t at_ = 0;
};

}  // namespace

AsyncResult<HttpResponse> get_schedule(Call call) {
  auto filter = wanted_runs(call);
  if (!filter) co_return fail(std::move(filter.error()));
  const std::string format(call.argument("format").value_or("json"));
  const auto plot = plot_format(format);
  if (!plot && format != "json") {
    co_return fail(Errc::invalid_argument,
                   "format is '" + excerpt(format) + "'; it must be json, svg, png, data or script.");
  }
  auto& view = call.services.schedule_view;
  auto first = co_await view.schedule_page(*filter, std::nullopt, kPageSize);
  if (!first) co_return fail(std::move(first.error()));
  auto source = std::make_unique<PagedRuns>(view, *filter, std::move(*first));
  if (plot) co_return co_await plot_runs(call, *plot, std::move(*filter), std::move(source));
  co_return list_runs(call, RunListing::Form::schedule, std::move(source));
}

AsyncResult<HttpResponse> get_monitor(Call call) {
  const auto window = call.cardinal("window");
  if (!window) co_return fail(window.error());
  const auto count = static_cast<int>(std::min(window->value_or(kWindowMax), kWindowMax));
  auto runs = co_await call.services.schedule_view.runs_around(call.services.clock.now(), count);
  if (!runs) co_return fail(std::move(runs.error()));
  auto source = std::make_unique<SurroundingRuns>(std::move(*runs));
  co_return list_runs(call, RunListing::Form::monitor, std::move(source));
}

}  // namespace pscheduler::api
