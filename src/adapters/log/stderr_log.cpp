#include "pscheduler/adapters/log/stderr_log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>

#include "adapters/log/log_line.hpp"

namespace pscheduler::adapters {
namespace {

spdlog::level::level_enum to_spdlog(ports::Level level) {
  switch (level) {
    case ports::Level::debug:
      return spdlog::level::debug;
    case ports::Level::info:
      return spdlog::level::info;
    case ports::Level::warning:
      return spdlog::level::warn;
    case ports::Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

class StderrLog::Impl {
 public:
  explicit Impl(ports::Level level)
      : lowest(level), logger("pschedulerd", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger.set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %v",
                                                                     spdlog::pattern_time_type::utc, "\n"));
    logger.set_level(to_spdlog(level));
    logger.flush_on(spdlog::level::debug);
  }

  std::atomic<ports::Level> lowest;
  spdlog::logger logger;
};

StderrLog::StderrLog(ports::Level lowest) : impl_(std::make_unique<Impl>(lowest)) {}
StderrLog::~StderrLog() = default;

void StderrLog::write(const ports::Message& message, std::initializer_list<ports::Field> fields) {
  const auto level = to_spdlog(message.level);
  if (!impl_->logger.should_log(level)) return;
  impl_->logger.log(level, spdlog::string_view_t(log_line(message, fields)));
}

void StderrLog::set_debug(bool on) {
  impl_->logger.set_level(to_spdlog(on ? ports::Level::debug : impl_->lowest.load()));
}

bool StderrLog::debug() const {
  return impl_->logger.should_log(spdlog::level::debug);
}

void StderrLog::set_lowest(ports::Level lowest) {
  impl_->lowest = lowest;
  impl_->logger.set_level(to_spdlog(lowest));
}

}  // namespace pscheduler::adapters
