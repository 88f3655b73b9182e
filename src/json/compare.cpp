#include "compare.hpp"

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace pscheduler::json {
namespace {

template <class T>
int order(const T& left, const T& right) {
  return left < right ? -1 : right < left ? 1 : 0;
}

// A whole number between -2^63 and 2^64, as its sign and size.
struct Whole {
  bool negative;
  std::uint64_t size;
};

Whole whole(const Json& value) {
  if (value.is_number_unsigned()) return {false, value.get<std::uint64_t>()};
  const auto number = value.get<std::int64_t>();
  if (number >= 0) return {false, static_cast<std::uint64_t>(number)};
  return {true, std::uint64_t{0} - static_cast<std::uint64_t>(number)};
}

int compare_wholes(const Whole& left, const Whole& right) {
  if (left.negative != right.negative) return left.negative ? -1 : 1;
  return left.negative ? order(right.size, left.size) : order(left.size, right.size);
}

int compare_floats(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) return order(!std::isnan(left), !std::isnan(right));
  return order(left, right);
}

int compare_whole_with_float(const Whole& left, double right) {
  constexpr double kAbove = 18446744073709551616.0;  // 2^64
  if (std::isnan(right)) return 1;
  if (right >= kAbove) return -1;
  if (right <= -kAbove) return 1;
  const double floor = std::floor(right);
  const double size = std::fabs(floor);
  if (size >= kAbove) return 1;
  const int integral = compare_wholes(left, {floor < 0, static_cast<std::uint64_t>(size)});
  return integral == 0 && right > floor ? -1 : integral;
}

int compare_numbers(const Json& left, const Json& right) {
  if (left.is_number_float() && right.is_number_float()) {
    return compare_floats(left.get<double>(), right.get<double>());
  }
  if (left.is_number_float()) return -compare_whole_with_float(whole(right), left.get<double>());
  if (right.is_number_float()) return compare_whole_with_float(whole(left), right.get<double>());
  return compare_wholes(whole(left), whole(right));
}

int rank(const Json& value) {
  return value.is_number() ? 1000 : static_cast<int>(value.type());
}

int compare_arrays(const Json& left, const Json& right) {
  if (const int sizes = order(left.size(), right.size())) return sizes;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (const int items = compare(left[i], right[i])) return items;
  }
  return 0;
}

int compare_objects(const Json& left, const Json& right) {
  if (const int sizes = order(left.size(), right.size())) return sizes;
  for (auto l = left.begin(), r = right.begin(); l != left.end(); ++l, ++r) {
    if (const int names = order(l.key(), r.key())) return names;
    if (const int values = compare(l.value(), r.value())) return values;
  }
  return 0;
}

}  // namespace

int compare(const Json& left, const Json& right) {
  if (const int ranks = order(rank(left), rank(right))) return ranks;
  if (left.is_number()) return compare_numbers(left, right);
  if (left.is_string()) return order(left.get_ref<const std::string&>(), right.get_ref<const std::string&>());
  if (left.is_boolean()) return order(left.get<bool>(), right.get<bool>());
  if (left.is_array()) return compare_arrays(left, right);
  if (left.is_object()) return compare_objects(left, right);
  return 0;
}

}  // namespace pscheduler::json
