#include "cli/waiting.hpp"

#include <utility>

namespace pscheduler::cli {
namespace {

constexpr Duration kUnnoticed =
    std::chrono::milliseconds(500);  // a line that flashes up tells nobody anything
constexpr Duration kRefresh = std::chrono::seconds(1);

}  // namespace

Waiting::Waiting(Context& context, What what)
    : context_(context),
      what_(std::move(what)),
      begun_(context.environment.steady()),
      shown_at_(begun_ + kUnnoticed - kRefresh) {}

Waiting::~Waiting() {
  context_.environment.show_progress("");
}

CallOptions Waiting::during(CallOptions call) {
  if (context_.tells_progress && context_.environment.shows_progress()) {
    call.while_waiting = [this] { return look(); };
  }
  return call;
}

bool Waiting::look() {
  const Duration now = context_.environment.steady();
  if (now - shown_at_ < kRefresh) return true;
  shown_at_ = now;
  context_.environment.show_progress(what_(now - begun_));
  return true;
}

std::string with_seconds(const std::string& sentence, Duration waited) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(waited).count();
  return sentence + " (" + std::to_string(seconds) + " s)";
}

Reply get_patiently(Context& context, const std::string& url, const Parameters& parameters,
                    const CallOptions& options, const std::string& what) {
  Waiting waiting(context, [&what](Duration waited) { return with_seconds(what, waited); });
  return context.server.get(url, parameters, waiting.during(options));
}

}  // namespace pscheduler::cli
