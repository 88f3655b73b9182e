#pragma once
// The reader thread: what may be large is read there, so that it does not hold up the event loop.

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "adapters/store/bounded_queue.hpp"
#include "adapters/store/failure.hpp"
#include "adapters/store/hand_over.hpp"
#include "adapters/store/queries.hpp"
#include "pscheduler/adapters/store/sqlite_store.hpp"

namespace pscheduler::adapters::store {

class ReadThread {
 public:
  // Throws std::system_error. Without threads questions are answered where they are asked.
  ReadThread(Queries queries, std::string file, StoreThreads threads);
  ~ReadThread();  // stop()
  ReadThread(const ReadThread&) = delete;
  ReadThread& operator=(const ReadThread&) = delete;

  // Waits for what `query`, a function of Queries&, returns. unavailable when too many wait.
  template <class T, class Query>
  ports::AsyncResult<T> ask(Query query) {
    return hand_over<T>([this, query = std::move(query)](Answer<T> answer) mutable {
      submit([this, query = std::move(query),
              answer] { answer(guarded(file_, [&]() -> T { return query(queries_); })); },
             [answer](Error error) { answer(fail(std::move(error))); });
    });
  }

  // Refuses further questions; returns when all that wait have been answered.
  void stop();

 private:
  void submit(std::function<void()> job, const std::function<void(Error)>& refuse);
  void work();
  void answer(std::vector<std::function<void()>> jobs);

  const std::string file_;
  Queries queries_;
  const bool in_line_;
  BoundedQueue<std::function<void()>> queue_;
  std::thread thread_;
};

}  // namespace pscheduler::adapters::store
