#include "services/archiving/destination_turns.hpp"

#include <algorithm>

namespace pscheduler::services {
namespace {

// One result alone may be refused for what it is.
constexpr int kRefusalsMax = 2;

}  // namespace

// A destination is among the ready ones of its archiver, or among those that wait for their time, or in
// neither when it may have no more for now. What its place depends on is changed between leave() and
// settle().
void DestinationTurns::leave(Destination& destination) {
  if (destination.is_due()) {
    auto& ready = destination.on_trial ? destination.line->on_trial : destination.line->good;
    ready.erase({destination.under_way, destination.turn});
  } else if (destination.next) {
    waiting_.erase({*destination.next, destination.turn});
  }
}

void DestinationTurns::settle(Destination& destination) {
  if (destination.is_due()) {
    const std::size_t most = destination.on_trial ? 1 : places_.per_destination;
    if (destination.under_way >= most) return;
    auto& ready = destination.on_trial ? destination.line->on_trial : destination.line->good;
    ready.emplace(Rank(destination.under_way, destination.turn), &destination);
  } else if (destination.next) {
    waiting_.emplace(std::pair(*destination.next, destination.turn), &destination);
  } else if (destination.under_way == 0) {
    forget(destination);
  }
}

void DestinationTurns::forget(Destination& destination) {
  if (--destination.line->destinations == 0) {
    std::erase_if(lines_, [&](const auto& each) { return &each.second == destination.line; });
  }
  const std::string name = destination.name;
  destinations_.erase(name);
}

void DestinationTurns::wake(Instant now) {
  while (!waiting_.empty() && waiting_.begin()->first.first <= now) {
    Destination& destination = *waiting_.begin()->second;
    leave(destination);
    destination.next.reset();
    destination.unread = true;
    settle(destination);
  }
}

void DestinationTurns::expect(const std::string& destination, const std::string& archiver, Instant at,
                              bool proven) {
  const auto [place, is_new] = destinations_.try_emplace(destination);
  Destination& known = place->second;
  if (is_new) {
    known.name = destination;
    known.line = &lines_[archiver];
    ++known.line->destinations;
    known.turn = ++turns_;
    known.on_trial = !proven;
  }
  leave(known);
  known.next = known.next ? std::min(*known.next, at) : at;
  settle(known);
}

DestinationTurns::Destination* DestinationTurns::first_of(const Line& line) const {
  if (line.busy >= places_.per_archiver || busy_ >= places_.total) return nullptr;
  Destination* first = nullptr;
  const auto consider = [&](const Ready& ready) {
    if (ready.empty()) return;
    const auto& [rank, destination] = *ready.begin();
    if (first == nullptr || rank < Rank(first->under_way, first->turn)) first = destination;
  };
  const bool room_for_several = line.busy + places_.kept_per_archiver < places_.per_archiver;
  if (!line.good.empty() && (room_for_several || line.good.begin()->first.first == 0)) consider(line.good);
  const bool room_for_trials =
      line.busy_on_trial < places_.on_trial_per_archiver && busy_on_trial_ < places_.on_trial_total;
  if (room_for_trials) consider(line.on_trial);
  return first;
}

std::optional<std::string> DestinationTurns::take(Instant now) {
  wake(now);
  Destination* next = nullptr;
  for (const auto& [archiver, line] : lines_) {
    Destination* first = first_of(line);
    if (first == nullptr) continue;
    if (next == nullptr || Rank(first->under_way, first->turn) < Rank(next->under_way, next->turn))
      next = first;
  }
  if (next == nullptr) return std::nullopt;
  leave(*next);
  next->turn = ++turns_;
  count(*next, true);
  settle(*next);
  return next->name;
}

void DestinationTurns::count(Destination& destination, bool more) {
  const auto change = [more](std::size_t& number) { more ? ++number : --number; };
  change(destination.under_way);
  change(destination.line->busy);
  change(busy_);
  if (!destination.on_trial) return;
  change(destination.line->busy_on_trial);
  change(busy_on_trial_);
}

void DestinationTurns::set_on_trial(Destination& destination, bool on_trial) {
  if (destination.on_trial == on_trial) return;
  destination.on_trial = on_trial;
  const std::size_t places = destination.under_way;
  const auto change = [&](std::size_t& number) { number = on_trial ? number + places : number - places; };
  change(destination.line->busy_on_trial);
  change(busy_on_trial_);
  if (on_trial) drop_page(destination);
}

void DestinationTurns::give_back(const std::string& destination, DeliveryEnd end) {
  Destination& known = find(destination);
  leave(known);
  count(known, false);
  if (end == DeliveryEnd::taken) known.refusals = 0;
  if (end == DeliveryEnd::refused) ++known.refusals;
  if (end == DeliveryEnd::taken) set_on_trial(known, false);
  if (end == DeliveryEnd::unanswered || known.refusals >= kRefusalsMax) set_on_trial(known, true);
  settle(known);
}

bool DestinationTurns::is_on_trial(const std::string& destination) const {
  const auto known = destinations_.find(destination);
  return known == destinations_.end() || known->second.on_trial;
}

void DestinationTurns::put(const std::string& destination, std::vector<Archiving> due, bool more,
                           std::optional<Instant> next) {
  Destination& known = find(destination);
  leave(known);
  known.page.assign(std::make_move_iterator(due.begin()), std::make_move_iterator(due.end()));
  known.unread = more;
  if (next) known.next = known.next ? std::min(*known.next, *next) : *next;
  settle(known);
}

std::optional<Archiving> DestinationTurns::draw(const std::string& destination) {
  Destination& known = find(destination);
  if (known.page.empty()) return std::nullopt;
  leave(known);
  std::optional<Archiving> drawn = std::move(known.page.front());
  known.page.pop_front();
  settle(known);
  return drawn;
}

void DestinationTurns::forget_page(const std::string& destination) {
  const auto known = destinations_.find(destination);
  if (known == destinations_.end() || known->second.page.empty()) return;
  leave(known->second);
  drop_page(known->second);
  settle(known->second);
}

void DestinationTurns::drop_page(Destination& destination) {
  if (destination.page.empty()) return;
  destination.page.clear();
  destination.unread = true;
}

std::optional<Instant> DestinationTurns::next() const {
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first.first);
}

bool DestinationTurns::some_are_due(Instant now) const {
  if (!waiting_.empty() && waiting_.begin()->first.first <= now) return true;
  return std::ranges::any_of(destinations_, [](const auto& each) { return each.second.is_due(); });
}

}  // namespace pscheduler::services
