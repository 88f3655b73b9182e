#include "pscheduler/json/access.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::json {
namespace {

template <class T>
Result<T> require(const Json& object, std::string_view name, std::optional<T> found,
                  std::string_view wanted) {
  if (found) return std::move(*found);
  const std::string member = "'" + std::string(name) + "'";
  const Json* const value = find(object, name);
  if (value == nullptr) return fail(Errc::invalid_argument, member + " is missing");
  return fail(Errc::invalid_argument, member + " must be " + std::string(wanted) + ", not " +
                                          (name.starts_with('_') ? "what is there" : describe(*value)));
}

}  // namespace

const Json* find(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto member = object.find(name);
  return member == object.end() ? nullptr : &*member;
}

const Json* find_object(const Json& object, std::string_view name) {
  const Json* const value = find(object, name);
  return value != nullptr && value->is_object() ? value : nullptr;
}

const Json* find_array(const Json& object, std::string_view name) {
  const Json* const value = find(object, name);
  return value != nullptr && value->is_array() ? value : nullptr;
}

std::optional<std::string> find_string(const Json& object, std::string_view name) {
  const Json* const value = find(object, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get_ref<const std::string&>();
}

std::optional<std::int64_t> find_integer(const Json& object, std::string_view name) {
  const Json* const value = find(object, name);
  return value == nullptr ? std::nullopt : as_integer(*value);
}

std::optional<double> find_number(const Json& object, std::string_view name) {
  const Json* const value = find(object, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::optional<bool> find_bool(const Json& object, std::string_view name) {
  const Json* const value = find(object, name);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

Result<std::string> get_string(const Json& object, std::string_view name) {
  return require(object, name, find_string(object, name), "a string");
}

Result<std::int64_t> get_integer(const Json& object, std::string_view name) {
  return require(object, name, find_integer(object, name), "an integer of at most 64 bits");
}

Result<double> get_number(const Json& object, std::string_view name) {
  return require(object, name, find_number(object, name), "a number");
}

Result<bool> get_bool(const Json& object, std::string_view name) {
  return require(object, name, find_bool(object, name), "true or false");
}

bool is_integer(const Json& value) {
  if (value.is_number_integer()) return true;
  if (!value.is_number_float()) return false;
  const double number = value.get<double>();
  return std::isfinite(number) && std::trunc(number) == number;
}

std::optional<std::int64_t> as_integer(const Json& value) {
  if (!is_integer(value)) return std::nullopt;
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_float()) {
    constexpr double kBound = 9223372036854775808.0;  // 2^63
    const double number = value.get<double>();
    if (number < -kBound || number >= kBound) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  return value.get<std::int64_t>();
}

std::string describe(const Json& value) {
  if (value.is_string()) return "'" + excerpt(value.get_ref<const std::string&>()) + "'";
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  return to_plain(value);
}

}  // namespace pscheduler::json
