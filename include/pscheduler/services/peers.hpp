#pragma once
// What this node, as the lead of tasks, asks of their other participants (spec api.md 15).
//
// Every call has a deadline, and only so many are under way at once, to one host and in all; the others wait
// for their turn, no longer than they may take, and hosts take turns. A host that has not answered several
// times is not called for a while (circuit breaker): its calls then fail at once with what was seen last, so
// that it costs the tasks that name it and nobody else.
//
// Errors: unreachable, timed_out (no answer or no turn; also while the breaker is open, and when the host has
// no pScheduler that works: 502 to 504, and whatever else it says when asked whether it is there), not_found
// (the task or run is not there: 404, 410), conflict (409), forbidden (403), not_possible (any other refusal,
// and answers that make no sense). Each message is a sentence that begins with the host.
//
// All use is on one thread. What is passed by reference outlives this.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/model/known_peer.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/async.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/http_client.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {

// One participant, as a task's calls reach it.
struct PeerAddress {
  std::string host;          // as in the list of participants: host[:port]
  std::string bind_address;  // the task's lead-bind: where calls come from; empty: any
};

// The task's participant of that number.
PeerAddress peer_of(const Task& task, int participant);

// A tool as a peer offers it for a test, in the order of its preference.
struct PeerTool {
  std::string name;
  bool can_run = false;
  std::vector<std::string> reasons;  // why not
};

// When a peer could run a task.
struct PeerTimes {
  std::vector<TimeRange> free;            // half-open, ascending
  std::optional<Instant> earliest_start;  // by its clock; told by nodes of this kind only
  bool exact = false;                     // times are exact; otherwise only whole seconds are agreed on
};

// A run that a peer is to hold.
struct HoldRequest {
  TaskId task;
  RunId run;
  std::string key;  // participant key of the task
  Instant start;
  Duration hold{};          // how long before it is given up; peers of 5.2 keep it until it is removed
  Instant nominal_start;    // from which its turn among others follows
  bool takes_turn = false;  // runs whose turn comes later give way to it
};

// What a peer says to a run it was asked to hold. `refused`: its limits do not admit the run.
struct Held {
  bool refused = false;
  std::string reason;         // of a refusal
  JsonText participant_data;  // of its tool; "null" if it has none
};

// What a removal found, or whoever is told of one.
enum class Removal { done, was_not_there };

// What a peer's own tool has brought.
struct PeerResult {
  JsonText result;     // empty when there is none
  std::string state;   // of the run there, as on the wire; empty if it does not say
  std::string errors;  // as it reports them; empty if none
};

// A call that is under way for a task. `step`, as the API shows it: task (being created), free-times, hold,
// announce, result.
struct PeerWait {
  std::string host;
  std::string_view step;
  Duration since{};  // steady clock
};

// A host that does not answer and is left alone, as called from one address.
struct PeerSilence {
  std::string bind_address;  // empty: any
  Instant since;             // the first call without an answer
  Instant next_call;         // not before
  std::string problem;       // a sentence
};

// What is known of a host that was called, for people.
struct PeerState {
  std::string host;
  bool ours = false;                      // a node of this kind, as far as is known
  std::optional<Duration> exchange_time;  // absent while it has not answered
  std::vector<PeerSilence> silences;
};

struct PeersSettings {
  int calls_per_host_max = 16;
  int calls_max = 256;
  Zone zone;  // of times without an offset
};

class Peers {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::HttpClient& http;
    ports::Clock& clock;
    ports::Log& log;
  };

  Peers(Ports ports, PeersSettings settings);
  ~Peers();

  // Before the task exists: what its tools say to a test ({"type", "spec"}); asks for the peer's API level
  // first, as 5.2 does.
  ports::AsyncResult<std::vector<PeerTool>> tools(PeerAddress peer, Json test);

  // Creates the task as participant `number` and looks whether it is there. `document`: the task with tool,
  // participants and _key. Its schema is lowered for peers of 5.2, which know 4 at most.
  ports::AsyncResult<void> create_task(PeerAddress peer, TaskId task, int number, Json document);

  // For a peer not known to be of this kind, whether it answers at all is asked first. With a priority, and
  // at nodes of this kind with the nominal start of the run, what would give way to it is free.
  ports::AsyncResult<PeerTimes> free_times(PeerAddress peer, TaskId task, TimeRange window,
                                           std::optional<std::int64_t> priority,
                                           std::optional<Instant> nominal_start = {});
  ports::AsyncResult<Held> hold(PeerAddress peer, HoldRequest request);

  // The data of all participants (a JSON array): the run is agreed on.
  ports::AsyncResult<void> announce(PeerAddress peer, TaskId task, RunId run, std::string key,
                                    JsonText participant_data_full);

  // Removes a run, or the task when there is none given.
  ports::AsyncResult<Removal> remove(PeerAddress peer, TaskId task, std::optional<RunId> run,
                                     std::string key);

  // As another participant, to the lead of the run: what has become of it here (kGaveWay).
  ports::AsyncResult<Removal> tell_lead(PeerAddress lead, TaskId task, RunId run, std::string key,
                                        JsonText what);

  // As another participant: the run as its lead has it. not_found while it is agreeing on it.
  ports::AsyncResult<PeerResult> run_of_lead(PeerAddress lead, TaskId task, RunId run);

  // Waits for up to `wait` (whole seconds, at least one) until the peer's tool has ended.
  ports::AsyncResult<PeerResult> local_result(PeerAddress peer, TaskId task, RunId run, Duration wait);

  // GET /clock.
  ports::AsyncResult<Json> clock(PeerAddress peer);

  // Whether the peer is known to be a node of this kind; not known before its first answer.
  [[nodiscard]] bool is_ours(const std::string& host) const;

  // How long a call to the peer takes, from the recent ones and on the safe side; what is assumed for a host
  // that has not been called yet.
  [[nodiscard]] Duration exchange_time(const std::string& host) const;

  // Whom the task is waiting for at this moment, the longest wait first.
  [[nodiscard]] std::vector<PeerWait> waits(TaskId task) const;

  // All hosts that were called, by name.
  [[nodiscard]] std::vector<PeerState> states() const;

  // A host, by the name that tasks have for it, has shown itself by a call of its own; should it have been
  // silent, it is called again.
  void heard_from(const std::string& host);

  // Who is told of each host that has answered or shown itself.
  void on_heard(std::function<void(const std::string& host)> listener);

  // What was learned in an earlier life, and what has been since it was last taken and is worth keeping for
  // the next; `listener` is told when there begins to be something.
  void recall(const std::vector<KnownPeer>& known);
  [[nodiscard]] std::vector<KnownPeer> take_learned();
  void on_learned(std::function<void()> listener);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pscheduler::services
