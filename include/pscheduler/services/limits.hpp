#pragma once
// Who may run what on this node: the limits file in force, and what it decides (spec limits.md 1.7, 2.2).
//
// The file is read at the start and whenever it changes. Without one everything passes; while it is not
// valid, everything is refused with the reason. Decisions that are being made when it changes are made by the
// rules with which they began.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/directory_watch.hpp"
#include "pscheduler/ports/files.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/scope.hpp"
#include "pscheduler/services/limit_rules.hpp"
#include "pscheduler/services/quota_book.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {

struct LimitsSettings {
  std::filesystem::path file;
  limits::Strictness strictness = limits::Strictness::as_before;
  Zone zone;  // in which the rules are told the times of runs that this host plans
};

// What a task is judged for.
enum class Moment {
  submission,     // by the lead: rules may rewrite it
  participation,  // by another participant
  run,            // its priority is computed
};

class Limits {
 public:
  // The text of the file; nothing when it is no regular file.
  using Read = std::function<Result<std::optional<std::string>>()>;

  Limits(LimitPorts ports, ports::ChargeStore& charges, ports::Log& log, Read read, LimitsSettings settings);

  // Takes the file as it is now. Ends when it decides.
  ports::Async<void> look();

  // Looks again whenever something happens to the file, until cancelled.
  ports::Async<void> work(ports::DirectoryWatch& directories, const ports::Files& files);

  // Ends the downloads under way; to be joined before this goes.
  ports::Async<void> stop();

  // Whether there is anything to be asked. When not, everything passes.
  [[nodiscard]] bool in_force() const { return rules_ != nullptr || complaint_.has_value(); }

  // Why nothing can be decided at present.
  [[nodiscard]] const std::optional<std::string>& complaint() const { return complaint_; }

  // not_possible: the rules cannot be used.
  ports::AsyncResult<limits::Decision> decide(Json task, Hints hints, Moment moment);

  struct RunPermit {
    std::string diags;
    std::optional<std::int64_t> priority;  // as the rules compute it; absent when they do not
    std::vector<Charge> charges = {};      // to be stored together with the run
    QuotaBook::Hold hold = {};             // keeps what they take from others until they are durable
  };

  // Whether a run of a task that was accepted may be at a time. The rules read its hour, day … by the offset
  // with which another has named its start, or by the zone of this host where there is none or they are
  // strict. forbidden: it may not (see denial_in()); not_possible: the rules cannot be used; unavailable: too
  // many runs want the same quota at this moment.
  ports::AsyncResult<RunPermit> permit_run(const Task& task, RunId run, TimeRange times,
                                           std::optional<std::chrono::minutes> offset = {});

  // The priority that the rules would give such a run; absent where they give none, or deny it.
  ports::Async<std::optional<std::int64_t>> priority_of_run(const Task& task, TimeRange times,
                                                            std::optional<std::chrono::minutes> offset = {});

 private:
  [[nodiscard]] Json proposed_run(const Task& task, TimeRange times,
                                  std::optional<std::chrono::minutes> offset) const;
  [[nodiscard]] std::string told_start(Instant start, std::optional<std::chrono::minutes> offset) const;
  [[nodiscard]] std::filesystem::path watched_directory(const ports::Files& files) const;
  void take(LimitRules::Loaded loaded);
  void complain(std::string reason);

  LimitPorts ports_;
  ports::Log& log_;
  Read read_;
  LimitsSettings settings_;
  std::shared_ptr<LimitRules> rules_;
  std::optional<std::string> complaint_;
  std::optional<std::string> text_;  // of the file at the last look
  QuotaBook quotas_;
  ports::Scope downloads_;
};

// The diagnostics of a run that its limits deny; empty for any other error.
std::string denial_in(const Error& error);

}  // namespace pscheduler::services
