// One attempt to deliver one result, and its record (spec scheduling.md 11.4 to 11.6).

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/archive_spec.hpp"
#include "pscheduler/services/archivist.hpp"
#include "pscheduler/services/data_transforms.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "services/archiving/archive_document.hpp"
#include "services/archiving/attempt_history.hpp"
#include "services/archiving/under_way.hpp"

namespace pscheduler::services {
namespace {

// A transform of the largest results takes a fraction of it.
constexpr Duration kTransformLimit = std::chrono::seconds(10);

// What a transform makes of a member of the data is a name or an address.
constexpr std::size_t kDataTextBytesMax = 64u << 10;

// When this node had no room for an attempt.
constexpr Duration kPostponement = std::chrono::seconds(10);

// An archiver that wants a result again at once would be asked for ever.
constexpr Duration kRetryMin = std::chrono::seconds(1);

// A store without room is tried again after it.
constexpr Duration kStoreAgain = std::chrono::seconds(1);

// The data with the texts that their transforms made of the result in the places of these.
ports::AsyncResult<std::shared_ptr<const Json>> transform_data(
    ports::Scripts& scripts, std::shared_ptr<const Json> data,
    std::map<std::string, ArchiveTransform> transforms, const Json& result) {
  if (transforms.empty()) co_return data;
  Json changed = *data;
  for (const auto& [member, transform] : transforms) {
    auto outputs = co_await scripts.run(transform.script, result, *transform.arguments, kTransformLimit);
    auto text = outputs ? text_of_outputs(transform, *outputs) : Result<std::string>(fail(outputs.error()));
    const std::string name = "The transform '" + excerpt(member) + "' of the data ";
    if (!text)
      co_return fail(text.error().code, name + "failed: " + text.error().message, text.error().detail);
    if (text->size() > kDataTextBytesMax) {
      co_return fail(Errc::too_large, name + "made a text of " + std::to_string(text->size()) +
                                          " bytes; there may be " + std::to_string(kDataTextBytesMax) + ".");
    }
    changed[member] = std::move(*text);
  }
  std::shared_ptr<const Json> made = std::make_shared<const Json>(std::move(changed));
  co_return made;
}

// What the archiver's answer, or that there is none, tells of the destination.
DeliveryEnd delivery_end(const Result<ArchiverReply>& reply) {
  if (reply) return reply->succeeded ? DeliveryEnd::taken : DeliveryEnd::refused;
  if (reply.error().code == Errc::timed_out) return DeliveryEnd::unanswered;
  return reply.error().code == Errc::unavailable ? DeliveryEnd::unsent : DeliveryEnd::refused;
}

}  // namespace

ports::Async<void> Archivist::deliver_within(UnderWay& delivery) {
  const Archiving& archiving = delivery.archiving();
  auto task = co_await ports_.store.task(archiving.task);
  auto stored = co_await ports_.store.run(archiving.task, archiving.run);
  if (!task || !stored) {
    const Error& error = !task ? task.error() : stored.error();
    ports_.log.write(ports::kArchivingUnreadable,
                     {{"run", archiving.run.to_string()}, {"error", error.message}});
    co_await ports_.clock.sleep_for(kPostponement);
    delivery.goes_on(archiving);
    co_return;
  }
  // The run has been removed meanwhile, and its archivings with it.
  if (!*task || !*stored) co_return;
  const Attempt tried = co_await attempt(archiving, **task, **stored);
  delivery.leave_place(tried.delivery);
  Archiving after = archiving;
  apply(after, tried);
  note(after, tried);
  co_await record(after, tried, **task);
  if (!after.completed) delivery.goes_on(std::move(after));
}

std::string Archivist::root_url(const ArchiveSpec& spec) const {
  return settings_.scheme + "://" + (spec.uri_host.empty() ? settings_.host_name : spec.uri_host) +
         "/pscheduler";
}

ports::Async<Archivist::Attempt> Archivist::attempt(const Archiving& archiving, const Task& task,
                                                    const ports::StoredRun& stored) {
  Attempt attempt;
  if (is_expired(archiving)) {
    attempt.end = Attempt::End::expired;
    attempt.return_code = 1;
    attempt.error = "The time to live of this archiving has passed.";
    co_return attempt;
  }
  auto record = co_await make_record(archiving, task, stored);
  if (!record) co_return failed_attempt(record.error());
  if (!*record) {
    attempt.end = Attempt::End::archived;
    attempt.answer = std::make_shared<const Json>(Json{{"succeeded", true}});
    co_return attempt;
  }
  auto reply = co_await archivers_.archive(archiving.archiver, archiving.destination, std::move(**record));
  if (!reply) attempt = failed_attempt(reply.error());
  attempt.delivery = delivery_end(reply);
  if (!reply) co_return attempt;
  attempt.answer = reply->document;
  if (reply->succeeded) {
    attempt.end = Attempt::End::archived;
    co_return attempt;
  }
  attempt.error = reply->error;
  attempt.end = reply->retry ? Attempt::End::again : Attempt::End::given_up;
  attempt.again_after = reply->retry.value_or(Duration::zero());
  co_return attempt;
}

// A node without room for it now is nobody's fault.
Archivist::Attempt Archivist::failed_attempt(const Error& error) {
  Attempt attempt;
  attempt.end = error.code == Errc::unavailable ? Attempt::End::postponed : Attempt::End::given_up;
  attempt.return_code = 1;
  attempt.error = error.message;
  return attempt;
}

// What the archiver is given; nothing when the transform says that the result is not to be sent.
ports::AsyncResult<std::optional<std::string>> Archivist::make_record(const Archiving& archiving,
                                                                      const Task& task,
                                                                      const ports::StoredRun& stored) {
  const ArchiveSpec spec = read_archive_spec(stored_value(archiving.spec));
  const ArchiveLinks links = archive_links(root_url(spec), task.id, stored.run.id);
  const Plugin* tool = plugins_.find(PluginClass::tool, task.tool);
  const Json version = tool == nullptr ? Json() : Json(tool->version);
  Json result = archived_result(task, stored, version, links, settings_.zone);
  std::optional<std::string> record;
  if (spec.transform) {
    auto transformed = co_await transform(spec, result);
    if (!transformed) co_return fail(std::move(transformed.error()));
    if (!*transformed) co_return record;
    result = std::move(**transformed);
  }
  std::map<std::string, ArchiveTransform> transforms;
  if (const Plugin* archiver = plugins_.find(PluginClass::archiver, spec.archiver))
    transforms = data_transforms(*archiver, *spec.data);
  auto data = co_await transform_data(ports_.scripts, spec.data, std::move(transforms), result);
  if (!data) co_return fail(std::move(data.error()));
  record = archive_record(**data, archiving, task.hints, std::move(result), links, settings_.zone);
  co_return record;
}

// Nothing when the transform says that the result is not to be sent.
ports::AsyncResult<std::optional<Json>> Archivist::transform(const ArchiveSpec& spec, const Json& result) {
  const ArchiveTransform& transform = *spec.transform;
  auto outputs = co_await ports_.scripts.run(transform.script, result, *transform.arguments, kTransformLimit);
  if (!outputs) {
    co_return fail(outputs.error().code, "The transform failed: " + outputs.error().message,
                   outputs.error().detail);
  }
  if (outputs->empty()) {
    co_return fail(Errc::invalid_argument,
                   "The transform produced nothing; to send nothing on purpose it must produce null.");
  }
  std::optional<Json> sent;
  if (transform.output_raw) {
    auto text = text_of_outputs(transform, *outputs);
    if (!text) co_return fail(std::move(text.error()));
    sent = std::move(*text);
  } else if (!outputs->front().is_null()) {
    sent = std::move(outputs->front());
  }
  co_return sent;
}

void Archivist::apply(Archiving& archiving, const Attempt& attempt) const {
  const Instant now = ports_.clock.now();
  if (attempt.end == Attempt::End::postponed) {
    archiving.next_attempt = now + kPostponement;
    return;
  }
  remember(archiving, {now, attempt.return_code, attempt.answer.get(), attempt.error});
  if (attempt.end != Attempt::End::expired) {
    ++archiving.attempts;
    archiving.last_attempt = now;
  }
  archiving.archived = attempt.end == Attempt::End::archived;
  archiving.completed = attempt.end != Attempt::End::again;
  // Of those that are given up it tells when that was.
  archiving.next_attempt = archiving.completed ? now : now + std::max(attempt.again_after, kRetryMin);
}

void Archivist::note(const Archiving& archiving, const Attempt& attempt) const {
  const bool expired = attempt.end == Attempt::End::expired;
  if (!expired && attempt.end != Attempt::End::given_up) return;
  const std::string label = read_archive_spec(stored_value(archiving.spec)).label;
  ports_.log.write(expired ? ports::kArchivingExpired : ports::kArchivingGivenUp,
                   {{"task", archiving.task.to_string()},
                    {"run", archiving.run.to_string()},
                    {"archiver", archiving.archiver},
                    {"label", label},
                    {"attempts", std::int64_t{archiving.attempts}},
                    {"reason", attempt.error}});
}

// Until it is stored: an attempt that is not recorded would be made again.
ports::Async<void> Archivist::record(const Archiving& archiving, const Attempt& attempt, const Task& task) {
  const ports::Changes news = destinations_.note(archiving, attempt.delivery, attempt.error);
  for (bool first_time = true;; first_time = false) {
    auto changes = news;
    changes.changed_archivings.push_back(archiving);
    auto storing = store(archiving, task, std::move(changes));
    const auto stored = co_await std::move(storing);
    // Not there any more: the run has been removed meanwhile.
    if (stored || stored.error().code == Errc::not_found) co_return;
    if (first_time) {
      ports_.log.write(ports::kStoreFull,
                       {{"run", archiving.run.to_string()}, {"error", stored.error().message}});
    }
    co_await ports_.clock.sleep_for(kStoreAgain);
  }
}

ports::AsyncResult<void> Archivist::store(const Archiving& archiving, const Task& task,
                                          ports::Changes changes) {
  const auto keep = archiving.completed ? keep_after_archive(task) : std::nullopt;
  if (keep) co_return co_await store_last(archiving, task, *keep, std::move(changes));
  co_return co_await journal_.commit_for(task.id, std::move(changes));
}

// With the last archiving of a run that completes, the run itself gets the time at which it may go.
ports::AsyncResult<void> Archivist::store_last(const Archiving& archiving, const Task& task, Duration keep,
                                               ports::Changes changes) {
  while (recording_.contains(archiving.run)) co_await changed_.wait();
  const Recording mark(*this, archiving.run);
  auto all = co_await ports_.store.archivings(archiving.run);
  if (!all) co_return fail(std::move(all.error()));
  auto run = co_await ports_.store.run(task.id, archiving.run);
  if (!run) co_return fail(std::move(run.error()));
  const bool last = std::ranges::all_of(
      *all, [&](const Archiving& other) { return other.completed || other.index == archiving.index; });
  if (last && *run) {
    (*run)->run.expires = ports_.clock.now() + keep;
    changes.changed_runs.push_back(std::move((*run)->run));
  }
  co_return co_await journal_.commit_for(task.id, std::move(changes));
}

}  // namespace pscheduler::services
