#pragma once
// The program's measurements as Prometheus collects them; every name begins with pscheduler_.

#include <memory>

#include "pscheduler/ports/metrics.hpp"

namespace pscheduler::adapters {

class PrometheusMetrics final : public ports::Metrics {
 public:
  PrometheusMetrics();
  ~PrometheusMetrics() override;

  void request_answered(std::string_view method, std::string_view route, int status, Duration took) override;
  void run_entered(RunState state, std::optional<Duration> late) override;
  void plugin_called(std::string_view method, bool answered, Duration took) override;
  [[nodiscard]] std::string text(const ports::MetricsReading& reading) override;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace pscheduler::adapters
