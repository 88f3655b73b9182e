#include "services/federation/breaker.hpp"

#include <algorithm>
#include <utility>

namespace pscheduler::services {

Breaker::Pass Breaker::admit(Duration now) {
  if (refuses(now)) return Pass::refused;
  if (!open_) return Pass::call;
  pause_ = std::min(2 * pause_, kBreakerPauseMax);
  retry_at_ = now + pause_;
  return Pass::probe;
}

bool Breaker::answered() {
  failures_ = 0;
  return std::exchange(open_, false);
}

bool Breaker::failed(Pass pass, Duration now, Error error) {
  last_error_ = std::move(error);
  failed_at_ = now;
  if (pass == Pass::probe || open_) return false;
  if (failures_ == 0) silent_since_ = now;
  if (++failures_ < kFailuresToOpen) return false;
  open_ = true;
  pause_ = kBreakerPauseFirst;
  retry_at_ = now + pause_;
  return true;
}

void Breaker::heard(Duration now) {
  if (open_) retry_at_ = std::min(retry_at_, std::max(now, failed_at_ + kPauseAfterSignOfLife));
}

std::optional<Breaker::Silence> Breaker::silence() const {
  if (!open_) return std::nullopt;
  return Silence{silent_since_, retry_at_, last_error_.message};
}

Error Breaker::refusal(Duration now) const {
  const auto left =
      std::max(std::chrono::ceil<std::chrono::seconds>(retry_at_ - now), std::chrono::seconds(1));
  Error error = last_error_;
  error.message += "; it is called again in " + std::to_string(left.count()) + " s";
  return error;
}

// The next call is the probe then.
void Breaker::abandoned(Pass pass, Duration now) {
  if (pass == Pass::probe) retry_at_ = std::min(retry_at_, now);
}

}  // namespace pscheduler::services
