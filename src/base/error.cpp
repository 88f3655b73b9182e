#include "pscheduler/base/error.hpp"

#include <array>

namespace pscheduler {
namespace {

constexpr std::array kTable = {
    ErrorTraits{Errc::invalid_argument, 400, 1, "invalid_argument"},
    ErrorTraits{Errc::not_found, 404, 1, "not_found"},
    ErrorTraits{Errc::forbidden, 403, 1, "forbidden"},
    ErrorTraits{Errc::conflict, 409, 1, "conflict"},
    ErrorTraits{Errc::not_possible, 422, 1, "not_possible"},
    ErrorTraits{Errc::not_allowed, 405, 1, "not_allowed"},
    ErrorTraits{Errc::unsupported_level, 501, 1, "unsupported_level"},
    ErrorTraits{Errc::too_large, 413, 1, "too_large"},
    ErrorTraits{Errc::timed_out, 504, 1, "timed_out"},
    ErrorTraits{Errc::unavailable, 503, 1, "unavailable"},
    ErrorTraits{Errc::plugin_failed, 500, 1, "plugin_failed"},
    ErrorTraits{Errc::unreachable, 502, 1, "unreachable"},
    ErrorTraits{Errc::cancelled, 503, 1, "cancelled"},
    ErrorTraits{Errc::internal, 500, 1, "internal"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].code) != i) return false;
  }
  return kTable.size() == static_cast<std::size_t>(Errc::internal) + 1;
}
static_assert(in_order(), "one row per code, in the order of the enumeration");

}  // namespace

const ErrorTraits& traits(Errc code) {
  return kTable[static_cast<std::size_t>(code)];
}

}  // namespace pscheduler
