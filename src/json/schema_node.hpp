#pragma once
// A compiled schema: nodes, each a row of keyword checks; and one check of a value against it in progress.

#include <cstddef>
#include <deque>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/json/schema.hpp"

namespace pscheduler::json {

class Checker;

// Whether the value fits one keyword. It answers through Checker::fail when it does not.
using Keyword = std::function<bool(const Json& value, Checker& checker)>;

struct Node {
  bool refuses_all = false;      // the schema `false`
  const Node* target = nullptr;  // of $ref
  std::string message;           // x-message
  std::vector<Keyword> keywords;
};

class CompiledSchema {
 public:
  std::deque<Node> nodes;  // a deque, because nodes point to each other
  const Node* root = nullptr;
};

// Checks silently first; words are found only for a document that failed.
class Checker {
 public:
  // The first violation of the schema, if any.
  std::optional<Violation> run(const Node& root, const Json& value);

  bool check(const Node& node, const Json& value);
  bool check_member(const Node& node, const std::string& name, const Json& value);
  bool check_item(const Node& node, std::size_t index, const Json& value);

  // Whether the value fits, without a word.
  bool accepts(const Node& node, const Json& value);
  // Why it does not fit.
  std::optional<Violation> explain(const Node& node, const Json& value);

  // False; `message` is called only when a message is wanted.
  template <class Message>
  bool fail(std::string_view keyword, Message&& message) {
    if (explaining_ && !violation_) violation_ = Violation{pointer(), message(), keyword};
    return false;
  }
  // The same for one member of the current object.
  template <class Message>
  bool fail_member(const std::string& name, std::string_view keyword, Message&& message) {
    path_.push_back({&name, 0});
    fail(keyword, message);
    path_.pop_back();
    return false;
  }
  bool fail(Violation violation);

  // A bound was hit: the whole check ends with this violation, whatever the schema makes of it.
  bool give_up(std::string message);

  [[nodiscard]] bool explaining() const { return explaining_; }
  [[nodiscard]] std::size_t depth() const { return path_.size(); }
  [[nodiscard]] std::string pointer() const;
  // The value for a message; a private one is not shown.
  [[nodiscard]] std::string shown(const Json& value) const;

 private:
  struct Step {
    const std::string* name;  // nullptr: an index
    std::size_t index;
  };

  bool check_keywords(const Node& node, const Json& value);

  std::vector<Step> path_;
  std::optional<Violation> violation_;
  std::optional<Violation> given_up_;
  bool explaining_ = false;
  int nesting_ = 0;
  std::size_t visits_ = 0;
};

// How many steps a pointer has.
std::size_t pointer_depth(std::string_view pointer);

}  // namespace pscheduler::json
