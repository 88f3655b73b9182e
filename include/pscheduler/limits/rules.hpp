#pragma once
// A limits file as it is applied. Immutable once loaded; whoever evaluates holds on to the one it began with.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/limits/identifiers.hpp"
#include "pscheduler/limits/limit_types.hpp"
#include "pscheduler/limits/script.hpp"

namespace pscheduler::limits {

// What of the weaknesses that existing files may lean on is kept: classifiers_has() finding parts of names,
// changes of a rewriter that it does not announce passing by the limits, and a failing script under `invert`
// passing (quirks 8, 9, 11).
enum class Strictness { as_before, strict };

enum class Require { none, one, any, all };

std::string_view name_of(Require require);

struct Classifier {
  std::string name;
  std::vector<std::size_t> identifiers;  // as indexes; may repeat
  Require require = Require::any;
};

struct Group {
  Require require = Require::all;
  std::vector<std::size_t> limits;  // as indexes; may repeat
};

struct Application {
  std::string description;
  std::optional<std::size_t> classifier;  // absent: for everybody
  std::vector<Group> groups;
  bool stop_on_failure = false;
  bool invert = false;
};

struct Rules {
  Strictness strictness = Strictness::as_before;
  std::vector<Identifier> identifiers;
  std::vector<Classifier> classifiers;
  std::vector<Limit> limits;
  std::vector<Application> applications;
  std::optional<JqSpec> rewrite;
  std::optional<JqSpec> priority;
};

// The addresses of this host as they were when the rules were loaded.
struct LocalNetworks {
  std::vector<IpAddress> addresses;
  NetworkSet subnets;
};

}  // namespace pscheduler::limits
