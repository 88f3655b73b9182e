#include "shared/secrets.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

namespace pscheduler::plugins {

std::string hide(std::string text, std::vector<std::string> secrets) {
  constexpr std::string_view kHidden = "***";
  std::ranges::sort(secrets, std::greater(), &std::string::size);
  for (const auto& secret : secrets) {
    if (secret.empty()) continue;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kHidden.size()))
      text.replace(at, secret.size(), kHidden);
  }
  return text;
}

}  // namespace pscheduler::plugins
