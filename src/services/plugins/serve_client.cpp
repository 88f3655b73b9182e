#include "services/plugins/serve_client.hpp"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/ports/messages.hpp"
#include "services/plugins/call_environment.hpp"
#include "services/plugins/documents.hpp"

namespace pscheduler::services {
namespace {

using namespace boost::asio::experimental::awaitable_operators;

constexpr char kRecordSeparator = '\x1E';
constexpr std::size_t kHelloBytesMax = 1u << 20;
// From the end of its input to the end of the process when it is no longer needed.
constexpr Duration kStopGrace = std::chrono::seconds(1);
// A longer question would keep the others waiting.
constexpr std::size_t kQuestionBytesMax = 1u << 20;
// The other side reads a bounded depth, and cannot say whose question a record was that it could not read.
constexpr std::ptrdiff_t kDepthMax = 64;

std::string served_name(std::string_view plugin_class, std::string_view plugin, std::string_view method) {
  std::string name(plugin_class);
  return name.append("/").append(plugin).append("/").append(method);
}

// The object in a record; absent when it is not one.
std::optional<Json> read_record(std::string_view record) {
  if (!record.starts_with(kRecordSeparator)) return std::nullopt;
  json::ReadOptions options;
  options.bytes_max = kDocumentBytesMax * 2;
  options.comments = json::Comments::keep;
  options.depth_max = json::kDepthCeiling;
  auto document = json::read(record.substr(1), options);
  if (!document || !document->is_object()) return std::nullopt;
  return std::move(*document);
}

// Input that travels as a string holding its text: a document that is itself a string would be taken for
// one, and one that may be nested deeply is left to the method to judge.
bool travels_as_text(std::string_view input) {
  if (input.starts_with('"')) return true;
  return std::ranges::count_if(input, [](char byte) { return byte == '[' || byte == '{'; }) > kDepthMax;
}

}  // namespace

ServeClient::ServeClient(boost::asio::any_io_executor executor, ports::Clock& clock,
                         ports::Processes& processes, ports::Log& log, std::filesystem::path program,
                         const PluginHostOptions& options)
    : executor_(executor),
      clock_(clock),
      processes_(processes),
      log_(log),
      program_(std::move(program)),
      limits_(options.limits),
      temporary_directory_(options.temporary_directory),
      ready_or_gone_(executor),
      outbox_filled_(executor),
      due_earlier_(executor),
      scope_(executor, [](std::exception_ptr exception) { std::rethrow_exception(exception); }) {}

ports::Async<std::optional<MethodOutput>> ServeClient::ask(const CallName& call, const std::string& argument,
                                                           const std::string& input) {
  if (input.size() > kQuestionBytesMax) co_return std::nullopt;
  if (phase_ != Phase::ready) {
    const bool ready = co_await be_ready();
    if (!ready) co_return std::nullopt;
  }
  const auto name = served_name(class_name(call.plugin_class), call.plugin, traits(call.method).name);
  if (!serves_.contains(name) || questions_.size() >= limits_.serve_pending_max) co_return std::nullopt;

  struct Asked {
    ServeClient& client;
    std::uint64_t id;
    ~Asked() { client.questions_.erase(id); }
  };
  Question question(executor_);
  const Asked asked{*this, ++last_id_};
  last_use_ = clock_.steady();
  question.deadline = last_use_ + limits_.serve_answer;
  questions_.emplace(asked.id, &question);
  outbox_ += request(asked.id, call, argument, input);
  outbox_filled_.notify_all();
  if (question.deadline < watching_until_) due_earlier_.notify_all();
  co_await question.answered.wait();
  co_return std::move(question.answer);
}

// Starts the process when there is none and waits until it can be asked; false when it cannot.
ports::Async<bool> ServeClient::be_ready() {
  if (phase_ == Phase::absent) {
    if (clock_.steady() < not_before_) co_return false;
    phase_ = Phase::starting;
    scope_.spawn(session());
  }
  while (phase_ == Phase::starting) co_await ready_or_gone_.wait();
  co_return phase_ == Phase::ready;
}

ports::Async<void> ServeClient::stop() {
  scope_.cancel_all();
  co_await scope_.join();
}

ports::Async<void> ServeClient::session() {
  // The state is put in order also when the session is cancelled.
  struct Ending {
    ServeClient* client;
    void now() {
      if (client != nullptr) std::exchange(client, nullptr)->end_session();
    }
    ~Ending() { now(); }
  };
  Ending ending{this};
  const Duration began = clock_.steady();
  ports::ProcessSpec spec;
  spec.program = program_;
  spec.environment = call_environment(temporary_directory_);
  auto started = co_await processes_.start(std::move(spec));
  if (!started) {
    note_failure(started.error().message);
    co_return;
  }
  const auto process = std::move(*started);
  const auto greeted = co_await greet(*process);
  if (!greeted) {
    note_failure(greeted.error().message);
    co_return;
  }
  start_time_ = clock_.steady() - began;
  last_use_ = clock_.steady();
  phase_ = Phase::ready;
  ready_or_gone_.notify_all();
  co_await talk(*process);
  const Duration ended = clock_.steady();
  const bool idle = questions_.empty() && ended >= last_use_ + limits_.serve_idle;
  if (idle || ended - began >= limits_.serve_backoff) failures_ = 0;
  if (!idle) note_failure("it ended, answered with garbage, or not in time: " + last_line(process->errors()));
  ending.now();
  co_await process->stop(idle ? kStopGrace : Duration::zero());
}

ports::AsyncResult<void> ServeClient::greet(ports::Conversation& process) {
  const auto hello = co_await process.read_until('\n', kHelloBytesMax, limits_.serve_answer);
  if (!hello) co_return fail(hello.error());
  if (!take_hello(*hello)) co_return fail(Errc::plugin_failed, "its first record is not what it serves");
  co_return Result<void>{};
}

// Ends when the process is idle, gone, late or talks nonsense.
ports::Async<void> ServeClient::talk(ports::Conversation& process) {
  auto writing = write_questions(process);
  auto reading = read_answers(process);
  auto watching = watch();
  auto any = std::move(writing) || std::move(reading) || std::move(watching);
  try {
    co_await std::move(any);
  } catch (const boost::asio::multiple_exceptions& all) {
    std::rethrow_exception(all.first_exception());  // a cancellation, which ends all three
  }
}

ports::Async<void> ServeClient::write_questions(ports::Conversation& process) {
  for (;;) {
    while (outbox_.empty()) co_await outbox_filled_.wait();
    std::string questions = std::exchange(outbox_, {});
    const auto written = co_await process.write(std::move(questions), limits_.serve_answer);
    if (!written) co_return;
  }
}

ports::Async<void> ServeClient::read_answers(ports::Conversation& process) {
  // watch() looks after lateness; this only has to be longer.
  const Duration limit = limits_.serve_idle + 2 * limits_.serve_answer;
  for (;;) {
    const auto record = co_await process.read_until('\n', kDocumentBytesMax * 2, limit);
    if (!record || !take_answer(*record)) co_return;
  }
}

// Ends when the oldest question is overdue or nothing was asked for long. It is woken only when something
// falls due earlier than it expects, so that a question costs no timer.
ports::Async<void> ServeClient::watch() {
  for (;;) {
    const Duration now = clock_.steady();
    const Duration due =
        questions_.empty() ? last_use_ + limits_.serve_idle : questions_.begin()->second->deadline;
    if (now >= due) co_return;
    watching_until_ = due;
    co_await due_earlier_.wait_for(clock_, due - now);
  }
}

bool ServeClient::take_hello(std::string_view record) {
  const auto hello = read_record(record);
  const Json* list = hello ? json::find_array(*hello, "serves") : nullptr;
  if (list == nullptr) return false;
  serves_.clear();
  for (const Json& served : *list) {
    const auto plugin_class = json::find_string(served, "class");
    const auto plugin = json::find_string(served, "name");
    const Json* methods = json::find_array(served, "methods");
    if (!plugin_class || !plugin || methods == nullptr) return false;
    for (const Json& method : *methods)
      if (method.is_string())
        serves_.insert(served_name(*plugin_class, *plugin, method.get_ref<const std::string&>()));
  }
  return true;
}

// False when it is no answer to anything asked; of a question given up since it is simply dropped.
bool ServeClient::take_answer(std::string_view record) {
  auto answer = read_record(record);
  if (!answer) return false;
  const auto id = json::find_integer(*answer, "id");
  const auto status = json::find_integer(*answer, "status");
  const auto output = answer->find("output");
  if (!id || *id <= 0 || static_cast<std::uint64_t>(*id) > last_id_ || !status || *status < 0 ||
      *status > 255 || output == answer->end())
    return false;
  const auto found = questions_.find(static_cast<std::uint64_t>(*id));
  if (found == questions_.end()) return true;
  MethodOutput result;
  result.status = static_cast<int>(*status);
  if (output->is_string())
    result.output = std::move(output->get_ref<std::string&>());
  else
    result.document = std::make_shared<const Json>(std::move(*output));
  result.errors = json::find_string(*answer, "errors").value_or("");
  found->second->answer = std::move(result);
  found->second->answered.notify_all();
  questions_.erase(found);
  return true;
}

void ServeClient::end_session() {
  phase_ = Phase::absent;
  outbox_.clear();
  for (const auto& [id, question] : std::exchange(questions_, {})) question->answered.notify_all();
  ready_or_gone_.notify_all();
}

void ServeClient::note_failure(const std::string& why) {
  log_.write(ports::kPluginServeFailed, {{"program", program_.string()}, {"reason", why}});
  if (++failures_ < limits_.serve_failures_max) return;
  failures_ = 0;
  not_before_ = clock_.steady() + limits_.serve_backoff;
}

std::string ServeClient::request(std::uint64_t id, const CallName& call, const std::string& argument,
                                 const std::string& input) const {
  std::string record(1, kRecordSeparator);
  record.append(R"({"id":)").append(std::to_string(id));
  record.append(R"(,"class":")").append(class_name(call.plugin_class));
  record.append(R"(","plugin":)").append(write_document(call.plugin));
  record.append(R"(,"method":")").append(traits(call.method).name).append("\"");
  if (!argument.empty()) record.append(R"(,"argument":)").append(write_document(argument));
  if (!input.empty())
    record.append(R"(,"input":)").append(travels_as_text(input) ? write_document(input) : input);
  return record.append("}\n");
}

}  // namespace pscheduler::services
