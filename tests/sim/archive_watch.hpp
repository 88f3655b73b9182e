#pragma once
// What archivers are given of a node's results, learned from its commits and from the archivers, and held
// against the rules.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "component/scripted_plugins.hpp"
#include "sim/ledger.hpp"

namespace pscheduler::sim {

class ArchiveWatch {
 public:
  // `keep`: how long what is over has to stay.
  ArchiveWatch(const Ledger& ledger, Duration keep, Findings& findings, Trace& trace)
      : ledger_(ledger), keep_(keep), findings_(findings), trace_(trace) {}

  // Changes that have just become durable, before the ledger takes them.
  void take(const ports::Changes& changes, Instant now);

  // What an archiver was given, and what it said.
  void take(const test::ArchiverCall& call, const Result<services::ArchiverReply>& reply);

  // What has not been stored of answers is forgotten.
  void power_lost();

  // That nothing is left lying; for when nothing has kept the node from its work for a while.
  void check_none_waits(Instant now) const;

  // The runs with archivings that are not completed, and whether these are as the store says.
  [[nodiscard]] std::vector<RunId> runs_with_open() const;
  void check_is_kept(RunId run, const std::vector<Archiving>& stored, Instant now) const;

  [[nodiscard]] std::uint64_t given() const { return given_; }

 private:
  enum class Answer { taken, again, refused, not_reached };
  using Key = std::pair<RunId, int>;

  struct Known {
    std::string label;  // of its specification
    Instant next_attempt;
    std::optional<Instant> expires;
    int attempts = 0;
    bool completed = false;
    std::optional<Answer> answer = {};  // not stored yet
  };

  void take_end(const ports::Changes& changes, const StateChange& step, Instant now);
  void take_changed(const Archiving& archiving, Instant now);
  [[nodiscard]] std::string wrong_with(const Known& known, const Archiving& changed,
                                       std::optional<Answer> answer) const;
  void take_removed(RunId run, Instant now);
  void report(RunId run, int index, std::string_view what, Instant now) const;

  const Ledger& ledger_;
  Duration keep_;
  Findings& findings_;
  Trace& trace_;
  std::map<TaskId, std::vector<std::string>> archives_;  // which runs each archive of a task wants
  std::map<Key, Known> archivings_;
  std::uint64_t given_ = 0;
  Instant latest_now_;  // the latest that its calendar ever showed
};

}  // namespace pscheduler::sim
