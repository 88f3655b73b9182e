#pragma once
// Between our JSON values and libjq's.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/jq/libjq.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::adapters::jq {

// Owns one reference of a libjq value. libjq's functions take ownership of their arguments: pass copy() or
// release().
class Value {
 public:
  explicit Value(jv value) : value_(value) {}
  Value(const Value& other) : value_(jv_copy(other.value_)) {}
  Value(Value&& other) noexcept : value_(std::exchange(other.value_, jv_invalid())) {}
  Value& operator=(Value other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Value() { jv_free(value_); }

  [[nodiscard]] jv copy() const { return jv_copy(value_); }
  [[nodiscard]] jv release() { return std::exchange(value_, jv_invalid()); }
  [[nodiscard]] jv_kind kind() const { return jv_get_kind(value_); }
  [[nodiscard]] bool is_valid() const { return kind() != JV_KIND_INVALID; }

 private:
  jv value_;
};

// Numbers become floating point, as jq knows no other.
Value to_jq(const Json& value);

// What is still allowed of a program's output.
struct OutputRoom {
  std::size_t bytes;
};

// Integral numbers up to 10^17 become integers; NaN becomes null and infinity the largest number, as jq
// prints them. too_large when `room` does not suffice or the value is nested too deeply.
Result<Json> from_jq(const Value& value, OutputRoom& room);

// A string as it is, everything else as JSON text.
std::string text_of(const Value& value);

}  // namespace pscheduler::adapters::jq
