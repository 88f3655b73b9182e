#pragma once
// A producer of librdkafka that sends one message after another and knows that each was taken.

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "kafka_options.hpp"
#include "pscheduler/base/result.hpp"
#include "shared/destination_guard.hpp"

namespace pscheduler::plugins {

class KafkaProducer {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // From then on the library may connect to brokers that the guard allows. Errors: not_possible, such as a
  // certificate that is none.
  static Result<std::unique_ptr<KafkaProducer>> open(const KafkaOptions& options,
                                                     const DestinationGuard& guard);

  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  // Returns when the cluster has acknowledged it. The guard is asked of each address that is connected to,
  // also of those that the cluster names. Errors: forbidden (by the guard), unreachable, timed_out,
  // unavailable; the producer then is of no more use.
  Result<void> send(const std::string& topic, const std::string& payload, const DestinationGuard& guard,
                    Deadline deadline);

 private:
  struct Destroy {
    void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  };

  explicit KafkaProducer(const DestinationGuard& guard) : guard_(guard) {}

  // Called by the library; the first one in its threads.
  static int connect(int socket, const sockaddr* address, int size, const char* broker, void* producer);
  static void note_error(rd_kafka_t* handle, int error, const char* why, void* producer);
  static void note_delivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* producer);

  [[nodiscard]] bool is_refused();
  [[nodiscard]] Result<void> look_for(const std::string& topic);
  [[nodiscard]] tl::unexpected<Error> give_up(Errc code, std::string_view why);

  std::mutex mutex_;  // for the two that follow
  DestinationGuard guard_;
  std::string objection_;  // of the guard

  bool all_down_ = false;  // no broker could be reached, since one last could
  std::string trouble_;    // what the library last said of a broker
  std::optional<rd_kafka_resp_err_t> delivered_;
  std::unique_ptr<rd_kafka_t, Destroy> handle_;  // ends its threads before the rest is gone
};

}  // namespace pscheduler::plugins
