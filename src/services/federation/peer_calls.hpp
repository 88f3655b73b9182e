#pragma once
// The calls of a lead as they go over the wire (spec api.md 15, scheduling.md 6.1): methods, paths, the
// spelling of arguments, bodies and deadlines.

#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/ports/http_client.hpp"
#include "pscheduler/services/peers.hpp"

namespace pscheduler::services {

// The highest API level whose answers are understood here.
inline constexpr std::int64_t kApiLevel = 6;

// Where a peer is called.
struct PeerSite {
  std::string host;  // as its messages name it
  std::string root;  // URL that paths are appended to
  std::string bind_address;
};

// not_possible when the participant is no host name or address.
Result<PeerSite> site_of(const PeerAddress& peer);

enum class CallKind {
  brief,    // how long it takes tells how far away the host is
  working,  // the host asks its plug-ins
  waiting,  // answered when something happens there
};

struct PeerCall {
  std::string host;
  std::string occasion;  // for messages: "when asked for its tools"
  CallKind kind = CallKind::brief;
  ports::HttpCall http;
  std::optional<TaskId> task;  // whoever waits for it is told of this call, as a PeerWait
  std::string_view step;
};

PeerCall level_call(const PeerSite& site);
PeerCall tools_call(const PeerSite& site, const Json& test, std::int64_t level);
PeerCall create_call(const PeerSite& site, TaskId task, int number, const Json& document);
PeerCall task_call(const PeerSite& site, TaskId task);
PeerCall presence_call(const PeerSite& site, TaskId task);
PeerCall times_call(const PeerSite& site, TaskId task, TimeRange window, std::optional<std::int64_t> priority,
                    std::optional<Instant> nominal_start);
PeerCall hold_call(const PeerSite& site, const HoldRequest& request, const Zone& zone);
PeerCall run_call(const PeerSite& site, TaskId task, RunId run, const std::string& key);
PeerCall announce_call(const PeerSite& site, TaskId task, RunId run, const std::string& key,
                       const JsonText& participant_data_full);
PeerCall remove_call(const PeerSite& site, TaskId task, std::optional<RunId> run, const std::string& key);
PeerCall tell_lead_call(const PeerSite& site, TaskId task, RunId run, const std::string& key,
                        const JsonText& what);
PeerCall lead_run_call(const PeerSite& site, TaskId task, RunId run);
PeerCall result_call(const PeerSite& site, TaskId task, RunId run, Duration wait);
PeerCall clock_call(const PeerSite& site);

// A task as hosts of 5.2 accept it from a lead: they know schema 4 at most.
Json lowered(Json document);

}  // namespace pscheduler::services
