#include "adapters/http/connection_pool.hpp"

#include <algorithm>

namespace pscheduler::adapters {

using std::chrono::steady_clock;

namespace {

constexpr auto kKeptFor = std::chrono::seconds(15);  // well below what servers grant
constexpr std::size_t kKeptPerNameMax = 8;
constexpr std::size_t kKeptMax = 64;

// Nothing comes on an idle connection except its end.
bool is_idle(const OwnedChannel& channel) {
  char unexpected = 0;
  return channel->read({&unexpected, 1}).state == Io::blocked;
}

}  // namespace

OwnedChannel ConnectionPool::take(const std::string& name) {
  drop_expired();
  for (;;) {
    // The youngest first: the server is least likely to have given it up.
    const auto found =
        std::find_if(kept_.rbegin(), kept_.rend(), [&](const Kept& kept) { return kept.name == name; });
    if (found == kept_.rend()) return {};
    auto channel = std::move(found->channel);
    kept_.erase(std::next(found).base());
    if (is_idle(channel)) return channel;
  }
}

void ConnectionPool::keep(std::string name, OwnedChannel channel) {
  drop_expired();
  const auto same = [&](const Kept& kept) { return kept.name == name; };
  if (static_cast<std::size_t>(std::count_if(kept_.begin(), kept_.end(), same)) >= kKeptPerNameMax) {
    kept_.erase(std::find_if(kept_.begin(), kept_.end(), same));
  } else if (kept_.size() >= kKeptMax) {
    kept_.pop_front();
  }
  kept_.push_back({std::move(name), std::move(channel), steady_clock::now() + kKeptFor});
}

void ConnectionPool::drop_expired() {
  const auto now = steady_clock::now();
  while (!kept_.empty() && kept_.front().until <= now) kept_.pop_front();
}

}  // namespace pscheduler::adapters
