#include "services/plugins/invoker.hpp"

#include "pscheduler/base/text.hpp"
#include "services/plugins/call_environment.hpp"
#include "services/plugins/documents.hpp"

namespace pscheduler::services {
namespace {

Error with_output(Errc code, const CallName& call, const std::string& what,
                  const ports::ProcessOutcome& outcome) {
  std::string message = call.subject() + " " + what;
  if (const auto last = last_line(outcome.errors); !last.empty()) message += ": " + last;
  while (message.ends_with('.')) message.pop_back();
  std::string detail = readable(outcome.output, kDetailBytesMax);
  if (!outcome.errors.empty()) detail += "\n" + readable(outcome.errors, kDetailBytesMax);
  return Error{code, message + ".", std::move(detail)};
}

Result<MethodOutput> read_outcome(const CallName& call, ports::ProcessOutcome outcome, Duration limit,
                                  std::size_t bytes_max) {
  switch (outcome.end) {
    case ports::ProcessEnd::exited:
      break;
    case ports::ProcessEnd::signalled:
      return fail(with_output(Errc::plugin_failed, call,
                              "was ended by signal " + std::to_string(outcome.status), outcome));
    case ports::ProcessEnd::timed_out:
      return fail(with_output(Errc::timed_out, call, "did not end within " + in_seconds(limit), outcome));
    case ports::ProcessEnd::output_too_large:
      return fail(with_output(Errc::plugin_failed, call,
                              "printed more than " + std::to_string(bytes_max) + " bytes", outcome));
  }
  return MethodOutput{outcome.status, std::move(outcome.output), std::move(outcome.errors)};
}

// Of the shown kind of methods nearly all the time is the start of the program.
bool shows_preparation(const CallName& call) {
  return call.plugin_class == PluginClass::tool &&
         (call.method == Method::can_run || call.method == Method::duration ||
          call.method == Method::participant_data);
}

std::string question_text(const CatalogueEntry& entry, Method method, const MethodQuestion& question) {
  std::string text(class_name(entry.plugin.plugin_class));
  for (const std::string& part : {entry.plugin.name, entry.plugin.version, std::string(traits(method).name),
                                  question.lead_bind, question.argument, question.input})
    text.append("\n").append(part);
  return text;
}

}  // namespace

Invoker::Invoker(boost::asio::any_io_executor executor, ports::Clock& clock, ports::Processes& processes,
                 ports::Log& log, const PluginHostOptions& options)
    : executor_(executor),
      clock_(clock),
      processes_(processes),
      log_(log),
      options_(options),
      slots_(executor, clock, options.limits.processes_max, options.limits.waiting_max),
      memo_(options.limits.memo_bytes_max) {}

ports::AsyncResult<MethodOutput> Invoker::call(EntryPointer entry, Method method, MethodQuestion question) {
  if (entry->native.contains(method)) {
    const CallName call = entry->call(method);
    auto answer = co_await serve(entry->serve).ask(call, question.argument, question.input);
    if (answer) co_return std::move(*answer);
  }
  const Reuse reuse = traits(method).reuse;
  if (reuse == Reuse::never) {
    auto calling = call_process(std::move(entry), method, std::move(question));
    co_return co_await std::move(calling);
  }

  std::string text = question_text(*entry, method, question);
  if (auto remembered = memo_.find(text, clock_.steady()))
    co_return MethodOutput{0, std::move(*remembered), {}};
  auto calling = call_process(std::move(entry), method, std::move(question));
  auto output = co_await std::move(calling);
  if (output && output->status == 0) {
    const Duration expires_at =
        reuse == Reuse::briefly ? clock_.steady() + options_.limits.memo_host_age_max : Duration::max();
    memo_.keep(std::move(text), output->output, expires_at);
  }
  co_return output;
}

ports::AsyncResult<MethodOutput> Invoker::call_process(EntryPointer entry, Method method,
                                                       MethodQuestion question) {
  const PluginLimits& limits = options_.limits;
  const CallName call = entry->call(method);
  const auto slot = co_await slots_.acquire(limits.ordinary);
  if (!slot) co_return fail(slot.error());
  ports::ProcessSpec spec;
  spec.program = entry->method(method);
  if (!question.argument.empty()) spec.arguments.push_back(std::move(question.argument));
  spec.environment = call_environment(options_.temporary_directory, question.lead_bind);
  if (!question.input.empty()) spec.input = std::move(question.input) + "\n";
  spec.time_limit = time_limit(method, limits);
  spec.output_bytes_max = limits.output_bytes_max;
  spec.errors_bytes_max = limits.errors_bytes_max;
  auto outcome = co_await processes_.run(std::move(spec));
  if (!outcome) {
    co_return fail(outcome.error().code, call.subject() + " could not be started: " + outcome.error().message,
                   outcome.error().detail);
  }
  if (shows_preparation(call)) preparation_.observe(call.plugin, outcome->elapsed);
  co_return read_outcome(call, std::move(*outcome), time_limit(method, limits), limits.output_bytes_max);
}

ports::Async<void> Invoker::forget() {
  memo_.clear();
  for (auto& [program, client] : serves_) co_await client->stop();
}

Duration Invoker::preparation_time(const CatalogueEntry& tool) const {
  if (tool.native.empty()) return preparation_.estimate(tool.plugin.name).value_or(kPreparationOfForeign);
  const auto client = serves_.find(tool.serve);
  const auto start = client == serves_.end() ? std::nullopt : client->second->start_time();
  // A run in a program of its own loads more than the common program does.
  if (!start || !tool.native.contains(Method::run)) return kPreparationOfNative;
  // The daemon may be busy when it counts; twice the last start covers that.
  return bounded_preparation(*start * 2);
}

ServeClient& Invoker::serve(const std::filesystem::path& program) {
  auto& client = serves_[program];
  if (!client) client = std::make_unique<ServeClient>(executor_, clock_, processes_, log_, program, options_);
  return *client;
}

}  // namespace pscheduler::services
