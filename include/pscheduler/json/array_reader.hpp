#pragma once
// The elements of a JSON array while its text is still coming, for lists too long to be kept.

#include <functional>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/reader.hpp"

namespace pscheduler::json {

class ArrayReader {
 public:
  // `on_element` gets each element as soon as its text is complete; its error ends the reading. The options
  // are those of read() and bound each element, not the array.
  explicit ArrayReader(std::function<Result<void>(Json)> on_element, ReadOptions options = {})
      : on_element_(std::move(on_element)), options_(options) {}

  // More of the text, cut anywhere. Fails with invalid_argument or too_large as read(), naming the element by
  // its number from 1, or with the error of `on_element`; not to be used any more afterwards.
  Result<void> feed(std::string_view text);

  // The text has ended; invalid_argument when the array has not.
  [[nodiscard]] Result<void> end() const;

 private:
  enum class Place { before_array, before_first, in_element, after_array };

  Result<void> feed_outside(char c);
  Result<std::size_t> feed_element(std::string_view text);
  Result<void> finish_element();

  std::function<Result<void>(Json)> on_element_;
  ReadOptions options_;
  Place place_ = Place::before_array;
  std::string element_;  // the text of the one that is coming
  std::size_t number_ = 1;
  int depth_ = 0;  // arrays and objects that are open in it
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace pscheduler::json
