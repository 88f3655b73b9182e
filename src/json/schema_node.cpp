#include "schema_node.hpp"

#include <algorithm>
#include <utility>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/hidden.hpp"
#include "pscheduler/json/pointer.hpp"

namespace pscheduler::json {
namespace {

// Schemas within each other during a check: some five for each of the hundred levels a document may have.
constexpr int kNestingMax = 640;
// Schema nodes visited for one document: far above what a large one needs, a second or two at worst.
constexpr std::size_t kVisitsMax = 5'000'000;

}  // namespace

std::size_t pointer_depth(std::string_view pointer) {
  return static_cast<std::size_t>(std::count(pointer.begin(), pointer.end(), '/'));
}

std::optional<Violation> Checker::run(const Node& root, const Json& value) {
  if (accepts(root, value) && !given_up_) return std::nullopt;
  visits_ = 0;
  if (!given_up_) violation_ = explain(root, value);
  if (given_up_) return std::move(given_up_);
  return violation_ ? std::move(violation_) : Violation{"", shown(value) + " is not allowed here", "schema"};
}

bool Checker::check(const Node& node, const Json& value) {
  if (given_up_) return false;
  if (++visits_ > kVisitsMax) return give_up("is too large to be checked against its schema");
  if (nesting_ >= kNestingMax) return give_up("is nested too deep to be checked against its schema");
  ++nesting_;
  const bool fits = node.target != nullptr ? check(*node.target, value) : check_keywords(node, value);
  --nesting_;
  return fits;
}

bool Checker::check_keywords(const Node& node, const Json& value) {
  if (node.refuses_all) {
    return fail("false", [&] { return shown(value) + " is not allowed here"; });
  }
  const bool had_violation = violation_.has_value();
  for (const Keyword& keyword : node.keywords) {
    if (keyword(value, *this)) continue;
    const bool own = violation_ && !had_violation && pointer_depth(violation_->pointer) == depth();
    if (own && !node.message.empty()) violation_->message = shown(value) + " " + node.message;
    return false;
  }
  return true;
}

bool Checker::check_member(const Node& node, const std::string& name, const Json& value) {
  path_.push_back({&name, 0});
  const bool fits = check(node, value);
  path_.pop_back();
  return fits;
}

bool Checker::check_item(const Node& node, std::size_t index, const Json& value) {
  path_.push_back({nullptr, index});
  const bool fits = check(node, value);
  path_.pop_back();
  return fits;
}

bool Checker::accepts(const Node& node, const Json& value) {
  const bool explaining = std::exchange(explaining_, false);
  const bool fits = check(node, value);
  explaining_ = explaining;
  return fits;
}

std::optional<Violation> Checker::explain(const Node& node, const Json& value) {
  const bool explaining = std::exchange(explaining_, true);
  auto outer = std::exchange(violation_, std::nullopt);
  check(node, value);
  explaining_ = explaining;
  return std::exchange(violation_, std::move(outer));
}

bool Checker::fail(Violation violation) {
  if (explaining_ && !violation_) violation_ = std::move(violation);
  return false;
}

bool Checker::give_up(std::string message) {
  if (!given_up_) given_up_ = Violation{pointer(), std::move(message), "bound"};
  return false;
}

std::string Checker::pointer() const {
  std::string pointer;
  for (const Step& step : path_) {
    if (step.name != nullptr) {
      append_step(pointer, *step.name);
    } else {
      append_step(pointer, step.index);
    }
  }
  return pointer;
}

std::string Checker::shown(const Json& value) const {
  const bool secret = std::any_of(path_.begin(), path_.end(), [](const Step& step) {
    return step.name != nullptr && is_private_name(*step.name);
  });
  return secret ? "the private value" : describe(value);
}

}  // namespace pscheduler::json
