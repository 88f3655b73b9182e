#pragma once
// The bytes a terminal sends, as keys.

#include <string>
#include <string_view>

#include "cli/screen.hpp"

namespace pscheduler::cli {

class KeyReader {
 public:
  void add(std::string_view bytes) { bytes_ += bytes; }

  // The next key that is there in full. An escape that begins a sequence is told from the key itself by what
  // follows: `nothing_follows` says that nothing came for a while, so that it is the key.
  Key next(bool nothing_follows);

  // Whether bytes are left of which nobody knows yet what they will be.
  [[nodiscard]] bool waits() const { return !bytes_.empty(); }

 private:
  Key sequence(bool nothing_follows);
  Key take(std::size_t bytes, KeyKind kind);

  std::string bytes_;
};

}  // namespace pscheduler::cli
