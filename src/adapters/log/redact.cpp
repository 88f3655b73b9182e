#include "adapters/log/redact.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/hidden.hpp"

namespace pscheduler::adapters {
namespace {

constexpr std::string_view kHidden = "***";
constexpr std::array<std::string_view, 6> kSecretEndings{"key",   "password", "passwd",
                                                         "token", "secret",   "passphrase"};

bool ends_name(char c) {
  return c == '&' || c == '#' || c == ' ' || c == '"' || c == '\'' || c == '\n';
}

}  // namespace

bool is_secret_name(std::string_view name) {
  if (json::is_private_name(name)) return true;
  const auto lower = to_lower(name);
  return std::any_of(kSecretEndings.begin(), kSecretEndings.end(),
                     [&](std::string_view ending) { return lower.ends_with(ending); });
}

std::string without_url_secrets(std::string_view text) {
  std::string result;
  std::size_t done = 0;
  for (std::size_t at = text.find_first_of("?&"); at != std::string_view::npos;
       at = text.find_first_of("?&", at + 1)) {
    const auto equals = text.find('=', at);
    if (equals == std::string_view::npos) break;
    const auto name = text.substr(at + 1, equals - at - 1);
    if (name.find_first_of("?& ") != std::string_view::npos || !is_secret_name(name)) continue;
    const auto end = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(equals), text.end(), ends_name);
    result.append(text.substr(done, equals + 1 - done)).append(kHidden);
    done = static_cast<std::size_t>(end - text.begin());
  }
  return result.append(text.substr(done));
}

void hide_secrets(Json& value) {
  std::vector<Json*> rest{&value};
  while (!rest.empty()) {
    Json& next = *rest.back();
    rest.pop_back();
    if (next.is_string()) {
      next = without_url_secrets(next.get_ref<const std::string&>());
    } else if (next.is_array()) {
      for (auto& item : next) rest.push_back(&item);
    } else if (next.is_object()) {
      for (auto& [name, member] : next.items()) {
        if (is_secret_name(name)) {
          member = kHidden;
        } else {
          rest.push_back(&member);
        }
      }
    }
  }
}

}  // namespace pscheduler::adapters
