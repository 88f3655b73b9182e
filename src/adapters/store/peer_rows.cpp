#include "adapters/store/peer_rows.hpp"

#include <algorithm>

#include "adapters/store/columns.hpp"

namespace pscheduler::adapters::store {
namespace {

constexpr char kSetPeer[] =
    "INSERT INTO peer (host, ours, exchange_us, seen_us) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (host) DO UPDATE SET ours = excluded.ours, exchange_us = excluded.exchange_us,"
    " seen_us = excluded.seen_us";
constexpr char kRemoveOldPeers[] = "DELETE FROM peer WHERE seen_us < ?";
constexpr char kRemoveTooManyPeers[] =
    "DELETE FROM peer WHERE host IN (SELECT host FROM peer ORDER BY seen_us DESC, host LIMIT -1 OFFSET ?)";
constexpr char kPeers[] = "SELECT host, ours, exchange_us, seen_us FROM peer ORDER BY seen_us DESC, host";

KnownPeer read(Row& from) {
  KnownPeer peer;
  peer.host = from.text();
  peer.ours = from.integer() != 0;
  peer.exchange = from.duration();
  peer.seen = from.instant();
  return peer;
}

}  // namespace

PeerWriter::PeerWriter(SQLite::Database& database)
    : set_(database, kSetPeer),
      remove_old_(database, kRemoveOldPeers),
      remove_too_many_(database, kRemoveTooManyPeers) {}

void PeerWriter::keep(const std::vector<KnownPeer>& peers) {
  if (peers.empty()) return;
  Instant latest = Instant::min();
  for (const auto& peer : peers) {
    const Rearm rearm(set_);
    Parameters(set_).text(peer.host).integer(peer.ours ? 1 : 0).duration(peer.exchange).instant(peer.seen);
    set_.exec();
    latest = std::max(latest, peer.seen);
  }
  const Rearm rearm_old(remove_old_);
  Parameters(remove_old_).instant(latest - kKnownPeerAgeMax);
  remove_old_.exec();
  const Rearm rearm_many(remove_too_many_);
  Parameters(remove_too_many_).integer(static_cast<std::int64_t>(kKnownPeersMax));
  remove_too_many_.exec();
}

PeerQueries::PeerQueries(SQLite::Database& database) : all_(database, kPeers) {}

std::vector<KnownPeer> PeerQueries::all() {
  const Rearm rearm(all_);
  return read_all(all_, read);
}

std::size_t bytes_of(const std::vector<KnownPeer>& peers) {
  std::size_t bytes = 0;
  for (const auto& peer : peers) bytes += sizeof(peer) + peer.host.size();
  return bytes;
}

}  // namespace pscheduler::adapters::store
