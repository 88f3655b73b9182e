#include "adapters/system/dns_query.hpp"

#include <ares.h>

#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <utility>

#include "adapters/system/dns_channel.hpp"

namespace pscheduler::adapters {

namespace asio = boost::asio;

DnsQuery::DnsQuery(asio::any_io_executor executor, std::string subject)
    : executor_(std::move(executor)), timer_(executor_), subject_(std::move(subject)) {}

void DnsQuery::start(std::shared_ptr<DnsChannel> channel, Duration time_limit, Finished finished) {
  channel_ = std::move(channel);
  finished_ = std::move(finished);
  channel_->query_started();
  timer_.expires_after(time_limit);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error) return;
    self->complete(fail(Errc::timed_out, "No answer in time when resolving " + self->subject_));
  });
}

void DnsQuery::complete(Answer answer) {
  if (!finished_) return;
  timer_.cancel();
  asio::post(executor_, [self = shared_from_this(), finished = std::exchange(finished_, nullptr),
                         answer = std::move(answer)]() mutable {
    if (const auto channel = std::exchange(self->channel_, nullptr)) channel->query_ended();
    finished(std::move(answer));
  });
}

void DnsQuery::cancel() {
  complete(fail(Errc::cancelled, "Resolving " + subject_ + " was cancelled"));
}

DnsQuery::Answer DnsQuery::failure(int status) const {
  switch (status) {
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_ENONAME:
      return fail(Errc::not_found, "Cannot resolve " + subject_ + ": there is no such record");
    case ARES_EBADNAME:
    case ARES_EBADSTR:
      return fail(Errc::not_found, "Cannot resolve " + subject_ + ": it is not a valid name");
    case ARES_ETIMEOUT:
      return fail(Errc::timed_out, "No answer in time when resolving " + subject_);
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
      return fail(Errc::cancelled, "Resolving " + subject_ + " was cancelled");
    default:
      return fail(Errc::unavailable, "Cannot resolve " + subject_ + ": " + ares_strerror(status));
  }
}

}  // namespace pscheduler::adapters
