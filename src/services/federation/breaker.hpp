#pragma once
// Keeps calls from a host that does not answer: after some failures in a row it is left alone for a while,
// then one call now and again finds out whether it is back. The pauses between the beginnings of those
// double, so that one with a long deadline does not keep the next from finding out sooner.
//
// Times are of the steady clock.

#include <optional>

#include "pscheduler/base/error.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::services {

// Fewer may be chance: a lost packet, a restart.
inline constexpr int kFailuresToOpen = 3;

// A host that restarts is back within seconds.
inline constexpr Duration kBreakerPauseFirst = std::chrono::seconds(5);

// Below the pause of errands, so that each of their attempts at a host that is back reaches it.
inline constexpr Duration kBreakerPauseMax = std::chrono::seconds(20);

// From a failure to the next call when there has been a sign of life from the host. It may reach this node
// and not be reached itself, and then its calls shall not become as many of ours.
inline constexpr Duration kPauseAfterSignOfLife = std::chrono::seconds(2);

class Breaker {
 public:
  enum class Pass { call, probe, refused };

  // Whether a call would be refused now.
  [[nodiscard]] bool refuses(Duration now) const { return open_ && now < retry_at_; }

  // What a call may do now. Each that is not refused is followed by one of the three below.
  Pass admit(Duration now);

  // There was an answer, whatever it said; true when that is news.
  bool answered();

  // There was none; true when the host is now left alone.
  bool failed(Pass pass, Duration now, Error error);

  // The host has shown itself in another way: it need not wait for the end of the pause.
  void heard(Duration now);

  // The call was cancelled.
  void abandoned(Pass pass, Duration now);

  // What a call that is refused fails with: what was seen last, and when the host is called again.
  [[nodiscard]] Error refusal(Duration now) const;

  // What is seen of a host that is left alone; absent otherwise.
  struct Silence {
    Duration since{};  // the first of the failures
    Duration next_call{};
    std::string problem;
  };
  [[nodiscard]] std::optional<Silence> silence() const;

 private:
  int failures_ = 0;  // in a row
  bool open_ = false;
  Duration silent_since_{};
  Duration failed_at_{};  // the last time
  Duration retry_at_{};
  Duration pause_{};
  Error last_error_;
};

}  // namespace pscheduler::services
