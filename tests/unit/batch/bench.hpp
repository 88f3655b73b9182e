#pragma once
// A batch run to its end, or to an interruption, in virtual time against scripted leads.

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "pscheduler/batch/batch.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "unit/batch/scripted_leads.hpp"
#include "unit/batch/test_jq.hpp"

namespace pscheduler::batch::testing {

using namespace std::chrono_literals;

struct Notes final : Observer {
  [[nodiscard]] bool wants_debug() const override { return true; }
  void debug(const std::string& message) override { lines.push_back(message); }
  void finished(std::size_t job, std::size_t iteration, const Json&) override {
    order.emplace_back(job, iteration);
  }
  std::vector<std::string> lines;
  std::vector<std::pair<std::size_t, std::size_t>> order;
};

class Bench {
 public:
  Instant start = *parse_timestamp_utc("2030-05-01T12:00:00Z", TimestampForm::body);
  boost::asio::io_context loop{1};
  test::VirtualClock clock{start};
  ScriptedLeads leads{clock};
  inline static TestJq jq;  // it keeps what was compiled
  Notes notes;
  Settings settings{"assist", "here", std::nullopt, std::nullopt, std::nullopt, std::nullopt, 0, false};
  Problems problems;
  std::size_t withdrawn = 0;

  // The output. When `interrupt_after` has passed before, the batch is interrupted as the command does it.
  Json run(Json source, Resumption resumption = {}, std::optional<Duration> interrupt_after = {}) {
    auto document = check(std::move(source), Places());
    EXPECT_TRUE(document) << (document ? "" : to_text(document.error(), "batch"));
    auto plan = prepare(*document, jq);
    EXPECT_TRUE(plan) << (plan ? "" : to_text(plan.error(), "batch"));
    World world{loop.get_executor(), leads, clock, jq, [](const std::string& host) -> Result<std::string> {
                  return "https://" + host + "/pscheduler/";
                }};
    Batch batch(std::move(*document), std::move(*plan), settings, std::move(world), notes,
                std::move(resumption));
    if (!complete(batch, interrupt_after)) {
      await(batch.withdraw(), {});
      withdrawn = batch.withdrawn();
    }
    return batch.output();
  }

  Json run(const std::string& text) { return run(Json::parse(text)); }

  // What it says to resume, from what it has written.
  Json resume_from(Json partial) {
    auto resumption = resume(partial);
    EXPECT_TRUE(resumption);
    return run(std::move(partial), std::move(*resumption));
  }

 private:
  bool complete(Batch& batch, std::optional<Duration> limit) {
    return await(
        [](Batch& running, Problems& found) -> ports::Async<void> {
          auto all = running.run();
          found = co_await std::move(all);
        }(batch, problems),
        limit);
  }

  // Time passes until it ends; false when it was cancelled at the limit.
  bool await(ports::Async<void> operation, std::optional<Duration> limit) {
    bool ended = false;
    bool cancelled = false;
    boost::asio::cancellation_signal give_up;
    boost::asio::co_spawn(loop, std::move(operation),
                          boost::asio::bind_cancellation_slot(give_up.slot(), [&](std::exception_ptr thrown) {
                            ended = true;
                            if (thrown && !(cancelled && ports::is_cancellation(thrown)))
                              std::rethrow_exception(thrown);
                          }));
    const Instant end = limit ? clock.now() + *limit : Instant::max();
    for (;;) {
      loop.restart();
      if (loop.poll() > 0) continue;
      if (ended) return !cancelled;
      const auto next = clock.next_alarm();
      if (!cancelled && (!next || *next >= end)) {
        if (!limit) {
          ADD_FAILURE() << "nothing more happens";
          return false;
        }
        clock.move_to(end);
        cancelled = true;
        give_up.emit(boost::asio::cancellation_type::terminal);
        continue;
      }
      if (!next) {
        ADD_FAILURE() << "a cancelled batch does not end";
        return false;
      }
      clock.move_to(*next);
    }
  }
};

// A task that lasts so long on a host.
inline Json idle(const std::string& duration, const std::string& host = "a") {
  return {{"test", {{"type", "idle"}, {"spec", {{"duration", duration}, {"host", host}}}}}};
}

inline Json batch_of(std::vector<Json> jobs) {
  return {{"schema", 3}, {"jobs", std::move(jobs)}};
}

}  // namespace pscheduler::batch::testing
