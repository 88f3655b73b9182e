#include "app/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::app {

namespace fs = std::filesystem;

namespace {

template <class Value>
using Choice = std::pair<std::string_view, Value>;

constexpr std::array<Choice<adapters::Synchronous>, 2> kSynchronous{
    {{"full", adapters::Synchronous::full}, {"normal", adapters::Synchronous::normal}}};
constexpr std::array<Choice<ports::Level>, 4> kLevels{{{"debug", ports::Level::debug},
                                                       {"info", ports::Level::info},
                                                       {"warning", ports::Level::warning},
                                                       {"error", ports::Level::error}}};

constexpr const auto& choices(adapters::Synchronous) {
  return kSynchronous;
}
constexpr const auto& choices(ports::Level) {
  return kLevels;
}

template <class Choices>
std::string list_of(const Choices& all) {
  std::vector<std::string> names;
  for (const auto& [name, value] : all) names.emplace_back(name);
  const auto last = std::move(names.back());
  names.pop_back();
  return join(names, ", ") + " or " + last;
}

tl::unexpected<Error> refuse(std::string_view text, const std::string& remedy) {
  return fail(Errc::invalid_argument, "'" + excerpt(text) + "' is not " + remedy);
}

std::int64_t to_integer(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Reads one item of text for each type of value.
struct TextReader {
  const ConfigKey& key;
  std::string_view text;

  Result<void> read(std::string& value) const {
    if (text.empty() || text.find_first_of(" \t\r\n") != std::string_view::npos) {
      return refuse(text, "a name; it must not be empty or contain blanks");
    }
    if (key.target == ConfigTarget(&Config::resolver)) {
      const auto address = adapters::parse_listen_address(text);
      if (!address || address->port == 0) return refuse(text, "an address and port such as 127.0.0.1:53");
    }
    value = text;
    return {};
  }

  Result<void> read(fs::path& value) const {
    if (text.empty() || text.find('\0') != std::string_view::npos) return refuse(text, "a path");
    value = fs::path(text);
    return {};
  }

  Result<void> read(bool& value) const {
    if (text != "true" && text != "false") return refuse(text, "true or false");
    value = text == "true";
    return {};
  }

  Result<void> read(std::int64_t& value) const {
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = code == std::errc{} && end == text.data() + text.size() && !text.empty();
    if (!whole || number < to_integer(key.least) || number > to_integer(key.most)) {
      return refuse(text, "a whole number from " + std::string(key.least) + " to " + std::string(key.most));
    }
    value = number;
    return {};
  }

  Result<void> read(Duration& value) const {
    const auto length = parse_duration(text);
    const auto least = parse_duration(key.least).value_or(Duration::zero());
    const auto most = parse_duration(key.most).value_or(kDurationMax);
    if (!length || *length < least || *length > most) {
      return refuse(text,
                    "an ISO 8601 duration from " + std::string(key.least) + " to " + std::string(key.most));
    }
    value = *length;
    return {};
  }

  template <class Enum>
  requires std::is_enum_v<Enum> Result<void> read(Enum& value)
  const {
    for (const auto& [name, meaning] : choices(Enum{})) {
      if (name != text) continue;
      value = meaning;
      return {};
    }
    return refuse(text, list_of(choices(Enum{})));
  }

  Result<void> read(std::vector<fs::path>& value) const {
    fs::path item;
    PSCHEDULER_TRY(read(item));
    value.push_back(std::move(item));
    return {};
  }

  Result<void> read(std::vector<adapters::ListenAddress>& value) const {
    auto item = adapters::parse_listen_address(text);
    if (!item) return fail(std::move(item.error()));
    value.push_back(std::move(*item));
    return {};
  }
};

// Values as JSON.
Json shown(const std::string& value) {
  return value;
}
Json shown(const fs::path& value) {
  return value.string();
}
Json shown(bool value) {
  return value;
}
Json shown(std::int64_t value) {
  return value;
}
Json shown(Duration value) {
  return format_duration(value);
}
Json shown(const adapters::ListenAddress& value) {
  return value.to_string();
}

template <class Enum>
requires std::is_enum_v<Enum> Json shown(Enum value) {
  for (const auto& [name, meaning] : choices(Enum{})) {
    if (meaning == value) return name;
  }
  return nullptr;
}

template <class Item>
Json shown(const std::vector<Item>& values) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(shown(value));
  return list;
}

// What kind of value a key takes, in words.
std::string words(const ConfigKey&, const std::string&) {
  return "text";
}
std::string words(const ConfigKey&, const fs::path&) {
  return "path";
}
std::string words(const ConfigKey&, bool) {
  return "true or false";
}
std::string words(const ConfigKey& key, std::int64_t) {
  return fmt::format("{} from {} to {}", key.unit, key.least, key.most);
}
std::string words(const ConfigKey& key, Duration) {
  return fmt::format("duration from {} to {}", key.least, key.most);
}
std::string words(const ConfigKey&, const std::vector<fs::path>&) {
  return "list of paths";
}
std::string words(const ConfigKey&, const std::vector<adapters::ListenAddress>&) {
  return "list of addresses with ports";
}
template <class Enum>
requires std::is_enum_v<Enum> std::string words(const ConfigKey&, Enum) {
  return list_of(choices(Enum{}));
}

}  // namespace

Result<void> set_from_text(Config& config, const ConfigKey& key, std::string_view text) {
  return std::visit([&](auto member) { return TextReader{key, text}.read(config.*member); }, key.target);
}

Result<void> set_from_json(Config& config, const ConfigKey& key, const Json& value) {
  const bool is_number = std::holds_alternative<std::int64_t Config::*>(key.target);
  const bool is_flag = std::holds_alternative<bool Config::*>(key.target);
  const auto wrong_type = [&](std::string_view wanted) {
    return fail(Errc::invalid_argument, fmt::format("must be {}, not {}", wanted, json::describe(value)));
  };
  if (is_number) {
    const auto number = json::as_integer(value);
    if (!number) return wrong_type("a whole number");
    return set_from_text(config, key, std::to_string(*number));
  }
  if (is_flag) {
    if (!value.is_boolean()) return wrong_type("true or false");
    return set_from_text(config, key, value.get<bool>() ? "true" : "false");
  }
  if (!is_list(key)) {
    if (!value.is_string()) return wrong_type("a string");
    return set_from_text(config, key, value.get_ref<const std::string&>());
  }
  if (!value.is_array() ||
      !std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); })) {
    return wrong_type("a list of strings");
  }
  clear_list(config, key);
  for (const auto& item : value) {
    PSCHEDULER_TRY(set_from_text(config, key, item.get_ref<const std::string&>()));
  }
  return {};
}

void set_preset(Config& config, const ConfigKey& key) {
  if (key.preset.empty()) return;
  const auto items = is_list(key) ? split(key.preset, ' ') : std::vector<std::string_view>{key.preset};
  for (const auto item : items) {
    [[maybe_unused]] const auto done = set_from_text(config, key, item);
    assert(done);
  }
}

bool is_list(const ConfigKey& key) {
  return std::holds_alternative<std::vector<fs::path> Config::*>(key.target) ||
         std::holds_alternative<std::vector<adapters::ListenAddress> Config::*>(key.target);
}

void clear_list(Config& config, const ConfigKey& key) {
  std::visit(
      [&](auto member) {
        if constexpr (requires { (config.*member).push_back({}); } &&
                      !std::is_same_v<decltype(member), std::string Config::*>) {
          (config.*member).clear();
        }
      },
      key.target);
}

Json value_as_json(const Config& config, const ConfigKey& key) {
  return std::visit([&](auto member) { return shown(config.*member); }, key.target);
}

std::string type_text(const ConfigKey& key) {
  const Config any;
  return std::visit([&](auto member) { return words(key, any.*member); }, key.target);
}

}  // namespace pscheduler::app
