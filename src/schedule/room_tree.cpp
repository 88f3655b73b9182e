#include "room_tree.hpp"

#include <algorithm>
#include <tuple>

namespace pscheduler::schedule {
namespace {

constexpr Instant kNoEnd = Instant::min();  // of a subtree without occupations in the view

const RoomNode::Reach& reach(const RoomNode& node, View view) {
  return node.reach[static_cast<std::size_t>(view)];
}

Instant last_end(const RoomNode* node, View view) {
  return node == nullptr ? kNoEnd : reach(*node, view).last_end;
}

bool before(const RoomNode& one, const RoomNode& other) {
  return std::tie(one.times.start, *one.run) < std::tie(other.times.start, *other.run);
}

// The longest room inside the subtree when all that came before ends at `end`; zero when there is none.
Duration longest_room(const RoomNode* node, View view, Instant end) {
  Duration longest{};
  while (node != nullptr && last_end(node, view) > end) {
    if (end <= last_end(node->left, view)) {
      longest = std::max(longest, reach(*node, view).room);
      node = node->left;
      continue;
    }
    if (node->seen(view)) {
      longest = std::max(longest, node->times.start - end);
      end = std::max(end, node->times.end);
    }
    node = node->right;
  }
  return longest;
}

RoomNode::Reach reach_of(const RoomNode& node, View view) {
  const Instant left_end = last_end(node.left, view);
  const Instant own_end = node.seen(view) ? std::max(left_end, node.times.end) : left_end;
  RoomNode::Reach reach{std::max(own_end, last_end(node.right, view)), Duration::zero()};
  if (left_end == kNoEnd) return reach;
  reach.room = longest_room(node.right, view, own_end);
  if (node.seen(view)) reach.room = std::max(reach.room, node.times.start - left_end);
  return reach;
}

// To be called whenever something below the node has changed.
void refresh(RoomNode& node) {
  for (const View view : kViews) node.reach[static_cast<std::size_t>(view)] = reach_of(node, view);
}

// Parts the subtree into what is before the border and what is not.
std::pair<RoomNode*, RoomNode*> split(RoomNode* node, const RoomNode& border) {
  if (node == nullptr) return {};
  if (before(*node, border)) {
    const auto [low, high] = split(node->right, border);
    node->right = low;
    refresh(*node);
    return {node, high};
  }
  const auto [low, high] = split(node->left, border);
  node->left = high;
  refresh(*node);
  return {low, node};
}

// All of `low` is before all of `high`.
RoomNode* join(RoomNode* low, RoomNode* high) {
  if (low == nullptr || high == nullptr) return low != nullptr ? low : high;
  if (low->weight > high->weight) {
    low->right = join(low->right, high);
    refresh(*low);
    return low;
  }
  high->left = join(low, high->left);
  refresh(*high);
  return high;
}

RoomNode* insert_below(RoomNode* node, RoomNode& fresh) {
  if (node == nullptr || fresh.weight > node->weight) {
    std::tie(fresh.left, fresh.right) = split(node, fresh);
    node = &fresh;
  } else if (before(fresh, *node)) {
    node->left = insert_below(node->left, fresh);
  } else {
    node->right = insert_below(node->right, fresh);
  }
  refresh(*node);
  return node;
}

RoomNode* erase_below(RoomNode* node, const RoomNode& gone) {
  if (node == &gone) return join(node->left, node->right);
  if (before(gone, *node)) {
    node->left = erase_below(node->left, gone);
  } else {
    node->right = erase_below(node->right, gone);
  }
  refresh(*node);
  return node;
}

// `end` is when all that came before has ended; without a room it has passed the whole subtree afterwards.
std::optional<TimeRange> first_room_below(const RoomNode* node, View view, Instant& end, Duration length) {
  while (node != nullptr && last_end(node, view) > end) {
    if (end <= last_end(node->left, view)) {
      if (const auto found = first_room_below(node->left, view, end, length)) return found;
      if (reach(*node, view).room < length) {
        end = last_end(node, view);
        return std::nullopt;
      }
    }
    if (node->seen(view)) {
      if (node->times.start - end >= length) return TimeRange{end, node->times.start};
      end = std::max(end, node->times.end);
    }
    node = node->right;
  }
  return std::nullopt;
}

bool visit_below(const RoomNode* node, View view, const TimeRange& times, const RoomTree::Visitor& visit) {
  if (node == nullptr || last_end(node, view) <= times.start) return true;
  if (!visit_below(node->left, view, times, visit)) return false;
  if (node->times.start >= times.end) return false;
  if (node->seen(view) && node->times.end > times.start && !visit(*node)) return false;
  return visit_below(node->right, view, times, visit);
}

// The finalizer of MurmurHash3: neighbouring numbers get weights that have nothing to do with each other.
std::uint32_t weight_of(std::uint64_t number) {
  number = (number ^ number >> 33) * 0xff51afd7ed558ccdULL;
  number = (number ^ number >> 33) * 0xc4ceb9fe1a85ec53ULL;
  return static_cast<std::uint32_t>(number >> 32);
}

}  // namespace

void RoomTree::insert(RoomNode& node) {
  node.weight = weight_of(++dealt_);
  root_ = insert_below(root_, node);
}

void RoomTree::erase(RoomNode& node) {
  root_ = erase_below(root_, node);
  node.left = nullptr;
  node.right = nullptr;
}

TimeRange RoomTree::first_room(View view, Instant from, Duration length) const {
  Instant end = from;
  const auto found = first_room_below(root_, view, end, length);
  return found ? *found : TimeRange{end, Instant::max()};
}

void RoomTree::each_overlapping(View view, const TimeRange& times, const Visitor& visit) const {
  visit_below(root_, view, times, visit);
}

}  // namespace pscheduler::schedule
