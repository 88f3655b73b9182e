#pragma once
// Decides as the server does, with what the server uses: scripts in the bounded helper, DNS, HTTP,
// interfaces.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/limits/evaluation.hpp"
#include "pscheduler/limits/problem.hpp"

namespace pscheduler::cli::limits_program {

inline constexpr const char* kUsualFile = "/etc/pscheduler/limits.conf";

class Desk {
 public:
  // `resolver`: ADDRESS:PORT of a name server instead of the system's. unavailable when a program that
  // belongs to this one is missing.
  static Result<std::unique_ptr<Desk>> open(const std::optional<std::string>& resolver);
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  struct Loaded {
    std::vector<limits::Problem> problems;
    std::vector<limits::Problem> warnings;
  };

  // Takes the rules in this text; without problems, they are what decide() goes by.
  Result<Loaded> load(std::string text, limits::Strictness strictness);

  [[nodiscard]] bool can_rewrite() const;

  // Before load() everything passes, as where there is no limits file.
  Result<limits::Decision> decide(limits::Proposal proposal);

 private:
  struct Parts;
  explicit Desk(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace pscheduler::cli::limits_program
