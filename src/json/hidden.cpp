#include "pscheduler/json/hidden.hpp"

#include <nlohmann/json.hpp>

namespace pscheduler::json {

void hide_private(Json& value) {
  if (value.is_array()) {
    for (auto& item : value) hide_private(item);
  } else if (value.is_object()) {
    for (const auto& member : value.items()) {
      if (is_private_name(member.key())) {
        member.value() = nullptr;
      } else {
        hide_private(member.value());
      }
    }
  }
}

}  // namespace pscheduler::json
