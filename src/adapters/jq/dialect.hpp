#pragma once
// Programs in the language of jq 1.7.1, told to an older parser.

#include <set>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"

namespace pscheduler::adapters::jq {

struct MendedProgram {
  // The imports and includes, with what stands before and between them. libjq wants them before anything
  // else.
  std::string imports;
  // The rest, on as many lines as before; mended are
  //   if … then … end                without else, which means else . ; also as a term: if … end.a
  //   .a.["b"]  .a.[0]  .a.[]        the dot before the bracket
  //   {$key: 1}                      a variable as key
  //   $__loc__                       as the place in the given program; {$__loc__}
  //   # comment \                    that goes on in the next line
  std::string body;
  // The functions and variables ("$x") it may use.
  std::set<std::string, std::less<>> names;
  // Nothing but blanks and comments.
  bool empty_body = true;
};

// invalid_argument when an import names a folder of its own to search.
Result<MendedProgram> mend(std::string_view program);

// Whether $name can be bound: an identifier that is no keyword.
bool is_variable_name(std::string_view name);

}  // namespace pscheduler::adapters::jq
