#pragma once
// A line on the user's terminal that tells what is being waited for, once that takes long enough to wonder.
// Nothing where stderr is no terminal.

#include <functional>
#include <string>

#include "cli/context.hpp"

namespace pscheduler::cli {

class Waiting {
 public:
  // What is waited for, as in "Waiting for ps.example.org (3 s)": asked for about once a second meanwhile,
  // with how long it has lasted. It may ask a server.
  using What = std::function<std::string(Duration)>;

  Waiting(Context& context, What what);
  ~Waiting();  // erases the line
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  // The options of a call during which the line is kept up to date; it must end before this does.
  [[nodiscard]] CallOptions during(CallOptions call);

 private:
  bool look();

  Context& context_;
  What what_;
  Duration begun_;
  Duration shown_at_;
};

// "Waiting for ps.example.org (3 s)"
std::string with_seconds(const std::string& sentence, Duration waited);

// For one call: Waiting that says the same all the time.
Reply get_patiently(Context& context, const std::string& url, const Parameters& parameters,
                    const CallOptions& options, const std::string& what);

}  // namespace pscheduler::cli
