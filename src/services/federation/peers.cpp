#include "pscheduler/services/peers.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "services/federation/peer_answers.hpp"
#include "services/federation/peer_calls.hpp"
#include "services/federation/peer_line.hpp"

namespace pscheduler::services {

PeerAddress peer_of(const Task& task, int participant) {
  const Json document = stored_value(task.document);
  return {task.participants.at(static_cast<std::size_t>(participant)),
          json::find_string(document, "lead-bind").value_or("")};
}

class Peers::Impl {
 public:
  Impl(Ports ports, PeersSettings settings)
      : settings_(std::move(settings)), line_(std::move(ports), settings_) {}

  ports::AsyncResult<std::vector<PeerTool>> tools(PeerAddress peer, Json test) {
    const auto site = site_of(peer);
    if (!site) co_return fail(site.error());
    auto first_call = level_call(*site);
    const auto told = co_await line_.ask(std::move(first_call));
    if (!told) co_return fail(told.error());
    const auto level = read_level(*told);
    if (!level) co_return fail(level.error());
    auto call = tools_call(*site, test, *level);
    const auto answer = co_await line_.ask(std::move(call));
    if (!answer) co_return fail(answer.error());
    co_return read_tools(*answer);
  }

  ports::AsyncResult<void> create_task(PeerAddress peer, TaskId task, int number, Json document) {
    const auto site = site_of(peer);
    if (!site) co_return fail(site.error());
    if (!is_ours(peer.host)) document = lowered(std::move(document));
    auto call = create_call(*site, task, number, document);
    const auto answer = co_await line_.ask(std::move(call));
    if (!answer) co_return fail(answer.error());
    auto created = check_status(*answer);
    // A node of this kind has said so only once it was durable.
    if (!created || answer->ours()) co_return created;
    auto look = task_call(*site, task);
    const auto seen = co_await line_.ask(std::move(look));
    if (!seen) co_return fail(seen.error());
    co_return check_status(*seen);
  }

  ports::AsyncResult<PeerTimes> free_times(PeerAddress peer, TaskId task, TimeRange window,
                                           std::optional<std::int64_t> priority,
                                           std::optional<Instant> nominal_start) {
    const auto site = site_of(peer);
    if (!site) co_return fail(site.error());
    if (!is_ours(peer.host)) {
      auto first_call = presence_call(*site, task);
      const auto present = co_await line_.ask(std::move(first_call));
      if (!present) co_return fail(present.error());
      auto there = read_presence(*present);
      if (!there) co_return fail(std::move(there.error()));
    }
    auto call = times_call(*site, task, window, priority, nominal_start);
    const auto answer = co_await line_.ask(std::move(call));
    if (!answer) co_return fail(answer.error());
    co_return read_times(*answer, window, settings_.zone);
  }

  ports::AsyncResult<Held> hold(PeerAddress peer, HoldRequest request) {
    const auto site = site_of(peer);
    if (!site) co_return fail(site.error());
    auto call = hold_call(*site, request, settings_.zone);
    const auto answer = co_await line_.ask(std::move(call));
    if (!answer) co_return fail(answer.error());
    auto accepted = check_status(*answer);
    if (!accepted) co_return fail(std::move(accepted.error()));
    if (answer->ours()) {
      auto held = read_held(*answer);
      if (held) co_return held;
    }
    auto look = run_call(*site, request.task, request.run, request.key);
    const auto run = co_await line_.ask(std::move(look));
    if (!run) co_return fail(run.error());
    co_return read_held(*run);
  }

  ports::AsyncResult<void> announce(PeerAddress peer, TaskId task, RunId run, std::string key,
                                    JsonText participant_data_full) {
    const auto site = site_of(peer);
    if (!site) co_return fail(site.error());
    auto call = announce_call(*site, task, run, key, participant_data_full);
    const auto answer = co_await line_.ask(std::move(call));
    if (!answer) co_return fail(answer.error());
    co_return check_status(*answer);
  }

  ports::AsyncResult<Removal> remove(PeerAddress peer, TaskId task, std::optional<RunId> run,
                                     std::string key) {
    const auto site = site_of(peer);
    if (!site) co_return fail(site.error());
    auto call = remove_call(*site, task, run, key);
    const auto answer = co_await line_.ask(std::move(call));
    if (!answer) co_return fail(answer.error());
    co_return read_removal(*answer);
  }

  ports::AsyncResult<Removal> tell_lead(PeerAddress lead, TaskId task, RunId run, std::string key,
                                        JsonText what) {
    const auto site = site_of(lead);
    if (!site) co_return fail(site.error());
    auto call = tell_lead_call(*site, task, run, key, what);
    const auto answer = co_await line_.ask(std::move(call));
    if (!answer) co_return fail(answer.error());
    co_return read_removal(*answer);
  }

  ports::AsyncResult<PeerResult> run_of_lead(PeerAddress lead, TaskId task, RunId run) {
    const auto site = site_of(lead);
    if (!site) co_return fail(site.error());
    auto call = lead_run_call(*site, task, run);
    const auto answer = co_await line_.ask(std::move(call));
    if (!answer) co_return fail(answer.error());
    co_return read_result(*answer);
  }

  ports::AsyncResult<PeerResult> local_result(PeerAddress peer, TaskId task, RunId run, Duration wait) {
    const auto site = site_of(peer);
    if (!site) co_return fail(site.error());
    auto call = result_call(*site, task, run, wait);
    const auto answer = co_await line_.ask(std::move(call));
    if (!answer) co_return fail(answer.error());
    co_return read_result(*answer);
  }

  ports::AsyncResult<Json> clock(PeerAddress peer) {
    const auto site = site_of(peer);
    if (!site) co_return fail(site.error());
    auto call = clock_call(*site);
    const auto answer = co_await line_.ask(std::move(call));
    if (!answer) co_return fail(answer.error());
    co_return read_clock(*answer);
  }

  PeerLine& line() { return line_; }

  [[nodiscard]] bool is_ours(const std::string& host) const {
    const auto* record = line_.book().find(host);
    return record != nullptr && record->ours;
  }

  [[nodiscard]] std::vector<PeerWait> waits(TaskId task) const { return line_.waits(task); }

  [[nodiscard]] Duration exchange_time(const std::string& host) const {
    const auto* record = line_.book().find(host);
    return record == nullptr ? kExchangeAssumed : record->exchange_time();
  }

 private:
  PeersSettings settings_;
  PeerLine line_;
};

Peers::Peers(Ports ports, PeersSettings settings)
    : impl_(std::make_unique<Impl>(std::move(ports), std::move(settings))) {}
Peers::~Peers() = default;

ports::AsyncResult<std::vector<PeerTool>> Peers::tools(PeerAddress peer, Json test) {
  return impl_->tools(std::move(peer), std::move(test));
}

ports::AsyncResult<void> Peers::create_task(PeerAddress peer, TaskId task, int number, Json document) {
  return impl_->create_task(std::move(peer), task, number, std::move(document));
}

ports::AsyncResult<PeerTimes> Peers::free_times(PeerAddress peer, TaskId task, TimeRange window,
                                                std::optional<std::int64_t> priority,
                                                std::optional<Instant> nominal_start) {
  return impl_->free_times(std::move(peer), task, window, priority, nominal_start);
}

ports::AsyncResult<Held> Peers::hold(PeerAddress peer, HoldRequest request) {
  return impl_->hold(std::move(peer), std::move(request));
}

ports::AsyncResult<void> Peers::announce(PeerAddress peer, TaskId task, RunId run, std::string key,
                                         JsonText participant_data_full) {
  return impl_->announce(std::move(peer), task, run, std::move(key), std::move(participant_data_full));
}

ports::AsyncResult<Removal> Peers::remove(PeerAddress peer, TaskId task, std::optional<RunId> run,
                                          std::string key) {
  return impl_->remove(std::move(peer), task, run, std::move(key));
}

ports::AsyncResult<Removal> Peers::tell_lead(PeerAddress lead, TaskId task, RunId run, std::string key,
                                             JsonText what) {
  return impl_->tell_lead(std::move(lead), task, run, std::move(key), std::move(what));
}

ports::AsyncResult<PeerResult> Peers::run_of_lead(PeerAddress lead, TaskId task, RunId run) {
  return impl_->run_of_lead(std::move(lead), task, run);
}

ports::AsyncResult<PeerResult> Peers::local_result(PeerAddress peer, TaskId task, RunId run, Duration wait) {
  return impl_->local_result(std::move(peer), task, run, wait);
}

ports::AsyncResult<Json> Peers::clock(PeerAddress peer) {
  return impl_->clock(std::move(peer));
}

bool Peers::is_ours(const std::string& host) const {
  return impl_->is_ours(host);
}

Duration Peers::exchange_time(const std::string& host) const {
  return impl_->exchange_time(host);
}

std::vector<PeerWait> Peers::waits(TaskId task) const {
  return impl_->waits(task);
}

std::vector<PeerState> Peers::states() const {
  return impl_->line().states();
}

void Peers::heard_from(const std::string& host) {
  impl_->line().heard_from(host);
}

void Peers::on_heard(std::function<void(const std::string& host)> listener) {
  impl_->line().on_heard(std::move(listener));
}

void Peers::recall(const std::vector<KnownPeer>& known) {
  impl_->line().recall(known);
}

std::vector<KnownPeer> Peers::take_learned() {
  return impl_->line().take_learned();
}

void Peers::on_learned(std::function<void()> listener) {
  impl_->line().on_learned(std::move(listener));
}

}  // namespace pscheduler::services
