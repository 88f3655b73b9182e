#include "pscheduler/services/archivist.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/archive_spec.hpp"
#include "pscheduler/services/default_archives.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "services/archiving/destination_turns.hpp"
#include "services/archiving/under_way.hpp"

namespace pscheduler::services {
namespace {

// Until a store that could not be read is asked again.
constexpr Duration kReadAgain = std::chrono::seconds(1);

// How long stop() waits for archivers that are at work: what is broken off then is sent twice.
constexpr Duration kStopGrace = std::chrono::seconds(2);

// Archivings under way at once, each in memory: those at archivers, with their documents, and those whose
// outcome is being stored, which goes on many at a time. Then nothing is begun until some are done.
constexpr std::size_t kUnderWayMax = ArchivingPlaces().total + 256;

// Those among them that have expired, for which nothing is done but to store that.
constexpr std::size_t kExpiringMax = 64;

// What is read of a destination at a time beyond what is under way of it. Reading costs one question, so more
// would not be quicker.
constexpr std::size_t kPage = 16;

// Runs whose archivings are to be looked at; beyond it all that wait are.
constexpr std::size_t kAnnouncedMax = 1000;

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
      turns_(std::make_unique<DestinationTurns>(ArchivingPlaces())),
      changed_(ports_.executor),
      destinations_({ports_.executor, ports_.store, ports_.clock, ports_.log}, settings_.destinations),
      deliveries_(ports_.executor,
                  [this](const std::exception_ptr& mistake) { note_mistake(ports_.log, mistake); }) {}

Archivist::~Archivist() = default;

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

void Archivist::look(RunId run) {
  if (announced_.size() >= kAnnouncedMax) {
    announced_.clear();
    nothing_known_ = true;
  }
  if (!nothing_known_) announced_.push_back(run);
  wake();
}

void Archivist::wake() {
  ++wakes_;
  changed_.notify_all();
}

ports::Async<void> Archivist::work() {
  const auto known = co_await destinations_.recover();
  if (!known) ports_.log.write(ports::kArchivingUnreadable, {{"error", known.error().message}});
  deliveries_.spawn(destinations_.watch());
  while (!stopping_) {
    const std::uint64_t wakes = wakes_;
    auto done = co_await learn();
    if (done) done = co_await sweep();
    if (done) done = co_await take_turns();
    if (!done) {
      ports_.log.write(ports::kArchivingUnreadable, {{"error", done.error().message}});
      co_await ports_.clock.sleep_for(kReadAgain);
      continue;
    }
    if (wakes != wakes_) continue;
    if (const auto next = next_event()) {
      co_await changed_.wait_until(ports_.clock, *next);
    } else {
      co_await changed_.wait();
    }
  }
}

void Archivist::expect(const Archiving& archiving) {
  turns_->expect(archiving.destination, archiving.archiver, archiving.next_attempt,
                 destinations_.is_proven(archiving.destination));
  note_expiry(archiving.expires);
}

void Archivist::note_expiry(std::optional<Instant> at) {
  if (at) next_expiry_ = next_expiry_ ? std::min(*next_expiry_, *at) : *at;
}

// What has come to wait in the store, and when it is due.
ports::AsyncResult<void> Archivist::learn() {
  if (nothing_known_) {
    nothing_known_ = false;  // what is announced from now on may not be in the answer
    auto waiting = co_await ports_.store.waiting_destinations();
    if (!waiting) {
      nothing_known_ = true;
      co_return fail(std::move(waiting.error()));
    }
    for (const auto& each : *waiting) {
      turns_->expect(each.destination, each.archiver, each.next_attempt,
                     destinations_.is_proven(each.destination));
    }
    note_expiry(ports_.clock.now());
  }
  while (!announced_.empty()) {
    const RunId run = announced_.front();
    auto archivings = co_await ports_.store.archivings(run);
    if (!archivings) co_return fail(std::move(archivings.error()));
    for (const auto& archiving : *archivings) {
      if (!archiving.completed && !under_way_.contains({run, archiving.index})) expect(archiving);
    }
    if (!announced_.empty()) announced_.pop_front();
  }
  co_return Result<void>{};
}

// What has expired needs no archiver, and does not wait for those that do.
ports::AsyncResult<void> Archivist::sweep() {
  while (!stopping_ && next_expiry_ && *next_expiry_ <= ports_.clock.now() && expiring_ < kExpiringMax) {
    const Instant now = ports_.clock.now();
    const std::size_t count = under_way_.size() + kPage;
    next_expiry_.reset();  // what is expected meanwhile may not be in the answer
    const Reading reading(*this);
    auto page = co_await ports_.store.expired_archivings(now, static_cast<int>(count));
    note_expiry(!page || page->archivings.size() >= count ? now : page->next);
    if (!page) co_return fail(std::move(page.error()));
    std::erase_if(page->archivings, [&](const Archiving& each) { return reading.is_known(each); });
    for (auto& archiving : page->archivings) {
      turns_->forget_page(archiving.destination);
      deliveries_.spawn(deliver(std::make_unique<UnderWay>(*this, std::move(archiving), false)));
    }
  }
  co_return Result<void>{};
}

ports::AsyncResult<void> Archivist::take_turns() {
  while (!stopping_ && under_way_.size() < kUnderWayMax) {
    const auto destination = turns_->take(ports_.clock.now());
    if (!destination) break;
    auto archiving = turns_->draw(*destination);
    Result<void> read;
    if (!archiving) {
      read = co_await read_due(*destination);
      archiving = turns_->draw(*destination);
    }
    // Those that have expired are swept.
    if (archiving && !is_expired(*archiving)) {
      deliveries_.spawn(deliver(std::make_unique<UnderWay>(*this, std::move(*archiving), true)));
    } else {
      turns_->give_back(*destination, DeliveryEnd::unsent);
    }
    if (!read) co_return read;
  }
  co_return Result<void>{};
}

// The next page of a destination that has its turn.
ports::AsyncResult<void> Archivist::read_due(std::string destination) {
  const auto unrecorded = unrecorded_.find(destination);
  const std::size_t fresh = turns_->is_on_trial(destination) ? 1 : kPage;
  const std::size_t count = fresh + (unrecorded == unrecorded_.end() ? 0 : unrecorded->second);
  const Reading reading(*this);
  auto page = co_await ports_.store.due_archivings(destination, ports_.clock.now(), static_cast<int>(count));
  if (!page) co_return fail(std::move(page.error()));
  const bool more = page->archivings.size() >= count;
  std::erase_if(page->archivings, [&](const Archiving& each) { return reading.is_known(each); });
  turns_->put(destination, std::move(page->archivings), more, page->next);
  co_return Result<void>{};
}

std::optional<Instant> Archivist::next_event() const {
  const auto turn = turns_->next();
  // What has expired and has not been begun waits for what is under way.
  if (!next_expiry_ || *next_expiry_ <= ports_.clock.now()) return turn;
  return turn ? std::min(*turn, *next_expiry_) : *next_expiry_;
}

std::optional<Instant> Archivist::next_due() const {
  const Instant now = ports_.clock.now();
  return turns_->some_are_due(now) ? now : next_event();
}

std::size_t Archivist::under_way_to(const std::string& destination) const {
  const auto found = unrecorded_.find(destination);
  return found == unrecorded_.end() ? 0 : found->second;
}

bool Archivist::is_expired(const Archiving& archiving) const {
  return archiving.expires && *archiving.expires <= ports_.clock.now();
}

ports::Async<void> Archivist::deliver(std::unique_ptr<UnderWay> delivery) {
  std::exception_ptr thrown;
  try {
    co_await deliver_within(*delivery);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return;
  if (ports::is_cancellation(thrown)) std::rethrow_exception(thrown);
  note_mistake(ports_.log, thrown);
  co_await ports_.clock.sleep_for(kAfterMistake);
  delivery->goes_on(delivery->archiving());
}

ports::Async<void> Archivist::stop() {
  stopping_ = true;
  wake();
  const Duration end = ports_.clock.steady() + kStopGrace;
  while (!under_way_.empty() && ports_.clock.steady() < end) {
    co_await changed_.wait_for(ports_.clock, end - ports_.clock.steady());
  }
  deliveries_.cancel_all();
  co_await deliveries_.join();
}

}  // namespace pscheduler::services
