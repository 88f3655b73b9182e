#include "services/federation/breaker.hpp"

#include <algorithm>
#include <utility>

namespace pscheduler::services {

Breaker::Pass Breaker::admit(Duration now) {
  if (refuses(now)) return Pass::refused;
  if (!open_) return Pass::call;
  probing_ = true;
  return Pass::probe;
}

bool Breaker::answered(Pass pass) {
  if (pass == Pass::probe) probing_ = false;
  failures_ = 0;
  return std::exchange(open_, false);
}

bool Breaker::failed(Pass pass, Duration now, Error error) {
  last_error_ = std::move(error);
  if (pass == Pass::probe) {
    probing_ = false;
    if (!open_) return false;  // a call that had begun before has been answered meanwhile
    pause_ = std::min(2 * pause_, kBreakerPauseMax);
    retry_at_ = now + pause_;
    return false;
  }
  if (open_ || ++failures_ < kFailuresToOpen) return false;
  open_ = true;
  pause_ = kBreakerPauseFirst;
  retry_at_ = now + pause_;
  return true;
}

void Breaker::abandoned(Pass pass) {
  if (pass == Pass::probe) probing_ = false;
}

}  // namespace pscheduler::services
