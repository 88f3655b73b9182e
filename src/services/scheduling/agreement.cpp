#include "services/scheduling/agreement.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/at_once.hpp"
#include "pscheduler/schedule/common_time.hpp"

namespace pscheduler::services {
namespace {

// What a peer of 5.2 needs between being asked and the start (spec scheduling.md 14).
constexpr Duration kLeadOfForeignPeer = std::chrono::seconds(10);

// What this node needs itself besides the calls: two commits and the tool's participant data.
constexpr Duration kOwnPart = std::chrono::milliseconds(20);

// A hold and an announcement follow the question for free times.
constexpr int kCallsToCome = 2;

// The first of the errors, in the order of the participants.
template <class T>
std::optional<Error> first_error(const std::vector<Result<T>>& answers) {
  const auto failed =
      std::find_if(answers.begin(), answers.end(), [](const auto& answer) { return !answer.has_value(); });
  return failed == answers.end() ? std::nullopt : std::optional(failed->error());
}

// A conflict can be helped by another time, and says more than a host that fails.
template <class T>
std::optional<Error> worst_error(const std::vector<Result<T>>& answers) {
  for (const auto& answer : answers) {
    if (!answer && answer.error().code != Errc::conflict) return answer.error();
  }
  return first_error(answers);
}

}  // namespace

Agreement::Agreement(ports::asio::any_io_executor executor, Peers& peers, ports::Clock& clock,
                     const Task& task)
    : executor_(std::move(executor)), peers_(peers), clock_(clock), task_(task) {
  for (int number = 0; number < static_cast<int>(task.participants.size()); ++number) {
    if (number != task.participant) others_.push_back({number, peer_of(task, number), std::nullopt});
  }
}

ports::AsyncResult<Agreement::CommonTimes> Agreement::free_times(TimeRange window,
                                                                 std::optional<Instant> displacing_from) {
  const std::optional<std::int64_t> priority = displacing_from ? task_.priority : std::nullopt;
  std::vector<Result<PeerTimes>> answers(others_.size());
  auto ask = [&](std::size_t i) -> ports::Async<void> {
    const auto& known = others_[i].times;
    // Where there are only priorities, one that has none would be told the same again.
    if (displacing_from && !priority && known && !known->exact) {
      answers[i] = *known;
      co_return;
    }
    PeerAddress address = others_[i].address;
    answers[i] = co_await peers_.free_times(std::move(address), task_.id, window, priority, displacing_from);
  };
  auto all = ports::at_once(executor_, others_.size(), ask);
  co_await std::move(all);
  if (auto error = first_error(answers)) co_return fail(std::move(*error));
  CommonTimes common{{window}, window.start, not_before_, true};
  for (std::size_t i = 0; i < others_.size(); ++i) {
    others_[i].times = std::move(*answers[i]);
    common.free = schedule::intersect(common.free, others_[i].times->free);
    common.exact = common.exact && others_[i].times->exact;
    common.earliest_start = std::max(common.earliest_start, ready_at(others_[i]));
  }
  co_return common;
}

// When the peer could start if it were told now and all went well.
Instant Agreement::ready_at(const Peer& peer) const {
  if (!peer.times->exact) return clock_.now() + kLeadOfForeignPeer;
  const Duration calls = kCallsToCome * peers_.exchange_time(peer.address.host);
  const Duration needed = (calls + kOwnPart) * (1 << std::min(times_taken_, 6));
  return std::max(peer.times->earliest_start.value_or(clock_.now()), clock_.now()) + needed;
}

ports::AsyncResult<JsonText> Agreement::hold(const Run& run, Duration length, bool takes_turn) {
  may_hold_.clear();
  std::vector<Result<Held>> answers(others_.size());
  auto ask = [&](std::size_t i) -> ports::Async<void> {
    HoldRequest request{task_.id,        run.id, task_.participant_key,
                        run.times.start, length, run.nominal_start.value_or(run.times.start),
                        takes_turn};
    PeerAddress address = others_[i].address;
    answers[i] = co_await peers_.hold(std::move(address), std::move(request));
  };
  auto all = ports::at_once(executor_, others_.size(), ask);
  // Should this be cancelled, any of them may hold it.
  for (const auto& peer : others_) may_hold_.push_back(peer.number);
  co_await std::move(all);
  may_hold_.clear();
  for (std::size_t i = 0; i < others_.size(); ++i) {
    const bool has_said_no = !answers[i] && answers[i].error().code == Errc::conflict;
    if (!has_said_no) may_hold_.push_back(others_[i].number);
  }
  if (auto error = worst_error(answers)) co_return fail(std::move(*error));
  std::vector<JsonText> data(task_.participants.size(), run.participant_data);
  for (std::size_t i = 0; i < others_.size(); ++i) {
    if (answers[i]->refused) {
      co_return fail(Errc::forbidden,
                     others_[i].address.host + " does not admit the run: " +
                         (answers[i]->reason.empty() ? "its limits refuse it." : answers[i]->reason));
    }
    data[static_cast<std::size_t>(others_[i].number)] = std::move(answers[i]->participant_data);
  }
  co_return "[" + join(data, ",") + "]";
}

ports::AsyncResult<void> Agreement::announce(const Run& run, JsonText participant_data_full) {
  std::vector<Result<void>> answers(others_.size());
  auto tell = [&](std::size_t i) -> ports::Async<void> {
    PeerAddress address = others_[i].address;
    JsonText data = participant_data_full;
    answers[i] = co_await peers_.announce(std::move(address), task_.id, run.id, task_.participant_key,
                                          std::move(data));
  };
  auto all = ports::at_once(executor_, others_.size(), tell);
  co_await std::move(all);
  if (auto error = first_error(answers)) co_return fail(std::move(*error));
  co_return Result<void>{};
}

void Agreement::was_taken(Instant start) {
  ++times_taken_;
  const bool foreign = std::any_of(others_.begin(), others_.end(),
                                   [](const Peer& peer) { return peer.times && !peer.times->exact; });
  // Peers of 5.2 propose again and again what is taken (spec api.md 18, D19).
  if (foreign) not_before_ = start + std::chrono::seconds(1 << std::min(times_taken_ - 1, 12));
}

std::string Agreement::who_has_none() const {
  std::vector<std::string> hosts;
  for (const auto& peer : others_) {
    if (peer.times && peer.times->free.empty()) hosts.push_back(peer.address.host);
  }
  return join(hosts, ", ");
}

}  // namespace pscheduler::services
