#include "kafka_producer.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "pscheduler/base/text.hpp"

namespace pscheduler::plugins {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kErrorBytes = 512;
constexpr std::size_t kTroubleShownMax = 300;
constexpr milliseconds kTurn{100};  // between looks at the clock; deliveries and errors wake it at once

// Brokers that cannot be reached are tried again for so long, also at other addresses of their names.
constexpr milliseconds kPatience{3000};
constexpr milliseconds kProbe{1000};

// At its end is how the library fares: "(after 3ms in state CONNECT, 1 identical error(s) suppressed)".
std::string without_state(std::string_view trouble) {
  return std::string(trouble.substr(0, trouble.rfind(" (after ")));
}

}  // namespace

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::open(const KafkaOptions& options,
                                                           const DestinationGuard& guard) {
  std::unique_ptr<KafkaProducer> producer(new KafkaProducer(guard));
  std::array<char, kErrorBytes> error{};
  std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf(rd_kafka_conf_new(),
                                                                          &rd_kafka_conf_destroy);
  for (const auto& [name, value] : options) {
    // What the library says here may quote the value.
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), nullptr, 0) != RD_KAFKA_CONF_OK)
      return fail(Errc::not_possible, fmt::format("The library does not take what is given as {}.", name));
  }
  rd_kafka_conf_set_opaque(conf.get(), producer.get());
  rd_kafka_conf_set_connect_cb(conf.get(), &KafkaProducer::connect);
  rd_kafka_conf_set_error_cb(conf.get(), &KafkaProducer::note_error);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), &KafkaProducer::note_delivery);
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);
  producer->handle_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), error.data(), error.size()));
  if (!producer->handle_)
    return fail(Errc::not_possible, fmt::format("Kafka: {}.", excerpt(error.data(), kTroubleShownMax)));
  static_cast<void>(conf.release());  // it is the producer's now
  return producer;
}

Result<void> KafkaProducer::send(const std::string& topic, const std::string& payload,
                                 const DestinationGuard& guard, Deadline deadline) {
  {
    const std::lock_guard lock(mutex_);
    guard_ = guard;
    objection_.clear();
  }
  delivered_.reset();
  const auto produced = rd_kafka_producev(
      handle_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_VALUE(const_cast<char*>(payload.data()), payload.size()), RD_KAFKA_V_END);
  if (produced != RD_KAFKA_RESP_ERR_NO_ERROR) return give_up(Errc::unavailable, rd_kafka_err2str(produced));
  auto patience = std::chrono::steady_clock::now() + kPatience;
  while (!delivered_) {
    rd_kafka_poll(handle_.get(), static_cast<int>(kTurn.count()));
    const auto now = std::chrono::steady_clock::now();
    if (delivered_) break;
    if (now >= deadline) return give_up(Errc::timed_out, "No acknowledgement came within the time");
    if (now < patience) continue;
    PSCHEDULER_TRY(look_for(topic));
    patience = now + kPatience;
  }
  if (*delivered_ == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  const bool is_late = *delivered_ == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
  return give_up(is_late ? Errc::timed_out : Errc::unavailable, rd_kafka_err2str(*delivered_));
}

// What keeps a message waiting for good: the library tells when the last broker was lost, but not when there
// is one again, and goes on asking for a topic that it may not have.
Result<void> KafkaProducer::look_for(const std::string& topic) {
  const std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)> handle(
      rd_kafka_topic_new(handle_.get(), topic.c_str(), nullptr), &rd_kafka_topic_destroy);
  const rd_kafka_metadata_t* found = nullptr;
  constexpr int kThisTopic = 0;
  const auto error =
      rd_kafka_metadata(handle_.get(), kThisTopic, handle.get(), &found, static_cast<int>(kProbe.count()));
  const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> metadata(
      found, &rd_kafka_metadata_destroy);
  if (delivered_) return {};
  if (is_refused()) return give_up(Errc::forbidden, "The guard refuses a broker");
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (all_down_) return give_up(Errc::unreachable, "No broker can be reached");
    return {};
  }
  all_down_ = false;
  const auto refusal = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_NO_ERROR;
  const bool is_final =
      refusal == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED || refusal == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
  if (is_final) return give_up(Errc::unavailable, rd_kafka_err2str(refusal));
  return {};
}

bool KafkaProducer::is_refused() {
  const std::lock_guard lock(mutex_);
  return !objection_.empty();
}

tl::unexpected<Error> KafkaProducer::give_up(Errc code, std::string_view why) {
  rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  const std::lock_guard lock(mutex_);
  if (!objection_.empty()) return fail(Errc::forbidden, objection_);
  const bool says_all = trouble_.empty() || (code != Errc::unreachable && code != Errc::timed_out);
  if (says_all) return fail(code, fmt::format("Kafka: {}.", why));
  return fail(code, fmt::format("Kafka: {}: {}.", why, excerpt(trouble_, kTroubleShownMax)));
}

int KafkaProducer::connect(int socket, const sockaddr* address, int size, const char* /*broker*/,
                           void* producer) {
  auto& self = *static_cast<KafkaProducer*>(producer);
  {
    const std::lock_guard lock(self.mutex_);
    auto objection = self.guard_.objection(address);
    if (!objection.empty()) {
      self.objection_ = std::move(objection);
      return EACCES;
    }
  }
  // The library waits for what has begun.
  const bool has_begun =
      ::connect(socket, address, static_cast<socklen_t>(size)) == 0 || errno == EINPROGRESS;
  return has_begun ? 0 : errno;
}

void KafkaProducer::note_error(rd_kafka_t* /*handle*/, int error, const char* why, void* producer) {
  auto& self = *static_cast<KafkaProducer*>(producer);
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    self.all_down_ = true;
  else
    self.trouble_ = without_state(why);
}

void KafkaProducer::note_delivery(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message, void* producer) {
  static_cast<KafkaProducer*>(producer)->delivered_ = message->err;
}

}  // namespace pscheduler::plugins
