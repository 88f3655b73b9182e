#pragma once
// From SQLite's failures to ours: every call into SQLite that may throw goes through guarded().

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "pscheduler/base/result.hpp"

namespace pscheduler::adapters::store {

// The error for the exception being handled; call it in a catch block. `file` is the database. Out of disk,
// memory or permission is unavailable, a damaged file is not_possible, the rest internal.
Error current_failure(const std::string& file);

template <class T>
struct AsResult {
  using type = Result<T>;
};
template <class T>
struct AsResult<Result<T>> {
  using type = Result<T>;
};

// What `work` returns, or the failure it threw; a Result is handed through as it is.
template <class Work>
auto guarded(const std::string& file, Work&& work) -> typename AsResult<std::invoke_result_t<Work>>::type {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
      std::forward<Work>(work)();
      return {};
    } else {
      return std::forward<Work>(work)();
    }
  } catch (const std::exception&) {
    return fail(current_failure(file));
  }
}

}  // namespace pscheduler::adapters::store
