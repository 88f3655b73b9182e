#include "adapters/http/session.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/ports/messages.hpp"

namespace pscheduler::adapters {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t kReadAheadMax = 64u << 10;   // pipelined bytes held while a request is in work
constexpr std::size_t kInputKept = 4u << 10;       // capacity an idle connection may keep
constexpr std::size_t kJoinedBodyMax = 16u << 10;  // bodies up to this go out with their head in one write
constexpr std::size_t kDiscardMax = 32u << 20;     // of a refused request, so that its answer can be read
constexpr std::size_t kWriteBytesPerSecond = 16u << 10;  // a client slower than this is given up
constexpr int kRequestsInARow = 32;                      // then others get their turn
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string address_text(asio::ip::address address) {
  if (address.is_v6()) {
    auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
    v6.scope_id(0);
    return v6.to_string();
  }
  return address.to_string();
}

api::HttpResponse text_response(int status, std::string text) {
  api::HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text) + "\n";
  return response;
}

// Whether the first byte of a connection begins an HTTP method rather than a TLS record.
bool looks_like_http(char first) {
  return first >= 'A' && first <= 'Z';
}

}  // namespace

Session::Session(SessionContext& context, asio::ip::tcp::socket socket) : context_(context) {
  boost::system::error_code error;
  if (const auto peer = socket.remote_endpoint(error); !error) peer_address_ = address_text(peer.address());
  if (const auto local = socket.local_endpoint(error); !error) local_address_ = address_text(local.address());
  channel_ = std::make_shared<Channel>(std::move(socket));
}

ports::Async<void> Session::run() {
  try {
    co_await serve();
  } catch (const boost::system::system_error&) {
    // Cancelled: the server stops or the client has gone.
  } catch (const std::exception& problem) {
    context_.log.write(ports::kHttpHandlerFailed, {{"reason", std::string(problem.what())}});
  }
  context_.bodies_bytes -= std::exchange(body_accounted_, 0);
  channel_->close();
}

void Session::stop_when_idle() {
  if (phase_ == Phase::idle) cancel();
}

ports::Async<void> Session::serve() {
  if (!co_await open()) co_return;
  for (int in_a_row = 1;; ++in_a_row) {
    RequestParser parser({context_.limits.header_bytes_max, context_.limits.body_bytes_max});
    const auto outcome = co_await read_request(parser);
    if (outcome == Read::gone) break;
    phase_ = Phase::answering;
    api::HttpResponse response;
    auto body_end = BodyEnd::length;
    bool keep_alive = false;
    bool head_only = false;
    if (outcome == Read::refused) {
      response = text_response(parser.refusal()->status, parser.refusal()->text);
    } else {
      keep_alive = parser.keep_alive();
      auto request = parser.take();
      head_only = request.method == "HEAD";
      response = co_await answer(std::move(request));
      if (response.pieces) body_end = parser.http_1_0() ? BodyEnd::close : BodyEnd::chunks;
      keep_alive = keep_alive && body_end != BodyEnd::close;
    }
    context_.bodies_bytes -= std::exchange(body_accounted_, 0);
    keep_alive = keep_alive && !context_.stopping;
    if (gone_ || !co_await respond(std::move(response), body_end, keep_alive, head_only)) break;
    if (!keep_alive) {
      co_await linger();
      break;
    }
    if (in_a_row % kRequestsInARow == 0) co_await asio::post(asio::use_awaitable);
  }
}

ports::Async<bool> Session::open() {
  if (!context_.tls) co_return true;
  if (!channel_->use_tls_as_server(context_.tls.get())) co_return false;
  deadline_ = steady_clock::now() + context_.limits.handshake_time;
  phase_ = Phase::header;
  bool first_look = true;
  for (;;) {
    char first = 0;
    if (first_look && channel_->peek({&first, 1}) == 1) {
      first_look = false;
      if (looks_like_http(first)) co_return co_await refuse_plain_http();
    }
    const auto state = channel_->handshake();
    if (state == Io::moved) co_return true;
    if (state != Io::blocked || !co_await channel_->ready(deadline_)) break;
  }
  if (context_.log.debug()) {
    context_.log.write(ports::kHttpTlsFailed, {{"peer", peer_address_}, {"reason", channel_->failure()}});
  }
  co_return false;
}

// Whoever speaks HTTP to the HTTPS port is told so in plain text; always false.
ports::Async<bool> Session::refuse_plain_http() {
  channel_->use_plain();
  auto response = text_response(403, "This port speaks HTTPS; use a URL that begins with https://.");
  const bool sent = co_await respond(std::move(response), BodyEnd::length, false, false);
  if (sent) co_await linger();
  co_return false;
}

ports::Async<Session::Read> Session::read_request(RequestParser& parser) {
  phase_ = Phase::idle;
  deadline_ = steady_clock::now() + context_.limits.idle_time;
  bool told_to_continue = false;
  for (;;) {
    if (phase_ == Phase::idle) {
      input_.erase(0, input_.find_first_not_of("\r\n"));  // an empty line before a request (RFC 9112, 2.2)
      if (!input_.empty()) {
        phase_ = Phase::header;
        deadline_ = steady_clock::now() + context_.limits.header_time;
      }
    }
    if (!input_.empty()) {
      input_.erase(0, parser.feed(input_));
      if (!account_for_body(parser)) co_return Read::refused;
      if (parser.done()) co_return Read::request;
      if (parser.header_done() && phase_ == Phase::header) {
        phase_ = Phase::body;
        deadline_ = steady_clock::now() + context_.limits.body_time;
      }
      if (parser.expects_continue() && phase_ == Phase::body && !std::exchange(told_to_continue, true)) {
        if (!co_await send(kContinue)) co_return Read::gone;
      }
    }
    const auto outcome = co_await await_bytes(parser);
    if (outcome != Read::request) co_return outcome;
  }
}

// Waits for more input; `request` when there is some.
ports::Async<Session::Read> Session::await_bytes(RequestParser& parser) {
  for (;;) {
    const auto result = channel_->read(context_.scratch);
    if (result.state == Io::moved) {
      input_.append(context_.scratch.data(), result.bytes);
      co_return Read::request;
    }
    if (result.state != Io::blocked) co_return Read::gone;
    if (phase_ == Phase::idle) {
      if (context_.stopping) co_return Read::gone;
      if (input_.capacity() > kInputKept) std::string().swap(input_);
    }
    auto until = deadline_;
    if (phase_ == Phase::body) until = std::min(until, steady_clock::now() + context_.limits.body_pause);
    if (co_await channel_->ready(until)) continue;
    if (phase_ == Phase::idle) co_return Read::gone;
    parser.refuse({408, phase_ == Phase::body ? "The body of the request did not arrive in time."
                                              : "The header of the request did not arrive in time."});
    co_return Read::refused;
  }
}

// Whether the request may go on: not refused, and its body fits into what all requests may hold together.
bool Session::account_for_body(RequestParser& parser) {
  if (parser.refusal()) return false;
  const auto grown = parser.body_bytes() - body_accounted_;
  if (context_.bodies_bytes + grown > context_.limits.bodies_bytes_max) {
    parser.refuse({503, "The server holds too many large requests just now; try again later."});
    return false;
  }
  context_.bodies_bytes += grown;
  body_accounted_ += grown;
  return true;
}

ports::Async<api::HttpResponse> Session::answer(api::HttpRequest request) {
  request.secure = context_.tls != nullptr;
  request.peer_address = peer_address_;
  request.local_address = local_address_;
  std::string summary;
  if (context_.log.debug()) {
    summary = request.method + " " + request.target.substr(0, request.target.find('?'));
  }
  watch_client();
  api::HttpResponse response;
  std::string problem;
  try {
    response = co_await context_.handler.handle(std::move(request));
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    problem = error.what();
  } catch (const std::exception& error) {
    problem = error.what();
  }
  channel_->unwatch();
  if (!problem.empty()) {
    context_.log.write(ports::kHttpHandlerFailed, {{"reason", problem}});
    response = text_response(500, "The server made a mistake while answering; its log says more.");
  }
  if (!summary.empty()) {
    context_.log.write(
        ports::kHttpRequest,
        {{"peer", peer_address_}, {"request", excerpt(summary)}, {"status", std::int64_t{response.status}}});
  }
  co_return response;
}

void Session::watch_client() {
  channel_->watch([this] { client_sent(); });
}

// Something came while a request is in work: more requests, or the client's farewell.
void Session::client_sent() {
  while (input_.size() < kReadAheadMax) {
    const auto result = channel_->read(context_.scratch);
    if (result.state == Io::moved) {
      input_.append(context_.scratch.data(), result.bytes);
    } else if (result.state == Io::blocked) {
      watch_client();
      return;
    } else {
      gone_ = true;
      cancel();
      return;
    }
  }
}

ports::Async<bool> Session::respond(api::HttpResponse response, BodyEnd body_end, bool keep_alive,
                                    bool head_only) {
  auto head =
      response_head(response, body_end, keep_alive, context_.date.text(std::chrono::system_clock::now()));
  if (head_only || !may_have_body(response.status)) response.body.clear();
  const bool joined = response.body.size() <= kJoinedBodyMax;
  if (joined) head += response.body;
  bool sent = co_await send(head);
  if (sent && !joined) sent = co_await send(response.body);
  if (!sent || !response.pieces || head_only || !may_have_body(response.status)) co_return sent;
  co_return co_await send_pieces(*response.pieces, body_end);
}

// The whole body; others get their turn after every piece, however fast the client takes them.
ports::Async<bool> Session::send_pieces(api::BodyPieces& pieces, BodyEnd body_end) {
  for (;;) {
    auto piece = co_await next_piece(pieces);
    if (!piece) co_return false;
    const bool last = piece->empty();
    if (body_end == BodyEnd::chunks) *piece = chunk(*piece);
    if (!co_await send(*piece)) co_return false;
    if (last) co_return true;
    co_await asio::post(asio::use_awaitable);
  }
}

// Nothing when the body cannot go on.
ports::Async<std::optional<std::string>> Session::next_piece(api::BodyPieces& pieces) {
  std::string problem;
  try {
    auto piece = co_await pieces.next();
    if (piece) co_return std::move(*piece);
    problem = piece.error().message;
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    problem = error.what();
  } catch (const std::exception& error) {
    problem = error.what();
  }
  context_.log.write(ports::kHttpAnswerBroken, {{"peer", peer_address_}, {"reason", problem}});
  co_return std::nullopt;
}

ports::Async<bool> Session::send(std::string_view bytes) {
  const auto deadline = steady_clock::now() + context_.limits.write_time +
                        std::chrono::seconds(bytes.size() / kWriteBytesPerSecond);
  while (!bytes.empty()) {
    const auto result = channel_->write(bytes);
    if (result.state == Io::moved) {
      bytes.remove_prefix(result.bytes);
    } else if (result.state != Io::blocked || !co_await channel_->ready(deadline)) {
      co_return false;
    }
  }
  co_return true;
}

// Closing with unread input would reset the connection and take the answer away from a client still sending.
ports::Async<void> Session::linger() {
  phase_ = Phase::closing;
  channel_->finish_writing();
  const auto deadline = steady_clock::now() + context_.limits.linger_time;
  for (std::size_t discarded = 0; discarded < kDiscardMax;) {
    const auto result = channel_->read(context_.scratch);
    if (result.state == Io::moved) {
      discarded += result.bytes;
    } else if (result.state != Io::blocked || !co_await channel_->ready(deadline)) {
      break;
    }
  }
}

}  // namespace pscheduler::adapters
