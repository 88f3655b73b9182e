#include "sim_mesh/weather.hpp"

#include <algorithm>
#include <array>

namespace pscheduler::sim_mesh {

using namespace std::chrono_literals;

namespace {

constexpr Duration kFaultPauseMax = 4min;
constexpr Duration kFaultLengthMax = 3min;

// By how much a clock is set at most: as NTP does after a while without it, by hand, and by mistake.
constexpr std::array<Duration, 4> kClockSteps = {200ms, 3s, 40s, 1h};

// Longer than any call has.
constexpr Duration kVeryLate = 40s;

}  // namespace

Weather::Weather(sim::Chance& chance, test::Mesh& mesh, std::vector<std::unique_ptr<Member>>& members)
    : chance_(chance), mesh_(mesh), members_(members) {
  choose_climate();
  mesh_.network.fate = [this](const test::WireCall& call) { return fate_of(call); };
}

Weather::~Weather() {
  mesh_.network.fate = {};
}

// Some meshes are never disturbed, some by one thing alone, some by everything.
void Weather::choose_climate() {
  test::Link link;
  if (chance_.one_in(3)) {
    link.latency_min = chance_.between(Duration(1ms), Duration(200ms));
    link.latency_max = link.latency_min + chance_.between(Duration(0), Duration(400ms));
  }
  if (chance_.one_in(6)) link.lost_of_thousand = static_cast<int>(chance_.between(1, 50));
  mesh_.network.set_all_links(link);
  for (const auto fault : {Fault::power, Fault::power_at_commit, Fault::power_at_message, Fault::cut,
                           Fault::one_way, Fault::loss, Fault::delays}) {
    if (chance_.one_in(2)) climate_.push_back(fault);
  }
  for (const auto fault : {Fault::clock_set, Fault::full_disk}) {
    if (chance_.one_in(4)) climate_.push_back(fault);
  }
  const Instant now = mesh_.universe.clock.now();
  next_fault_ = climate_.empty() ? Instant::max() : soon(now, kFaultPauseMax);
}

Instant Weather::soon(Instant now, Duration longest) {
  return now + (chance_.one_in(2) ? chance_.between(Duration(1s), longest)
                                  : chance_.between(Duration(1s), longest / 10));
}

Member& Weather::any() {
  return *members_[chance_.below(members_.size())];
}

Instant Weather::next() const {
  Instant next = next_fault_;
  for (const auto& cut : cuts_) next = std::min(next, cut.until);
  for (const auto& [node, at] : back_at_) next = std::min(next, at);
  return next;
}

void Weather::go_on(Instant now) {
  std::erase_if(cuts_, [&](const Cut& cut) {
    if (cut.until > now) return false;
    mesh_.network.link(cut.from, cut.to).cut = false;
    return true;
  });
  for (const auto& member : members_) {
    if (member->is_on()) continue;
    const auto back = back_at_.try_emplace(member->name(), clear_ ? now : soon(now, kFaultLengthMax)).first;
    if (back->second <= now) bring_back(*member);
  }
  if (now >= next_fault_) do_harm(now);
}

void Weather::bring_back(Member& member) {
  back_at_.erase(member.name());
  if (!clear_ && chance_.one_in(4)) {
    member.lose_power_at_commit(
        chance_.below(6), chance_.one_in(2) ? test::Mesh::Commit::is_lost : test::Mesh::Commit::is_durable);
  }
  mesh_.power_on(member.name());
}

void Weather::do_harm(Instant now) {
  next_fault_ = soon(now, kFaultPauseMax);
  Member& victim = any();
  mesh_.network.set_silent_when_off(test::Mesh::host(victim.name()), chance_.one_in(2));
  switch (climate_[chance_.below(climate_.size())]) {
    case Fault::power:
      mesh_.lose_power(victim.name());
      mesh_.settle();
      return;
    case Fault::power_at_commit:
      victim.lose_power_at_commit(chance_.below(30), chance_.one_in(2) ? test::Mesh::Commit::is_lost
                                                                       : test::Mesh::Commit::is_durable);
      return;
    case Fault::power_at_message:
      messages_left_ = chance_.below(30);
      return;
    case Fault::cut:
      return cut(now, true);
    case Fault::one_way:
      return cut(now, false);
    case Fault::loss:
      lossy_until_ = soon(now, kFaultLengthMax);
      return;
    case Fault::delays:
      slow_until_ = soon(now, kFaultLengthMax);
      return;
    case Fault::clock_set:
      victim.set_clock(clock_step());
      return;
    case Fault::full_disk:
      victim.fill_disk(soon(now, kFaultLengthMax));
      return;
  }
}

Duration Weather::clock_step() {
  const Duration most = chance_.pick(kClockSteps);
  return chance_.between(-most, most);
}

void Weather::cut(Instant now, bool both_ways) {
  const auto from = test::Mesh::host(any().name());
  const auto to = test::Mesh::host(any().name());
  if (from == to) return;
  const Instant until = soon(now, kFaultLengthMax);
  cuts_.push_back({from, to, until});
  mesh_.network.link(from, to).cut = true;
  if (!both_ways) return;
  cuts_.push_back({to, from, until});
  mesh_.network.link(to, from).cut = true;
}

test::Fate Weather::fate_of(const test::WireCall& call) {
  test::Fate fate;
  if (clear_) return fate;
  const Instant now = mesh_.universe.clock.now();
  if (messages_left_ && (*messages_left_)-- == 0) {
    messages_left_.reset();
    mesh_.lose_power(node_of(chance_.one_in(2) ? call.from : call.to));
  }
  if (now < lossy_until_) {
    fate.request_is_lost = chance_.one_in(5);
    fate.answer_is_lost = chance_.one_in(5);
  }
  if (now < slow_until_) {
    if (chance_.one_in(3)) fate.request_takes_longer = chance_.between(Duration(0), kVeryLate);
    if (chance_.one_in(3)) fate.answer_takes_longer = chance_.between(Duration(0), kVeryLate);
  }
  return fate;
}

void Weather::clear_up(Instant now) {
  clear_ = true;
  next_fault_ = Instant::max();
  messages_left_.reset();
  cuts_.clear();
  back_at_.clear();
  mesh_.network.set_all_links({});
  for (const auto& member : members_) member->spare();
  go_on(now);
  for (const auto& member : members_) member->set_clock_right();
}

}  // namespace pscheduler::sim_mesh
