#pragma once
// Log lines with a stable id, a level and typed fields. Members of JSON fields whose name begins with '_' are
// hidden before anything is written.

#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::ports {

enum class Level { debug, info, warning, error };

// One kind of log line; the catalogue is in messages.hpp.
struct Message {
  std::string_view id;  // e.g. "RUN_MISSED"
  Level level;
  std::string_view text;  // one sentence for the operator
};

struct Field {
  std::string_view name;
  std::variant<std::int64_t, double, bool, std::string, const Json*> value;
};

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(const Message& message, std::initializer_list<Field> fields) = 0;

  // Shows debug lines or not; false by default.
  virtual void set_debug(bool on) = 0;
  [[nodiscard]] virtual bool debug() const = 0;
};

}  // namespace pscheduler::ports
