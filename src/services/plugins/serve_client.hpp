#pragma once
// The common process of native plug-ins (design, section 7): answers their pure methods over one pipe in
// microseconds. It is started by the first question, several questions may be under way, and it ends after
// some idle time. Whatever goes wrong with it, the caller falls back to a process for its call.
//
// Both sides write records of RS (0x1E), one JSON object, LF. It begins with
//   {"serves": [{"class": "test", "name": "rtt", "methods": ["spec-is-valid", …]}, …]}
// and answers {"id", "class", "plugin", "method", "argument"?, "input"} with
// {"id", "status", "output", "errors"} in any order; status and texts are those the method's process would
// have had. "input" is the input document itself, or a string that holds its text; "output" likewise.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/processes.hpp"
#include "pscheduler/ports/scope.hpp"
#include "pscheduler/services/plugins_options.hpp"
#include "services/plugins/answers.hpp"

namespace pscheduler::services {

class ServeClient {
 public:
  ServeClient(boost::asio::any_io_executor executor, ports::Clock& clock, ports::Processes& processes,
              ports::Log& log, std::filesystem::path program, const PluginHostOptions& options);

  // What the method's process would have answered; absent when a process has to be asked. `argument` is the
  // MIME type of the format methods, else empty; `input` is a JSON document on one line.
  ports::Async<std::optional<MethodOutput>> ask(const CallName& call, const std::string& argument,
                                                const std::string& input);

  // Ends the process; the next question starts it anew. To be awaited before destruction.
  ports::Async<void> stop();

  // How long the process last took from its start to its first word; absent before the first start.
  [[nodiscard]] std::optional<Duration> start_time() const { return start_time_; }

 private:
  enum class Phase { absent, starting, ready };

  struct Question {
    explicit Question(const boost::asio::any_io_executor& executor) : answered(executor) {}
    ports::Event answered;
    std::optional<MethodOutput> answer;
    Duration deadline{};
  };

  ports::Async<bool> be_ready();
  ports::Async<void> session();
  ports::AsyncResult<void> greet(ports::Conversation& process);
  ports::Async<void> talk(ports::Conversation& process);
  ports::Async<void> write_questions(ports::Conversation& process);
  ports::Async<void> read_answers(ports::Conversation& process);
  ports::Async<void> watch();
  bool take_hello(std::string_view record);
  bool take_answer(std::string_view record);
  void end_session();
  void note_failure(const std::string& why);
  std::string request(std::uint64_t id, const CallName& call, const std::string& argument,
                      const std::string& input) const;

  boost::asio::any_io_executor executor_;
  ports::Clock& clock_;
  ports::Processes& processes_;
  ports::Log& log_;
  std::filesystem::path program_;
  const PluginLimits& limits_;
  std::filesystem::path temporary_directory_;

  Phase phase_ = Phase::absent;
  std::set<std::string> serves_;  // "test/rtt/spec-is-valid"
  std::map<std::uint64_t, Question*> questions_;
  std::uint64_t last_id_ = 0;
  std::string outbox_;
  Duration last_use_{};
  Duration watching_until_{};
  Duration not_before_{};
  int failures_ = 0;
  std::optional<Duration> start_time_;

  ports::Event ready_or_gone_;
  ports::Event outbox_filled_;
  ports::Event due_earlier_;
  ports::Scope scope_;
};

}  // namespace pscheduler::services
