#pragma once
// The facts of one evaluation: those known, and those asked for since the last step.

#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "pscheduler/limits/questions.hpp"

namespace pscheduler::limits {

class FactBook {
 public:
  // Who asks, and the number of the question among its own.
  using Key = std::pair<const void*, int>;

  // The answer, or nothing when it is not known yet; then the question that `make` gives is asked.
  template <class Make>
  const Answer* ask(const Key& key, Make make) {
    const auto known = answers_.find(key);
    if (known != answers_.end()) return &known->second;
    for (const auto& waiting : asked_) {
      if (waiting == key) return nullptr;
    }
    asked_.push_back(key);
    questions_.push_back(make());
    return nullptr;
  }

  // The questions since the last call, which are to be answered in this order.
  std::vector<Question> take_questions() { return std::exchange(questions_, {}); }

  void answer(std::vector<Answer> answers) {
    for (std::size_t i = 0; i < asked_.size() && i < answers.size(); ++i) {
      answers_.emplace(asked_[i], std::move(answers[i]));
    }
    asked_.clear();
  }

 private:
  std::map<Key, Answer> answers_;
  std::vector<Key> asked_;
  std::vector<Question> questions_;
};

// The answer of the kind that was asked for.
template <class T>
Result<const T*> answer_of(const Answer& answer) {
  if (!answer) return fail(answer.error());
  if (const T* value = std::get_if<T>(&*answer)) return value;
  return fail(Errc::internal, "the fact is of another kind than asked for");
}

}  // namespace pscheduler::limits
