#include "adapters/http/request_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "pscheduler/base/text.hpp"

namespace pscheduler::adapters {

namespace http = boost::beast::http;
namespace beast = boost::beast;
using boost::system::error_code;

namespace {

// More fields than any client sends; each costs memory beyond its bytes.
constexpr std::size_t kFieldsMax = 256;
// Bodies grow with what has arrived, not with what is announced.
constexpr std::uint64_t kBodyReserveMax = 256u << 10;

bool is_form(std::string_view content_type) {
  const auto type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
  return type == "application/x-www-form-urlencoded" || type == "multipart/form-data";
}

// "https://host:1/path" → host "host:1", target "/path" (RFC 9112, 3.2.2).
void take_absolute_form(api::HttpRequest& request) {
  const auto scheme_end = request.target.find("://");
  if (request.target.empty() || request.target.front() == '/' || scheme_end == std::string::npos) return;
  const auto host_start = scheme_end + 3;
  const auto host_end = std::min(request.target.find_first_of("/?", host_start), request.target.size());
  request.host = request.target.substr(host_start, host_end - host_start);
  request.target.erase(0, host_end);
  if (request.target.empty() || request.target.front() == '?') request.target.insert(0, "/");
}

}  // namespace

class RequestParser::Impl final : public http::basic_parser<true> {
 public:
  explicit Impl(const RequestLimits& limits) : limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    body_limit(limits.body_bytes_max);
  }

  std::size_t feed(std::string_view input) {
    std::size_t used = 0;
    while (!is_done() && !refusal_) {
      const auto rest = input.substr(used);
      error_code error;
      const auto taken = put(boost::asio::const_buffer(rest.data(), rest.size()), error);
      used += taken;
      if (error && error != http::error::need_more) refuse(error, rest);
      if (error == http::error::need_more || taken == 0) break;
    }
    // A line of a chunked body that never ends must not fill the memory.
    if (!refusal_ && !is_done() && input.size() - used > limits_.header_bytes_max) {
      refusal_ = Refusal{400, "The request has a line that is too long."};
    }
    return used;
  }

  void refuse(const error_code& error, std::string_view input) {
    if (refusal_) return;
    if (error == http::error::body_limit) {
      refusal_ = Refusal{413, "The body is larger than the " + std::to_string(limits_.body_bytes_max) +
                                  " bytes this server accepts."};
    } else if (error == http::error::header_limit) {
      const bool in_first_line = request_.method.empty() && input.find('\n') == std::string_view::npos;
      refusal_ =
          Refusal{in_first_line ? 414 : 431,
                  std::string(in_first_line ? "The URL is" : "The header fields are") + " longer than the " +
                      std::to_string(limits_.header_bytes_max) + " bytes this server accepts."};
    } else if (error == http::error::bad_version) {
      refusal_ = Refusal{505, "Only HTTP/1.0 and HTTP/1.1 are spoken here."};
    } else {
      refusal_ = Refusal{400, "This is not a well-formed HTTP request: " + error.message() + "."};
    }
  }

  void refuse(Refusal refusal) {
    if (!refusal_) refusal_ = std::move(refusal);
  }

  api::HttpRequest take() {
    if (is_form(request_.content_type)) request_.body.clear();
    return std::move(request_);
  }

  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  [[nodiscard]] bool is_http_1_1() const { return http_1_1_; }
  [[nodiscard]] std::size_t body_bytes() const { return request_.body.size(); }

 private:
  void on_request_impl(http::verb, beast::string_view method, beast::string_view target, int version,
                       error_code&) override {
    http_1_1_ = version >= 11;
    request_.method = method;
    request_.target = target;
  }

  void on_response_impl(int, beast::string_view, int, error_code&) override {}

  void on_field_impl(http::field field, beast::string_view name, beast::string_view value,
                     error_code& error) override {
    if (header_seen_) return;  // trailer fields say nothing that is needed
    if (request_.headers.size() == kFieldsMax) {
      stop({431, "There are more than " + std::to_string(kFieldsMax) + " header fields."}, error);
      return;
    }
    const std::string_view text(value.data(), value.size());
    if (field == http::field::host) {
      if (!request_.host.empty()) stop({400, "There is more than one Host field."}, error);
      request_.host = text;
    } else if (field == http::field::content_type) {
      request_.content_type = text;
    } else if (field == http::field::transfer_encoding && to_lower(text) != "chunked") {
      stop({501, "Transfer-Encoding '" + excerpt(text) + "' is not known; only chunked is."}, error);
    } else if (field == http::field::expect && beast::iequals(value, "100-continue")) {
      expects_continue_ = true;
    }
    request_.headers.emplace_back(std::string(name), text);
  }

  void on_header_impl(error_code& error) override {
    header_seen_ = true;
    take_absolute_form(request_);
    if (request_.host.empty() && http_1_1_) {
      stop({400, "The Host field is missing."}, error);
    } else if (request_.target.front() != '/' && request_.target != "*") {
      stop({400, "The request target '" + excerpt(request_.target) + "' is not a path."}, error);
    }
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) request_.body.reserve(static_cast<std::size_t>(std::min(*length, kBodyReserveMax)));
  }

  std::size_t on_body_impl(beast::string_view body, error_code&) override {
    request_.body.append(body.data(), body.size());
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
    request_.body.append(body.data(), body.size());
    return body.size();
  }

  void on_finish_impl(error_code&) override {}

  void stop(Refusal refusal, error_code& error) {
    refuse(std::move(refusal));
    error = http::error::bad_value;
  }

  RequestLimits limits_;
  api::HttpRequest request_;
  std::optional<Refusal> refusal_;
  bool header_seen_ = false;
  bool expects_continue_ = false;
  bool http_1_1_ = true;  // needs Host (RFC 9112, 3.2), knows chunks
};

RequestParser::RequestParser(const RequestLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;

std::size_t RequestParser::feed(std::string_view input) {
  return impl_->feed(input);
}
bool RequestParser::header_done() const {
  return impl_->is_header_done();
}
bool RequestParser::done() const {
  return impl_->is_done();
}
const std::optional<Refusal>& RequestParser::refusal() const {
  return impl_->refusal();
}
bool RequestParser::expects_continue() const {
  return impl_->expects_continue();
}
bool RequestParser::keep_alive() const {
  return impl_->keep_alive();
}
bool RequestParser::http_1_0() const {
  return !impl_->is_http_1_1();
}
std::size_t RequestParser::body_bytes() const {
  return impl_->body_bytes();
}
void RequestParser::refuse(Refusal refusal) {
  impl_->refuse(std::move(refusal));
}
api::HttpRequest RequestParser::take() {
  return impl_->take();
}

}  // namespace pscheduler::adapters
