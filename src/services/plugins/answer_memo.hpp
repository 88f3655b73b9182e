#pragma once
// Answers of methods whose answer depends only on the question, so that an interpreter is not started twice
// for it. The least recently used ones go first when the bound is reached.

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::services {

class AnswerMemo {
 public:
  explicit AnswerMemo(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // The answer kept for the question unless it has expired; times are those of the steady clock.
  std::optional<std::string> find(const std::string& question, Duration now);

  void keep(std::string question, std::string answer, Duration expires_at);
  void clear();

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string question;
    std::string answer;
    Duration expires_at;

    [[nodiscard]] std::size_t bytes() const;
  };
  using Entries = std::list<Entry>;

  void drop(Entries::iterator entry);

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Entries entries_;  // the most recently used one first
  std::unordered_map<std::string_view, Entries::iterator> by_question_;
};

}  // namespace pscheduler::services
