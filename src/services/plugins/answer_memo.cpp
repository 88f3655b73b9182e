#include "services/plugins/answer_memo.hpp"

#include <utility>

namespace pscheduler::services {
namespace {

// List and map nodes and string headers, about.
constexpr std::size_t kOverheadBytes = 200;

}  // namespace

std::size_t AnswerMemo::Entry::bytes() const {
  return question.size() + answer.size() + kOverheadBytes;
}

std::optional<std::string> AnswerMemo::find(const std::string& question, Duration now) {
  const auto found = by_question_.find(question);
  if (found == by_question_.end()) return std::nullopt;
  if (found->second->expires_at <= now) {
    drop(found->second);
    return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->answer;
}

void AnswerMemo::keep(std::string question, std::string answer, Duration expires_at) {
  const auto known = by_question_.find(question);
  if (known != by_question_.end()) drop(known->second);
  Entry entry{std::move(question), std::move(answer), expires_at};
  // One large answer shall not push out everything else.
  if (entry.bytes() > bytes_max_ / 8) return;
  bytes_ += entry.bytes();
  entries_.push_front(std::move(entry));
  by_question_.emplace(entries_.front().question, entries_.begin());
  while (bytes_ > bytes_max_) drop(std::prev(entries_.end()));
}

void AnswerMemo::clear() {
  by_question_.clear();
  entries_.clear();
  bytes_ = 0;
}

void AnswerMemo::drop(Entries::iterator entry) {
  bytes_ -= entry->bytes();
  by_question_.erase(entry->question);
  entries_.erase(entry);
}

}  // namespace pscheduler::services
