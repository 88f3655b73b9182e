#pragma once
// The REST API (spec api.md): from a request without a socket to a response, over the services.

#include <memory>
#include <string>

#include "pscheduler/api/http.hpp"
#include "pscheduler/model/requester_keys.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/host_facts.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/metrics.hpp"
#include "pscheduler/ports/processes.hpp"
#include "pscheduler/ports/schedule_view.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/admission.hpp"
#include "pscheduler/services/archivist.hpp"
#include "pscheduler/services/errands.hpp"
#include "pscheduler/services/housekeeping.hpp"
#include "pscheduler/services/peers.hpp"
#include "pscheduler/services/plugins.hpp"
#include "pscheduler/services/run_events.hpp"
#include "pscheduler/services/run_journal.hpp"
#include "pscheduler/services/runner.hpp"
#include "pscheduler/services/scheduling.hpp"
#include "pscheduler/services/submission.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {
class Limits;
}

namespace pscheduler::api {

// The highest API level spoken (spec api.md 2).
inline constexpr int kApiLevel = 6;

struct Services {
  services::Plugins& plugins;
  services::Submission& submission;
  services::Scheduling& scheduling;
  services::Runner& runner;
  services::RunJournal& journal;
  services::RunEvents& run_events;
  ports::Store& store;
  ports::Clock& clock;
  ports::HostFacts& host_facts;
  ports::Processes& processes;
  ports::Log& log;
  ports::ScheduleView& schedule_view;
  ports::Metrics& metrics;
  const services::Housekeeping& housekeeping;
  services::Archivist& archivist;
  services::Peers& peers;
  const services::Errands& errands;
  services::Limits& limits;
  const services::Admission& admission;
};

struct Settings {
  std::string host_name;  // what this node calls itself, host[:port]
  Zone zone;              // of the times it shows
  RequesterKeys requester_keys = {};
};

class Api : public HttpHandler {
 public:
  Api(Services services, Settings settings);

  ports::Async<HttpResponse> handle(HttpRequest request) override;

 private:
  // `route` becomes the path of the route that was found.
  ports::Async<HttpResponse> answer(const HttpRequest& request, std::string_view& route);

  Services services_;
  Settings settings_;
  Instant started_;
};

}  // namespace pscheduler::api
