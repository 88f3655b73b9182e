#include "pscheduler/json/reader.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parser.hpp"
#include "pscheduler/json/pointer.hpp"

namespace pscheduler::json {
namespace {

// Builds the value from the events. A null pointer stands for a value within a comment, which is dropped.
class Builder {
 public:
  explicit Builder(Comments comments) : comments_(comments) {}

  void name(std::string name) {
    Json* const object = open_.back();
    const bool dropped = object == nullptr || (comments_ == Comments::drop && name.starts_with('#'));
    member_ = dropped ? nullptr : &(*object)[std::move(name)];
  }

  void scalar(Json value) {
    if (Json* const place = slot()) *place = std::move(value);
  }

  void open(Json empty) {
    Json* const place = slot();
    if (place != nullptr) *place = std::move(empty);
    open_.push_back(place);
  }

  void close() { open_.pop_back(); }

  Json take() { return std::move(root_); }

 private:
  // Where the next value goes. Only the innermost container grows, so pointers to the outer ones stay good.
  Json* slot() {
    if (open_.empty()) return &root_;
    Json* const container = open_.back();
    if (container == nullptr || container->is_object()) return container == nullptr ? nullptr : member_;
    container->push_back(nullptr);
    return &container->back();
  }

  Comments comments_;
  Json root_;
  Json* member_ = nullptr;
  std::vector<Json*> open_;
};

// Follows a pointer through the events.
class Locator {
 public:
  explicit Locator(std::vector<std::string> steps) : steps_(std::move(steps)) {}

  void name(const std::string& name) {
    Level& level = levels_.back();
    level.matches = level.on_path && name == steps_[levels_.size() - 1];
    // The last of several members of one name counts: what was found in an earlier one is void.
    if (level.matches) found_.reset();
  }

  void value(std::size_t offset) {
    if (at_target()) found_ = offset;
    next_item();
  }

  void open(std::size_t offset, bool array) {
    const bool matched = levels_.empty() || levels_.back().matches;
    if (at_target()) found_ = offset;
    const bool on_path = matched && levels_.size() < steps_.size();
    levels_.push_back({on_path, array, on_path && array && steps_[levels_.size()] == "0", 0});
  }

  void close() {
    levels_.pop_back();
    next_item();
  }

  [[nodiscard]] std::optional<std::size_t> found() const { return found_; }

 private:
  struct Level {
    bool on_path;  // all steps up to this container agree
    bool array;
    bool matches;       // the current member or item is the next step
    std::size_t index;  // of the current item
  };

  [[nodiscard]] bool at_target() const {
    if (levels_.empty()) return steps_.empty();
    return levels_.back().matches && levels_.size() == steps_.size();
  }

  void next_item() {
    if (levels_.empty() || !levels_.back().array) return;
    Level& level = levels_.back();
    ++level.index;
    level.matches = level.on_path && std::to_string(level.index) == steps_[levels_.size() - 1];
  }

  std::vector<std::string> steps_;
  std::vector<Level> levels_;
  std::optional<std::size_t> found_;
};

}  // namespace

Result<Json> read(std::string_view text, const ReadOptions& options) {
  if (text.size() > options.bytes_max) {
    return fail(Errc::too_large, "the JSON text has " + std::to_string(text.size()) +
                                     " bytes, more than the " + std::to_string(options.bytes_max) +
                                     " allowed");
  }
  Parser parser(text, options);
  Builder builder(options.comments);
  while (true) {
    switch (parser.next()) {
      case Event::object_begin:
        builder.open(Json::object());
        break;
      case Event::array_begin:
        builder.open(Json::array());
        break;
      case Event::object_end:
      case Event::array_end:
        builder.close();
        break;
      case Event::name:
        builder.name(std::move(parser.name()));
        break;
      case Event::scalar:
        builder.scalar(std::move(parser.scalar()));
        break;
      case Event::end:
        return builder.take();
      case Event::failure:
        return fail(std::move(parser.error()));
    }
  }
}

std::optional<Location> locate(std::string_view text, std::string_view pointer) {
  auto steps = split_pointer(pointer);
  if (!steps) return std::nullopt;
  ReadOptions options;
  options.depth_max = kDepthCeiling;
  options.values_max = text.size() + 1;
  options.dialect = Dialect::limits;
  Parser parser(text, options);
  Locator locator(std::move(*steps));
  while (true) {
    switch (parser.next()) {
      case Event::object_begin:
        locator.open(parser.offset(), false);
        break;
      case Event::array_begin:
        locator.open(parser.offset(), true);
        break;
      case Event::object_end:
      case Event::array_end:
        locator.close();
        break;
      case Event::name:
        locator.name(parser.name());
        break;
      case Event::scalar:
        locator.value(parser.offset());
        break;
      case Event::failure:
        return std::nullopt;
      case Event::end: {
        const auto offset = locator.found();
        return offset ? std::optional(location_of(text, *offset)) : std::nullopt;
      }
    }
  }
}

}  // namespace pscheduler::json
