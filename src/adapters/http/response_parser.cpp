#include "adapters/http/response_parser.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "pscheduler/base/text.hpp"

namespace pscheduler::adapters {

namespace http = boost::beast::http;
namespace beast = boost::beast;
using boost::system::error_code;

namespace {

constexpr std::uint32_t kHeaderBytesMax = 128u << 10;  // as much as our own server accepts
constexpr std::uint64_t kBodyReserveMax = 256u << 10;
constexpr int kInterimBelow = 200;

}  // namespace

class ResponseParser::Impl final : public http::basic_parser<false> {
 public:
  Impl(Body body, std::size_t body_bytes_max, const BodySink& sink)
      : body_bytes_max_(body_bytes_max), sink_(sink) {
    header_limit(kHeaderBytesMax);
    body_limit(boost::none);  // only what is kept is bounded
    skip(body == Body::none);
  }

  ports::HttpAnswer answer;

 private:
  void on_request_impl(http::verb, beast::string_view, beast::string_view, int, error_code&) override {}

  void on_response_impl(int code, beast::string_view, int, error_code&) override { answer.status = code; }

  void on_field_impl(http::field, beast::string_view name, beast::string_view value, error_code&) override {
    if (header_seen_) return;  // trailer fields say nothing that is needed
    const std::string_view text(value.data(), value.size());
    const auto [entry, is_new] = answer.headers.try_emplace(to_lower({name.data(), name.size()}), text);
    if (!is_new) entry->second.append(", ").append(text);
  }

  void on_header_impl(error_code&) override { header_seen_ = true; }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& error) override {
    if (!length || handed_over()) return;
    if (*length > body_bytes_max_) {
      error = http::error::body_limit;
      return;
    }
    answer.body.reserve(static_cast<std::size_t>(std::min(*length, kBodyReserveMax)));
  }

  std::size_t on_body_impl(beast::string_view body, error_code& error) override {
    return take_body(body, error);
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code& error) override {
    return take_body(body, error);
  }

  void on_finish_impl(error_code&) override {}

  [[nodiscard]] bool handed_over() const { return sink_ && answer.status / 100 == 2; }

  std::size_t take_body(beast::string_view body, error_code& error) {
    if (handed_over()) {
      if (!sink_({body.data(), body.size()})) error = boost::asio::error::operation_aborted;
    } else if (body.size() > body_bytes_max_ - answer.body.size()) {
      error = http::error::body_limit;
    } else {
      answer.body.append(body.data(), body.size());
    }
    return body.size();
  }

  std::size_t body_bytes_max_;
  const BodySink& sink_;
  bool header_seen_ = false;
};

ResponseParser::ResponseParser(Body body, std::size_t body_bytes_max, BodySink sink)
    : body_(body), body_bytes_max_(body_bytes_max), sink_(std::move(sink)) {
  restart();
}
ResponseParser::~ResponseParser() = default;

void ResponseParser::restart() {
  impl_ = std::make_unique<Impl>(body_, body_bytes_max_, sink_);
}

Result<std::size_t> ResponseParser::feed(std::string_view input) {
  std::size_t used = 0;
  while (!done()) {
    const auto rest = input.substr(used);
    error_code error;
    const auto taken = impl_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    used += taken;
    if (error == http::error::body_limit) {
      return fail(Errc::too_large, "the answer is larger than " + std::to_string(body_bytes_max_) + " bytes");
    }
    if (error == boost::asio::error::operation_aborted) return fail(Errc::cancelled, "it was given up");
    if (error && error != http::error::need_more) {
      return fail(Errc::unreachable, "the answer is not HTTP: " + error.message());
    }
    if (impl_->is_done() && impl_->answer.status < kInterimBelow) {
      restart();
    } else if (error || taken == 0) {
      break;
    }
  }
  if (!done() && input.size() - used > kHeaderBytesMax) {
    return fail(Errc::unreachable, "the answer is not HTTP: it has a line that is too long");
  }
  return used;
}

Result<void> ResponseParser::feed_end() {
  error_code error;
  if (impl_->is_header_done()) impl_->put_eof(error);
  if (error || !impl_->is_done()) {
    return fail(Errc::unreachable, "the connection was closed before the answer was complete");
  }
  return {};
}

bool ResponseParser::done() const {
  return impl_->is_done() && impl_->answer.status >= kInterimBelow;
}
bool ResponseParser::keep_alive() const {
  return impl_->keep_alive() && !impl_->need_eof();
}
ports::HttpAnswer ResponseParser::take() {
  return std::move(impl_->answer);
}

}  // namespace pscheduler::adapters
