#pragma once
// The processes of one archiver (spec plugins.md 7.2, scheduling.md 11.5): started when there is something to
// archive, used one record at a time, one that served the same destination last before others and else the
// last used, and ended after many records, some idle time, or anything that breaks the rules.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/processes.hpp"
#include "pscheduler/ports/scope.hpp"
#include "pscheduler/services/archivers.hpp"
#include "pscheduler/services/plugins_options.hpp"
#include "services/plugins/call_slots.hpp"
#include "services/plugins/catalogue.hpp"

namespace pscheduler::services {

class ArchiverPool {
 public:
  ArchiverPool(boost::asio::any_io_executor executor, ports::Clock& clock, ports::Processes& processes,
               ports::Log& log, const PluginHostOptions& options);

  // As Archivers::archive(), for the archiver whose pool this is.
  ports::AsyncResult<ArchiverReply> archive(EntryPointer archiver, std::string destination,
                                            std::string record);

  // The plug-in may have changed: processes end as soon as they are idle, and later records get new ones.
  void renew();

  // Ends all processes. To be awaited, after all calls, before destruction.
  ports::Async<void> stop();

 private:
  struct Worker {
    std::unique_ptr<ports::Conversation> process;
    std::uint64_t generation = 0;
    int records = 0;
    std::string destination;  // of the last record
    Duration last_use{};
  };

  // A worker at its work; if it is not taken back, its process is ended.
  class Lease;

  ports::AsyncResult<Worker> worker_for(const CatalogueEntry& archiver, const std::string& destination);
  std::optional<Worker> take_idle(const std::string& destination);
  ports::Async<bool> is_quiet(Worker& worker);
  ports::AsyncResult<std::string> exchange(Lease& lease, const std::string& message);
  void give_back(Worker worker);
  void end(Worker worker, Duration grace);
  static ports::Async<void> end_process(Worker worker, Duration grace);
  ports::Async<void> retire_idle();

  ports::Clock& clock_;
  ports::Processes& processes_;
  ports::Log& log_;
  const PluginLimits& limits_;
  std::filesystem::path temporary_directory_;
  CallSlots slots_;
  std::deque<Worker> idle_;  // the last used at the end
  std::uint64_t generation_ = 0;
  bool stopping_ = false;
  std::optional<ports::Scope::Ticket> retiring_;
  ports::Scope scope_;
};

}  // namespace pscheduler::services
