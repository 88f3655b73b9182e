// The file with the keys of proxies. What is wrong with it is told without quoting any value, as that may be
// a key.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/adapters/system/read_file.hpp"
#include "pscheduler/app/config.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/pointer.hpp"
#include "pscheduler/json/reader.hpp"

namespace pscheduler::app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kFileBytesMax = 1u << 20;  // thousands of keys
constexpr std::size_t kKeyBytesMin = 16;         // fewer can be guessed
constexpr std::size_t kKeyBytesMax = 1024;       // a header has room for it

// What a header can carry between its semicolons.
bool is_field(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f' && c != ';'; });
}

bool is_open_to_others(const fs::path& file) {
  constexpr auto kTooMuch = fs::perms::group_write | fs::perms::others_all;
  std::error_code error;
  return (fs::status(file, error).permissions() & kTooMuch) != fs::perms::none;
}

class KeyReader {
 public:
  explicit KeyReader(const fs::path& file) : file_(file.string()) {}

  tl::expected<RequesterKeys, ConfigProblems> read() {
    auto text = adapters::read_file(file_, kFileBytesMax);
    if (!text) return tl::unexpected(ConfigProblems{std::move(text.error().message)});
    text_ = std::move(*text);
    if (is_open_to_others(file_)) {
      return refuse(
          "holds keys, so others may have no access to it and its group may only read it; chmod 640 it");
    }
    const auto document = json::read(text_);
    if (!document) {
      const auto& why = document.error().message;
      return refuse("is not valid JSON at " + why.substr(0, why.find(": ")));
    }
    if (!document->is_object()) return refuse(R"(must hold a JSON object such as {"NAME": "KEY"})");
    for (const auto& [name, value] : document->items()) take(name, value);
    if (!problems_.empty()) return tl::unexpected(std::move(problems_));
    return std::move(keys_);
  }

 private:
  tl::unexpected<ConfigProblems> refuse(std::string_view what) const {
    return tl::unexpected(ConfigProblems{fmt::format("{}: {}", file_, what)});
  }

  void take(const std::string& name, const Json& value) {
    if (!is_field(name)) {
      report(name, "names of proxies are printable ASCII without blanks and semicolons");
    } else if (!value.is_string()) {
      report(name, "a key must be a string");
    } else if (const auto& key = value.get_ref<const std::string&>(); !is_field(key)) {
      report(name, "keys are printable ASCII without blanks and semicolons");
    } else if (key.size() < kKeyBytesMin || key.size() > kKeyBytesMax) {
      report(name, fmt::format("keys have {} to {} characters; 'openssl rand -hex 32' makes a good one",
                               kKeyBytesMin, kKeyBytesMax));
    } else {
      keys_.emplace(name, key);
    }
  }

  void report(const std::string& name, std::string_view what) {
    std::string pointer;
    json::append_step(pointer, name);
    const auto place = json::locate(text_, pointer);
    problems_.push_back(place ? fmt::format("{}:{}:{}: {}", file_, place->line, place->column, what)
                              : fmt::format("{}: {}", file_, what));
  }

  std::string file_;
  std::string text_;
  RequesterKeys keys_;
  ConfigProblems problems_;
};

}  // namespace

tl::expected<RequesterKeys, ConfigProblems> read_requester_keys(const fs::path& file) {
  if (file.empty()) return RequesterKeys{};
  return KeyReader(file).read();
}

}  // namespace pscheduler::app
