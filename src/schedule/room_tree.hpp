#pragma once
// The occupations by start, in a balanced tree that knows where there is room.
//
// Occupations of different classes keep different newcomers away, so the tree answers for a View: the
// occupations that a class of newcomers has to avoid. They may overlap each other. Per view, each node knows
//   last_end  the latest end in its subtree, and
//   room      the longest room inside its subtree that does not begin before the latest end of its left
//             subtree, which counts as the end of whatever came before.
// A search that comes with a later end than the left subtree's has nothing to look for there, and one that
// comes with an earlier end may rely on `room`: so it goes down one path, O(log n). Keeping `room` true costs
// such a search per node on the path of a change, O(log^2 n).
//
// The tree is a treap: the shape depends on weights that the tree deals out, not on the order of insertion.
// Nodes belong to the caller and stay where they are while they are in the tree.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/schedule/timeline.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::schedule {

// Whom an occupation keeps away.
enum class View : std::uint8_t { of_normal, of_exclusive };
inline constexpr std::array kViews = {View::of_normal, View::of_exclusive};

struct RoomNode {
  struct Reach {
    Instant last_end;
    Duration room;
  };

  // Filled in by the owner before the node is put into a tree.
  const RunId* run = nullptr;
  TimeRange times;
  std::int64_t priority = 0;
  std::optional<Turn> turn;
  bool exclusive = false;
  bool firm = false;

  // The tree's own.
  std::uint32_t weight = 0;
  RoomNode* left = nullptr;
  RoomNode* right = nullptr;
  std::array<Reach, kViews.size()> reach{};

  [[nodiscard]] bool seen(View view) const { return exclusive || view == View::of_exclusive; }
};

class RoomTree {
 public:
  void insert(RoomNode& node);
  void erase(RoomNode& node);

  // The first room of at least `length`, from `from` on; its end is the next start, Instant::max() after the
  // last occupation.
  [[nodiscard]] TimeRange first_room(View view, Instant from, Duration length) const;

  // Visits what overlaps `times`, by start, until the visitor answers false.
  using Visitor = std::function<bool(const RoomNode&)>;
  void each_overlapping(View view, const TimeRange& times, const Visitor& visit) const;

 private:
  RoomNode* root_ = nullptr;
  std::uint64_t dealt_ = 0;
};

}  // namespace pscheduler::schedule
