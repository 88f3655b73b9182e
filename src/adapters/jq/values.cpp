#include "adapters/jq/values.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace pscheduler::adapters::jq {
namespace {

constexpr int kDepthMax = 256;           // as deep as libjq's own parser reads
constexpr double kIntegerMax = 1e17;     // beyond, jq prints an exponent
constexpr std::size_t kScalarBytes = 5;  // of text: about what a short number and its comma take

Value jq_string(const std::string& text) {
  return Value(jv_string_sized(text.data(), static_cast<int>(text.size())));
}

std::string_view view_of(const Value& string) {
  const jv borrowed = string.copy();
  const std::string_view text(jv_string_value(borrowed),
                              static_cast<std::size_t>(jv_string_length_bytes(jv_copy(borrowed))));
  jv_free(borrowed);  // `string` keeps the bytes alive
  return text;
}

Json number_from(double number) {
  if (std::isnan(number)) return nullptr;
  if (std::isinf(number)) return std::copysign(std::numeric_limits<double>::max(), number);
  if (std::trunc(number) == number && std::abs(number) <= kIntegerMax)
    return static_cast<std::int64_t>(number);
  return number;
}

class Reader {
 public:
  explicit Reader(OutputRoom& room) : room_(room) {}

  Result<Json> read(const Value& value, int depth) {
    PSCHEDULER_TRY(take(kScalarBytes));
    switch (value.kind()) {
      case JV_KIND_INVALID:
      case JV_KIND_NULL:
        return Json(nullptr);
      case JV_KIND_FALSE:
        return Json(false);
      case JV_KIND_TRUE:
        return Json(true);
      case JV_KIND_NUMBER:
        return number(value);
      case JV_KIND_STRING:
        return string(value);
      case JV_KIND_ARRAY:
      case JV_KIND_OBJECT:
        break;
    }
    if (depth == kDepthMax) {
      return fail(Errc::too_large,
                  "The jq program's output is nested deeper than " + std::to_string(kDepthMax) + " levels.");
    }
    return value.kind() == JV_KIND_ARRAY ? array(value, depth) : object(value, depth);
  }

 private:
  Result<void> take(std::size_t bytes) {
    if (bytes > room_.bytes) return fail(Errc::too_large, "The jq program's output is larger than allowed.");
    room_.bytes -= bytes;
    return {};
  }

  static Json number(const Value& value) {
    const Value kept(value.copy());
    const jv borrowed = kept.copy();
    const double number = jv_number_value(borrowed);
    jv_free(borrowed);
    return number_from(number);
  }

  Result<Json> string(const Value& value) {
    const auto text = view_of(value);
    PSCHEDULER_TRY(take(text.size()));
    return Json(std::string(text));
  }

  Result<Json> array(const Value& value, int depth) {
    Json items = Json::array();
    const int size = jv_array_length(value.copy());
    for (int i = 0; i < size; ++i) {
      auto item = read(Value(jv_array_get(value.copy(), i)), depth + 1);
      if (!item) return item;
      items.push_back(std::move(*item));
    }
    return items;
  }

  Result<Json> object(const Value& value, int depth) {
    Json members = Json::object();
    const Value held(value.copy());
    const jv borrowed = held.copy();
    Result<void> status;
    for (int at = jv_object_iter(borrowed); status && jv_object_iter_valid(borrowed, at);
         at = jv_object_iter_next(borrowed, at)) {
      const Value key(jv_object_iter_key(borrowed, at));
      const auto name = view_of(key);
      status = take(name.size());
      if (!status) break;
      auto member = read(Value(jv_object_iter_value(borrowed, at)), depth + 1);
      if (member) {
        members[std::string(name)] = std::move(*member);
      } else {
        status = fail(std::move(member.error()));
      }
    }
    jv_free(borrowed);
    if (!status) return fail(std::move(status.error()));
    return members;
  }

  OutputRoom& room_;
};

}  // namespace

Value to_jq(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: {
      Value object(jv_object());
      for (const auto& [name, member] : value.items()) {
        object = Value(jv_object_set(object.release(), jq_string(name).release(), to_jq(member).release()));
      }
      return object;
    }
    case Json::value_t::array: {
      Value array(jv_array_sized(static_cast<int>(value.size())));
      for (const auto& item : value) array = Value(jv_array_append(array.release(), to_jq(item).release()));
      return array;
    }
    case Json::value_t::string:
      return jq_string(value.get_ref<const std::string&>());
    case Json::value_t::boolean:
      return Value(jv_bool(value.get<bool>() ? 1 : 0));
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return Value(jv_number(value.get<double>()));
    case Json::value_t::null:
    case Json::value_t::binary:
    case Json::value_t::discarded:
      break;
  }
  return Value(jv_null());
}

Result<Json> from_jq(const Value& value, OutputRoom& room) {
  return Reader(room).read(value, 0);
}

std::string text_of(const Value& value) {
  if (value.kind() == JV_KIND_STRING) return std::string(view_of(value));
  return std::string(view_of(Value(jv_dump_string(value.copy(), 0))));
}

}  // namespace pscheduler::adapters::jq
