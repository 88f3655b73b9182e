#pragma once
// Result<T>: a value, or the Error that says why there is none.

#include <tl/expected.hpp>
#include <utility>

#include "pscheduler/base/error.hpp"

namespace pscheduler {

template <class T>
using Result = tl::expected<T, Error>;

// return fail(Errc::invalid_argument, "…");
inline tl::unexpected<Error> fail(Errc code, std::string message, std::string detail = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(detail)});
}

// return fail(std::move(other.error()));
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace pscheduler

// Leaves the function with the error of a Result<>; for functions that return Result<>.
#define PSCHEDULER_TRY(expression)                              \
  do {                                                          \
    if (auto try_result = (expression); !try_result)            \
      return ::pscheduler::fail(std::move(try_result.error())); \
  } while (false)
