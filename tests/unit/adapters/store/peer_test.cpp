// What is known of other hosts: kept over restarts, replaced by what is known better, and never without
// bounds.

#include "adapters/store/migrations.hpp"
#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

struct Peers : StoreTest {
  void SetUp() override { open(); }

  void keep(std::vector<KnownPeer> peers) {
    ports::Changes changes;
    changes.known_peers = std::move(peers);
    must_commit(changes);
  }
  std::vector<std::string> known() {
    std::vector<std::string> lines;
    const auto peers = get(store_->known_peers()).value();
    for (const auto& peer : peers) {
      lines.push_back(peer.host + (peer.ours ? " ours " : " other ") + std::to_string(peer.exchange.count()) +
                      " " + std::to_string((peer.seen - at(0)).count()));
    }
    return lines;
  }
};

using Lines = std::vector<std::string>;

TEST_F(Peers, AreKeptFieldByFieldTheOneSeenLastFirst) {
  keep({{"a.example", false, 0us, at(0)}, {"[2001:db8::7]:8443", true, 1234us, at(1) + 1us}});
  reopen();
  EXPECT_EQ(known(), (Lines{"[2001:db8::7]:8443 ours 1234 1000001", "a.example other 0 0"}));
}

TEST_F(Peers, AreReplaced) {
  keep({{"a.example", false, 10us, at(0)}, {"b.example", true, 20us, at(1)}});
  keep({{"a.example", true, 30us, at(2)}});
  EXPECT_EQ(known(), (Lines{"a.example ours 30 2000000", "b.example ours 20 1000000"}));
}

TEST_F(Peers, OfWhichThereAreTooManyAreForgottenFromTheOldestOn) {
  std::vector<KnownPeer> many;
  for (std::size_t i = 0; i < kKnownPeersMax + 5; ++i) {
    many.push_back({"host" + std::to_string(i), true, 1us, at(static_cast<int>(i))});
  }
  keep(std::move(many));
  const auto left = known();
  EXPECT_EQ(left.size(), kKnownPeersMax);
  EXPECT_EQ(left.back(), "host5 ours 1 5000000");
}

TEST_F(Peers, ThatWereNotSeenForAMonthAreForgotten) {
  keep({{"a.example", true, 1us, at(0)}, {"b.example", true, 1us, at(60)}});
  keep({{"c.example", true, 1us, at(1) + kKnownPeerAgeMax}});
  EXPECT_EQ(known().size(), 2u);
  EXPECT_EQ(known().back(), "b.example ours 1 60000000");
}

TEST_F(Peers, OfAnEarlierSchemaAreNone) {
  file_ = folder_.path() / "first.db";
  {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    store::migrate(database, store::migrations().first(1));
  }
  open();
  EXPECT_EQ(known(), Lines{});
  keep({{"a.example", true, 1us, at(0)}});
  EXPECT_EQ(known().size(), 1u);
}

}  // namespace
}  // namespace pscheduler::adapters::test
