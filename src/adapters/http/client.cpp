#include "pscheduler/adapters/http/client.hpp"

#include <algorithm>

#include "adapters/http/connection_pool.hpp"
#include "adapters/http/connector.hpp"
#include "adapters/http/exchange.hpp"
#include "adapters/http/response_parser.hpp"
#include "pscheduler/addr/ip_address.hpp"

namespace pscheduler::adapters {

namespace asio = boost::asio;
using ports::AsyncResult;
using ports::HttpAnswer;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t kReadBytes = 16u << 10;

Error too_late() {
  return {Errc::timed_out, "there was no complete answer in time", ""};
}

Error broken(const OwnedChannel& channel) {
  return {Errc::unreachable, channel->failure().empty() ? "the connection was closed" : channel->failure(),
          ""};
}

// Whether a failure may mean no more than that a kept connection was closed just then.
enum class Heard { nothing, something };

struct Attempt {
  Result<HttpAnswer> answer;
  Heard heard = Heard::nothing;
};

}  // namespace

class BeastHttpClient::Impl {
 public:
  Impl(ports::Resolver& resolver, SslContext tls)
      : resolver_(resolver), tls_(std::move(tls)), scratch_(kReadBytes, '\0') {}

  AsyncResult<HttpAnswer> call(Exchange& exchange, int redirects_max) {
    for (int redirects = 0;; ++redirects) {
      auto answer = co_await ask(exchange);
      if (!answer || redirects_max == 0 || !is_redirect(*answer)) co_return answer;
      if (redirects == redirects_max) {
        co_return fail(Errc::unreachable,
                       "it redirects more than " + std::to_string(redirects_max) + " times");
      }
      auto followed = follow_redirect(exchange, *answer);
      if (!followed) co_return fail(std::move(followed.error()));
    }
  }

 private:
  // One request; once more on a new connection when a kept one turns out to be gone.
  AsyncResult<HttpAnswer> ask(const Exchange& exchange) {
    if (auto kept = pool_.take(exchange.connection_name())) {
      auto attempt = co_await converse(std::move(kept), exchange);
      if (attempt.answer || attempt.heard == Heard::something || !exchange.repeatable()) {
        co_return std::move(attempt.answer);
      }
    }
    auto channel = co_await connect(exchange);
    if (!channel) co_return fail(std::move(channel.error()));
    auto attempt = co_await converse(std::move(*channel), exchange);
    co_return std::move(attempt.answer);
  }

  AsyncResult<OwnedChannel> connect(const Exchange& exchange) {
    auto literals = co_await addresses_of(exchange);
    if (!literals) co_return fail(std::move(literals.error()));
    auto addresses = connection_order(*literals, exchange.source);
    if (addresses.empty()) {
      co_return fail(Errc::unreachable, "it has no address of the family of the source address");
    }
    auto socket =
        co_await connect_to_first(std::move(addresses), exchange.port(), exchange.source, exchange.deadline);
    if (!socket) co_return fail(std::move(socket.error()));
    OwnedChannel channel(std::make_shared<Channel>(std::move(*socket)));
    if (!exchange.secure()) co_return channel;

    const auto& host = exchange.url.server.host;
    const std::string server_name = IpAddress::parse(host) ? "" : host;  // SNI names no address (RFC 6066, 3)
    SSL_CTX* context = tls_.get();
    if (exchange.verify_certificate) {
      auto verifying = verifying_context();
      if (!verifying) co_return fail(std::move(verifying.error()));
      context = *verifying;
    }
    if (!channel->use_tls_as_client(context, server_name) ||
        (exchange.verify_certificate && !channel->expect_certificate_of(host))) {
      co_return fail(Errc::unavailable, "TLS cannot be set up");
    }
    for (;;) {
      const auto state = channel->handshake();
      if (state == Io::moved) co_return channel;
      if (state != Io::blocked) co_return fail(broken(channel));
      const bool in_time = co_await channel->ready(exchange.deadline);
      if (!in_time) co_return fail(too_late());
    }
  }

  // Reading the system's certificates takes megabytes and milliseconds, so it waits until it is needed.
  Result<SSL_CTX*> verifying_context() {
    if (!verifying_tls_) {
      auto made = make_verifying_context();
      if (!made) return fail(std::move(made.error()));
      verifying_tls_ = std::move(*made);
    }
    return verifying_tls_.get();
  }

  AsyncResult<std::vector<std::string>> addresses_of(const Exchange& exchange) {
    std::string host = exchange.url.server.host;
    std::vector<std::string> result{host};
    if (IpAddress::parse(host)) co_return result;
    const auto left = std::chrono::ceil<Duration>(exchange.deadline - steady_clock::now());
    if (left <= Duration::zero()) co_return fail(too_late());
    auto family = ports::Family::any;
    if (exchange.source) family = exchange.source->is_v6() ? ports::Family::ipv6 : ports::Family::ipv4;
    auto found = co_await resolver_.addresses(std::move(host), family, left);
    if (!found && found.error().code != Errc::timed_out) found.error().code = Errc::unreachable;
    co_return found;
  }

  ports::Async<Attempt> converse(OwnedChannel channel, const Exchange& exchange) {
    Attempt attempt{HttpAnswer{}};
    const auto text = request_text(exchange);
    auto sent = co_await send(channel, text, exchange.deadline);
    if (!sent && sent.error().code == Errc::timed_out) {
      attempt.answer = fail(std::move(sent.error()));
      co_return attempt;
    }
    // A server that refuses a body answers before it has read all: even when sending failed there may be an
    // answer.
    ResponseParser parser(
        exchange.method == "HEAD" ? ResponseParser::Body::none : ResponseParser::Body::expected,
        exchange.body_bytes_max, exchange.on_body);
    attempt.heard = Heard::nothing;
    auto received = co_await receive(channel, parser, exchange.deadline, attempt.heard);
    if (!received) {
      attempt.answer = fail(std::move(received.error()));
      co_return attempt;
    }
    attempt.answer = parser.take();
    if (sent && parser.keep_alive()) pool_.keep(exchange.connection_name(), std::move(channel));
    co_return attempt;
  }

  static AsyncResult<void> send(const OwnedChannel& channel, std::string_view bytes,
                                steady_clock::time_point deadline) {
    while (!bytes.empty()) {
      const auto result = channel->write(bytes);
      if (result.state == Io::moved) {
        bytes.remove_prefix(result.bytes);
      } else if (result.state != Io::blocked) {
        co_return fail(broken(channel));
      } else {
        const bool in_time = co_await channel->ready(deadline);
        if (!in_time) co_return fail(too_late());
      }
    }
    co_return Result<void>();
  }

  AsyncResult<void> receive(const OwnedChannel& channel, ResponseParser& parser,
                            steady_clock::time_point deadline, Heard& heard) {
    std::string input;
    while (!parser.done()) {
      const auto result = channel->read(scratch_);
      if (result.state == Io::blocked) {
        const bool in_time = co_await channel->ready(deadline);
        if (!in_time) co_return fail(too_late());
      } else if (result.state == Io::moved) {
        heard = Heard::something;
        input.append(scratch_.data(), result.bytes);
        const auto used = parser.feed(input);
        if (!used) co_return fail(used.error());
        input.erase(0, *used);
      } else if (result.state == Io::ended) {
        auto complete = parser.feed_end();
        if (!complete) co_return fail(std::move(complete.error()));
      } else {
        co_return fail(broken(channel));
      }
    }
    co_return Result<void>();
  }

  ports::Resolver& resolver_;
  SslContext tls_;
  SslContext verifying_tls_;  // null until a call wants it
  std::string scratch_;       // where bytes are read to; used between two waits only
  ConnectionPool pool_;
};

BeastHttpClient::BeastHttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BeastHttpClient::~BeastHttpClient() = default;

Result<std::unique_ptr<BeastHttpClient>> BeastHttpClient::make(ports::Resolver& resolver) {
  auto tls = make_client_context();
  if (!tls) return fail(std::move(tls.error()));
  auto impl = std::make_unique<Impl>(resolver, std::move(*tls));
  return std::unique_ptr<BeastHttpClient>(new BeastHttpClient(std::move(impl)));
}

AsyncResult<HttpAnswer> BeastHttpClient::call(ports::HttpCall call) {
  const int redirects_max = call.redirects_max;
  auto exchange = make_exchange(std::move(call), kHttpCallTimeDefault);
  if (!exchange) co_return fail(std::move(exchange.error()));
  auto answer = co_await impl_->call(*exchange, redirects_max);
  if (!answer) {
    auto& error = answer.error();
    error.message = "No answer from " + exchange->url.scheme + "://" + exchange->url.server.to_string() +
                    ": " + error.message;
  }
  co_return answer;
}

}  // namespace pscheduler::adapters
