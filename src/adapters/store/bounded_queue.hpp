#pragma once
// A queue between threads, bounded by the number of items and by the bytes they say they hold.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace pscheduler::adapters::store {

enum class Push { taken, full, closed };

template <class T>
class BoundedQueue {
 public:
  BoundedQueue(std::size_t count_max, std::size_t bytes_max) : count_max_(count_max), bytes_max_(bytes_max) {}

  // Leaves `item` alone unless it is taken. An empty queue takes an item of any size.
  Push push(T& item, std::size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return Push::closed;
      if (items_.size() >= count_max_) return Push::full;
      if (!items_.empty() && bytes_ + bytes > bytes_max_) return Push::full;
      items_.emplace_back(std::move(item), bytes);
      bytes_ += bytes;
    }
    filled_.notify_one();
    return Push::taken;
  }

  // Waits for at least one item; gives up to `count_max` of the oldest. Empty only when closed and drained.
  std::vector<T> take(std::size_t count_max) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return closed_ || !items_.empty(); });
    std::vector<T> taken;
    while (!items_.empty() && taken.size() < count_max) {
      taken.push_back(std::move(items_.front().first));
      bytes_ -= items_.front().second;
      items_.pop_front();
    }
    return taken;
  }

  [[nodiscard]] bool empty() const {
    const std::lock_guard lock(mutex_);
    return items_.empty();
  }

  // Refuses further items; take() still gives those that are there.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    filled_.notify_all();
  }

 private:
  const std::size_t count_max_;
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<std::pair<T, std::size_t>> items_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace pscheduler::adapters::store
