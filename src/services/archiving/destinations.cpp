#include "pscheduler/services/destinations.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "pscheduler/base/text.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/archive_spec.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "services/archiving/destination_place.hpp"

namespace pscheduler::services {
namespace {

// Anybody who may have results archived can name a destination of his own.
constexpr std::size_t kKnownMax = 1000;

// More have archivings than are shown; the rest comes when these are done.
constexpr int kQueuesMax = 1000;

// Of one destination: counting what waits takes milliseconds when it is very much.
constexpr Duration kLooksApart = std::chrono::minutes(1);

constexpr std::size_t kErrorBytesMax = 500;
constexpr std::size_t kLabelBytesMax = 200;

// Takes label and place from a specification.
void describe(Destination& destination, const JsonText& text) {
  const ArchiveSpec spec = read_archive_spec(stored_value(text));
  if (!spec.label.empty()) destination.label = excerpt(spec.label, kLabelBytesMax);
  destination.place = destination_place(*spec.data);
}

}  // namespace

Destinations::Destinations(Ports ports, DestinationSettings settings)
    : ports_(std::move(ports)), settings_(settings), changed_(ports_.executor) {}

ports::AsyncResult<void> Destinations::recover() {
  auto known = co_await ports_.store.destinations();
  if (!known) co_return fail(std::move(known.error()));
  for (auto& destination : *known) {
    if (entries_.size() == kKnownMax) break;
    auto id = destination.id;
    entries_[std::move(id)].known = std::move(destination);
  }
  co_return Result<void>{};
}

bool Destinations::is_old(const Destination& destination) const {
  return destination.seen <= ports_.clock.now() - settings_.keep;
}

// Makes room for one more.
void Destinations::forget_some(ports::Changes& changes) {
  const auto forget = [&](auto place) {
    changes.forgotten_destinations.push_back(place->first);
    return entries_.erase(place);
  };
  for (auto place = entries_.begin(); place != entries_.end();) {
    place = is_old(place->second.known) ? forget(place) : std::next(place);
  }
  if (entries_.size() < kKnownMax) return;
  forget(std::ranges::min_element(entries_, {}, [](const auto& each) { return each.second.known.seen; }));
}

Destinations::Entry& Destinations::entry_for(const Archiving& archiving, ports::Changes& changes) {
  auto found = entries_.find(archiving.destination);
  if (found == entries_.end()) {
    forget_some(changes);
    found = entries_.emplace(archiving.destination, Entry()).first;
    found->second.known.id = archiving.destination;
  }
  Entry& entry = found->second;
  entry.known.archiver = archiving.archiver;
  entry.known.seen = ports_.clock.now();
  if (entry.spec != archiving.spec) {
    entry.spec = archiving.spec;
    describe(entry.known, archiving.spec);
  }
  return entry;
}

ports::Changes Destinations::note(const Archiving& archiving, DeliveryEnd end, const std::string& error) {
  ports::Changes changes;
  if (end == DeliveryEnd::unsent) return changes;
  Entry& entry = entry_for(archiving, changes);
  Destination& known = entry.known;
  if (end == DeliveryEnd::taken) {
    ++entry.taken;
    known.last_success = known.seen;
    if (known.reported) {
      ports_.log.write(ports::kArchivingResumed, {{"destination", known.id},
                                                  {"archiver", known.archiver},
                                                  {"label", known.label},
                                                  {"place", known.place}});
    }
    known.failing_since.reset();
    known.reported = false;
    entry.report_unstored = false;
  } else {
    ++entry.refused;
    known.last_failure = known.seen;
    known.last_error = excerpt(error, kErrorBytesMax);
    const bool is_news = !known.failing_since || entry.nothing_waits;
    if (!known.failing_since) known.failing_since = known.seen;
    entry.nothing_waits = false;
    if (is_news) changed_.notify_all();
  }
  changes.destinations.push_back(known);
  return changes;
}

bool Destinations::is_proven(const std::string& destination) const {
  const auto entry = entries_.find(destination);
  if (entry == entries_.end()) return false;
  const Destination& known = entry->second.known;
  return known.last_success && !known.failing_since;
}

// When it is time to see whether something waits for it in vain, or to store again that this was reported.
std::optional<Instant> Destinations::look_at(const Entry& entry) const {
  const bool is_settled = entry.known.reported && !entry.report_unstored;
  if (!entry.known.failing_since || is_settled || entry.nothing_waits) return std::nullopt;
  return std::max(*entry.known.failing_since + settings_.stalled_after, entry.look_not_before);
}

std::optional<Instant> Destinations::next_look() const {
  std::optional<Instant> next;
  for (const auto& [id, entry] : entries_) {
    const auto at = look_at(entry);
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

ports::Async<void> Destinations::watch() {
  for (;;) {
    const auto next = next_look();
    if (!next) {
      co_await changed_.wait();
      continue;
    }
    const bool told = co_await changed_.wait_until(ports_.clock, *next);
    if (told) continue;
    const auto looked = co_await look();
    if (looked) continue;
    ports_.log.write(ports::kArchivingUnreadable, {{"error", looked.error().message}});
    co_await ports_.clock.sleep_for(kLooksApart);
  }
}

void Destinations::report(Entry& entry, std::int64_t waiting) {
  Destination& known = entry.known;
  ports_.log.write(ports::kArchivingStalled, {{"destination", known.id},
                                              {"archiver", known.archiver},
                                              {"label", known.label},
                                              {"place", known.place},
                                              {"waiting", waiting},
                                              {"failing_since", format_timestamp_z(*known.failing_since)},
                                              {"error", known.last_error}});
  known.reported = true;
  entry.report_unstored = true;
}

// That the operator was told is stored on its own: after a crash in between he is told once more. What cannot
// be stored is tried again at the next look, and nobody is told twice for that.
ports::AsyncResult<void> Destinations::look() {
  auto queues = co_await ports_.store.destination_queues(kQueuesMax);
  if (!queues) co_return fail(std::move(queues.error()));
  const Instant now = ports_.clock.now();
  ports::Changes changes;
  for (auto& [id, entry] : entries_) {
    const auto at = look_at(entry);
    if (!at || *at > now) continue;
    entry.look_not_before = now + kLooksApart;
    if (!entry.known.reported) {
      const auto queue = std::ranges::find(*queues, id, &ports::DestinationQueue::destination);
      entry.nothing_waits = queue == queues->end() || queue->waiting == 0;
      if (entry.nothing_waits) continue;
      report(entry, queue->waiting);
    }
    changes.destinations.push_back(entry.known);
  }
  if (changes.destinations.empty()) co_return Result<void>{};
  const auto reported = changes.destinations;
  auto stored = co_await ports_.store.commit(std::move(changes));
  if (!stored) co_return stored;
  // Meanwhile one may have recovered or been forgotten.
  for (const auto& destination : reported) {
    const auto entry = entries_.find(destination.id);
    if (entry != entries_.end()) entry->second.report_unstored = false;
  }
  co_return Result<void>{};
}

// A destination that was never tried, by one of the archivings that wait for it.
ports::AsyncResult<Destination> Destinations::met(const ports::DestinationQueue& queue) const {
  auto archivings = co_await ports_.store.archivings(queue.run);
  if (!archivings) co_return fail(std::move(archivings.error()));
  Destination destination;
  destination.id = queue.destination;
  for (const auto& archiving : *archivings) {
    if (archiving.index != queue.index) continue;
    destination.archiver = archiving.archiver;
    describe(destination, archiving.spec);
  }
  co_return destination;
}

ports::AsyncResult<std::vector<DestinationState>> Destinations::states() const {
  auto queues = co_await ports_.store.destination_queues(kQueuesMax);
  if (!queues) co_return fail(std::move(queues.error()));
  std::map<std::string, DestinationState> states;
  for (const auto& [id, entry] : entries_) {
    DestinationState state;
    state.known = entry.known;
    state.taken = entry.taken;
    state.refused = entry.refused;
    states.emplace(id, std::move(state));
  }
  for (const auto& queue : *queues) {
    auto& state = states[queue.destination];
    state.waiting = queue.waiting;
    state.given_up = queue.given_up;
    state.oldest = queue.oldest;
    if (!state.known.id.empty()) continue;
    auto destination = co_await met(queue);
    if (!destination) co_return fail(std::move(destination.error()));
    state.known = std::move(*destination);
  }
  std::vector<DestinationState> list;
  for (auto& [id, state] : states) {
    const bool has_any = state.waiting > 0 || state.given_up > 0;
    if (!has_any && is_old(state.known)) continue;
    state.health = state.known.failing_since ? DestinationState::Health::failing
                   : state.waiting > 0       ? DestinationState::Health::ok
                                             : DestinationState::Health::idle;
    list.push_back(std::move(state));
  }
  co_return list;
}

Destinations::Summary Destinations::summary() const {
  Summary summary;
  for (const auto& [id, entry] : entries_) {
    if (!entry.known.failing_since || is_old(entry.known)) continue;
    ++summary.failing;
    if (entry.known.reported) ++summary.stalled;
  }
  return summary;
}

}  // namespace pscheduler::services
