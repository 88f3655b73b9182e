#pragma once
// The bounds of the plug-in host. The defaults fit every plug-in of pScheduler 5.2; tests shorten them.

#include <cstddef>
#include <filesystem>
#include <vector>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::services {

struct PluginLimits {
  // From the start of the process; a method that has not ended by then is ended (plugins.md 2.2).
  Duration inventory = std::chrono::seconds(15);  // enumerate
  Duration quick = std::chrono::seconds(5);       // cli-to-spec, participants, can-run, merged-results
  Duration ordinary = std::chrono::seconds(15);   // all others

  // From a change of the directories to the next inventory: an installation writes many files.
  Duration settle = std::chrono::seconds(1);

  // The longest answer of a method, the longest result document of `run`, and what is kept of stderr.
  std::size_t output_bytes_max = 64u << 20;
  std::size_t errors_bytes_max = 256u << 10;

  // A streamed result is one measurement interval; powstream's longest are some hundred KiB.
  std::size_t record_bytes_max = 4u << 20;
  // What a streaming run may print beyond output_bytes_max for each second it may last.
  std::size_t stream_bytes_per_second = 1u << 20;

  // Processes at once for methods other than `run`, each up to some 50 MB of interpreter, and calls that may
  // wait for one of them to end.
  std::size_t processes_max = 16;
  std::size_t waiting_max = 1000;

  // Answers remembered, in bytes of question and answer, and for how long those are that depend on the host.
  std::size_t memo_bytes_max = 1u << 20;
  Duration memo_host_age_max = std::chrono::seconds(10);

  // The common process of native plug-ins: an answer takes microseconds, so one that is late is a fault.
  Duration serve_answer = std::chrono::seconds(5);
  Duration serve_idle = std::chrono::seconds(60);
  Duration serve_backoff = std::chrono::seconds(60);  // after serve_failures_max failures in a row
  int serve_failures_max = 3;
  std::size_t serve_pending_max = 256;

  // Archivers (scheduling.md 11.5). Processes of one archiver at once, each up to some 50 MB of interpreter,
  // and records that may wait for one; patience is only meant to end what would never end.
  std::size_t archiver_processes_max = 25;
  std::size_t archiver_waiting_max = 1000;
  Duration archiver_patience = std::chrono::hours(1);
  // How long one may take to accept a record, and then to answer it: it may have to wait for a database.
  Duration archiver_answer = std::chrono::minutes(2);
  int archiver_tries_max = 3;         // of one record, when processes die or are late
  int archiver_records_max = 10'000;  // then the process is replaced: some leak
  Duration archiver_idle = std::chrono::minutes(1);
  std::size_t archiver_reply_bytes_max = 1u << 20;  // an answer is a sentence
};

struct PluginHostOptions {
  std::vector<std::filesystem::path> class_roots;  // absolute; of two plug-ins with one name the first counts
  std::filesystem::path temporary_directory;       // for runs; must allow execution
  PluginLimits limits;
};

}  // namespace pscheduler::services
