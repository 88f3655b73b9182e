#pragma once
// What must never be seen in a log is taken out here, by name.

#include <string>
#include <string_view>

#include "pscheduler/json/value.hpp"

namespace pscheduler::adapters {

// Whether a field or member of this name holds a secret: private ones, keys, passwords, tokens …
bool is_secret_name(std::string_view name);

// Values of secret arguments in URLs inside the text (…?key=VALUE) become ***.
std::string without_url_secrets(std::string_view text);

// The value of every secret member becomes "***", at every depth, and URLs in its strings lose theirs.
void hide_secrets(Json& value);

}  // namespace pscheduler::adapters
