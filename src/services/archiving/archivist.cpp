#include "pscheduler/services/archivist.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/archive_spec.hpp"
#include "pscheduler/services/default_archives.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "services/archiving/under_way.hpp"

namespace pscheduler::services {
namespace {

// Until a store that could not be read is asked again.
constexpr Duration kReadAgain = std::chrono::seconds(1);

// How long stop() waits for archivers that are at work: what is broken off then is sent twice.
constexpr Duration kStopGrace = std::chrono::seconds(2);

// Until an archiving that met a mistake in this program is taken up again.
constexpr Duration kAfterMistake = std::chrono::minutes(1);

// An archiving for a run that ends like this, if the archive wants it.
std::optional<Archiving> archiving_for(const Json& archive, RunState state, Instant now) {
  const ArchiveSpec spec = read_archive_spec(archive);
  if (!wants(spec.runs, state)) return std::nullopt;
  Json complete = archive;
  complete["runs"] = name_of(spec.runs);
  Archiving archiving;
  archiving.archiver = spec.archiver;
  archiving.spec = json::to_compact(complete);
  if (spec.ttl) archiving.expires = now + *spec.ttl;
  archiving.next_attempt = now;
  return archiving;
}

void note_mistake(ports::Log& log, const std::exception_ptr& mistake) {
  try {
    std::rethrow_exception(mistake);
  } catch (const std::exception& error) {
    log.write(ports::kArchivingBroken, {{"error", std::string(error.what())}});
  } catch (...) {
    log.write(ports::kArchivingBroken, {});
  }
}

}  // namespace

Archivist::Archivist(Ports ports, Plugins& plugins, Archivers& archivers, RunJournal& journal,
                     ArchivistSettings settings)
    : ports_(std::move(ports)),
      plugins_(plugins),
      archivers_(archivers),
      journal_(journal),
      settings_(std::move(settings)),
      changed_(ports_.executor),
      destinations_({ports_.executor, ports_.store, ports_.clock, ports_.log}, settings_.destinations),
      deliveries_(ports_.executor,
                  [this](const std::exception_ptr& mistake) { note_mistake(ports_.log, mistake); }) {}

std::vector<Archiving> Archivist::archivings_of(const Task& task, RunId run, RunState state) const {
  std::vector<Archiving> archivings;
  if (!task.leads()) return archivings;
  const Instant now = ports_.clock.now();
  int index = 0;
  const auto add = [&](const Json& archive) {
    auto archiving = archiving_for(archive, state, now);
    if (!archiving) return;
    archiving->run = run;
    archiving->task = task.id;
    archiving->index = index++;
    archivings.push_back(std::move(*archiving));
  };
  const Json document = stored_value(task.document);
  const Json* archives = json::find_array(document, "archives");
  if (archives != nullptr) std::ranges::for_each(*archives, add);
  if (defaults_ == nullptr) return archivings;
  index = kFirstDefaultArchive;
  for (const auto& archive : defaults_->in_force()) add(*archive);
  return archivings;
}

void Archivist::look() {
  ++looks_;
  changed_.notify_all();
}

ports::Async<void> Archivist::work() {
  // Those under way may be the first of the due ones.
  const int batch = static_cast<int>(2 * settings_.parallel_per_archiver_max);
  const auto known = co_await destinations_.recover();
  if (!known) ports_.log.write(ports::kArchivingUnreadable, {{"error", known.error().message}});
  deliveries_.spawn(destinations_.watch());
  while (!stopping_) {
    const std::uint64_t looked = looks_;
    auto agenda = co_await ports_.store.archiving_agenda(ports_.clock.now(), batch);
    if (!agenda) {
      ports_.log.write(ports::kArchivingUnreadable, {{"error", agenda.error().message}});
      co_await ports_.clock.sleep_for(kReadAgain);
      continue;
    }
    some_wait_for_room_ = !begin(std::move(agenda->due));
    next_ = agenda->next;
    if (looked != looks_) continue;
    if (agenda->next) {
      co_await changed_.wait_until(ports_.clock, *agenda->next);
    } else {
      co_await changed_.wait();
    }
  }
}

// Whether all of it is under way now.
bool Archivist::begin(std::vector<Archiving> due) {
  bool all = true;
  for (auto& archiving : due) {
    if (under_way_.contains({archiving.run, archiving.index})) continue;
    if (stopping_ || !has_room(archiving)) {
      all = false;
    } else {
      deliveries_.spawn(deliver(std::move(archiving)));
    }
  }
  return all;
}

std::optional<Instant> Archivist::next_due() const {
  return some_wait_for_room_ ? ports_.clock.now() : next_;
}

std::size_t Archivist::under_way_to(const std::string& destination) const {
  const auto found = unrecorded_.find(destination);
  return found == unrecorded_.end() ? 0 : found->second;
}

bool Archivist::is_expired(const Archiving& archiving) const {
  return archiving.expires && *archiving.expires <= ports_.clock.now();
}

// What has expired needs no archiver, and does not wait for those that do.
bool Archivist::has_room(const Archiving& archiving) const {
  if (is_expired(archiving)) {
    return under_way_.size() < settings_.parallel_max + settings_.parallel_per_archiver_max;
  }
  const auto of_archiver = under_way_by_archiver_.find(archiving.archiver);
  const std::size_t busy = of_archiver == under_way_by_archiver_.end() ? 0 : of_archiver->second;
  return under_way_.size() < settings_.parallel_max && busy < settings_.parallel_per_archiver_max;
}

ports::Async<void> Archivist::deliver(Archiving archiving) {
  const UnderWay mark(*this, archiving, !is_expired(archiving));
  std::exception_ptr thrown;
  try {
    co_await deliver_within(archiving);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return;
  if (ports::is_cancellation(thrown)) std::rethrow_exception(thrown);
  note_mistake(ports_.log, thrown);
  co_await ports_.clock.sleep_for(kAfterMistake);
}

ports::Async<void> Archivist::stop() {
  stopping_ = true;
  look();
  const Duration end = ports_.clock.steady() + kStopGrace;
  while (!under_way_.empty() && ports_.clock.steady() < end) {
    co_await changed_.wait_for(ports_.clock, end - ports_.clock.steady());
  }
  deliveries_.cancel_all();
  co_await deliveries_.join();
}

}  // namespace pscheduler::services
