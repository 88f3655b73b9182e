#include "pscheduler/ports/random.hpp"

#include <limits>

namespace pscheduler::ports {

std::uint64_t uniform(Random& random, std::uint64_t bound) {
  // Values in the last, incomplete repetition of [0, bound) are drawn again, or small results would be
  // favoured.
  const std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() / bound * bound;
  std::uint64_t value = random.next();
  while (value >= limit) value = random.next();
  return value % bound;
}

Uuid new_uuid(Random& random) {
  Uuid::Bytes bytes{};
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    std::uint64_t word = random.next();
    for (std::size_t j = 0; j < 8; ++j, word >>= 8) bytes[i + j] = static_cast<std::uint8_t>(word);
  }
  return Uuid::from_random(bytes);
}

std::string new_key(Random& random, std::size_t length) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string key;
  while (key.size() < length) key.push_back(kAlphabet[uniform(random, kAlphabet.size())]);
  return key;
}

}  // namespace pscheduler::ports
