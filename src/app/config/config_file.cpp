#include "app/config/config_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/config/values.hpp"
#include "pscheduler/adapters/system/read_file.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/nearest.hpp"
#include "pscheduler/json/pointer.hpp"
#include "pscheduler/json/reader.hpp"

namespace pscheduler::app {
namespace {

constexpr std::size_t kFileBytesMax = 1u << 20;  // a thousand times what a configuration needs

class FileReader {
 public:
  FileReader(const std::filesystem::path& file, bool (*may_have)(std::string_view key), Config& config,
             std::vector<std::string>& given, ConfigProblems& problems)
      : file_(file.string()), may_have_(may_have), config_(config), given_(given), problems_(problems) {}

  bool read() {
    auto text = adapters::read_file(file_, kFileBytesMax);
    if (!text) {
      problems_.push_back(std::move(text.error().message));
      return false;
    }
    text_ = std::move(*text);
    auto document = json::read(text_);
    if (!document) {
      problems_.push_back(fmt::format("{}: {}", file_, document.error().message));
    } else if (!document->is_object()) {
      report("", fmt::format("the file must hold a JSON object such as {}", example()));
    } else {
      for (const auto& [name, value] : document->items()) take(name, value);
      return true;
    }
    return false;
  }

 private:
  void take(const std::string& name, const Json& value) {
    std::string pointer;
    json::append_step(pointer, name);
    if (name == "schema") {
      const auto schema = json::as_integer(value);
      if (!schema || *schema != kConfigSchema) {
        report(pointer, fmt::format("schema must be {}, not {}", kConfigSchema, json::describe(value)));
      }
      return;
    }
    const auto* const key = may_have_(name) ? find_config_key(name) : nullptr;
    if (key == nullptr) {
      report(pointer, unknown_key(name));
      return;
    }
    given_.push_back(name);
    const auto done = set_from_json(config_, *key, value);
    if (!done) report(pointer, name + ": " + done.error().message);
  }

  [[nodiscard]] std::string example() const {
    return may_have_("listen") ? R"({"listen": ["0.0.0.0:443"]})" : R"({"keep-runs-tasks": "P2D"})";
  }

  [[nodiscard]] std::string unknown_key(const std::string& name) const {
    std::vector<std::string> known;
    for (const auto& key : config_keys()) {
      if (may_have_(key.name)) known.emplace_back(key.name);
    }
    const auto nearest = json::nearest_names(name, known);
    return fmt::format("'{}' is no configuration key{}; {}", excerpt(name),
                       find_config_key(name) == nullptr ? "" : " of this file",
                       nearest.empty() ? "see docs/configuration.md for all of them"
                                       : "did you mean '" + nearest.front() + "'?");
  }

  void report(const std::string& pointer, const std::string& what) {
    const auto place = json::locate(text_, pointer);
    problems_.push_back(place ? fmt::format("{}:{}:{}: {}", file_, place->line, place->column, what)
                              : fmt::format("{}: {}", file_, what));
  }

  std::string file_;
  bool (*may_have_)(std::string_view key);
  Config& config_;
  std::vector<std::string>& given_;
  ConfigProblems& problems_;
  std::string text_;
};

}  // namespace

bool read_config_file(const std::filesystem::path& file, bool (*may_have)(std::string_view key),
                      Config& config, std::vector<std::string>& given, ConfigProblems& problems) {
  return FileReader(file, may_have, config, given, problems).read();
}

}  // namespace pscheduler::app
