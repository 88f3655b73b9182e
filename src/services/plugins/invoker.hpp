#pragma once
// One call of one method other than run and change: by the native plug-ins' common process, from memory, or
// by a process of its own, within its deadline and bounds.

#include <map>
#include <memory>
#include <string>

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/files.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/processes.hpp"
#include "services/plugins/answer_memo.hpp"
#include "services/plugins/answers.hpp"
#include "services/plugins/call_slots.hpp"
#include "services/plugins/catalogue.hpp"
#include "services/plugins/preparation.hpp"
#include "services/plugins/serve_client.hpp"

namespace pscheduler::services {

// What a method is given.
struct MethodQuestion {
  std::string argument;   // of the format methods: the MIME type
  std::string input;      // a document on one line; empty for none
  std::string lead_bind;  // of methods that ask other hosts: the address to do so from; empty: any
};

class Invoker {
 public:
  Invoker(boost::asio::any_io_executor executor, ports::Clock& clock, ports::Processes& processes,
          ports::Log& log, const PluginHostOptions& options);

  // An error when there is no answer: plugin_failed (not started, ended by a signal, too much output),
  // timed_out, unavailable (too many calls). An exit status other than 0 is an answer.
  ports::AsyncResult<MethodOutput> call(EntryPointer entry, Method method, MethodQuestion question);

  // The plug-ins may have changed: nothing remembered counts any longer, and the common processes end.
  ports::Async<void> forget();

  [[nodiscard]] Duration preparation_time(const CatalogueEntry& tool) const;

 private:
  ports::AsyncResult<MethodOutput> call_process(EntryPointer entry, Method method, MethodQuestion question);
  ServeClient& serve(const std::filesystem::path& program);

  boost::asio::any_io_executor executor_;
  ports::Clock& clock_;
  ports::Processes& processes_;
  ports::Log& log_;
  const PluginHostOptions& options_;
  CallSlots slots_;
  AnswerMemo memo_;
  Preparation preparation_;
  std::map<std::filesystem::path, std::unique_ptr<ServeClient>> serves_;
};

}  // namespace pscheduler::services
