#pragma once
// One client connection of the server, from TLS handshake to close: reads requests one after another, has
// each answered, sends the answer. While a request is in work the connection is watched; when the client goes
// away the request is cancelled.

#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <optional>
#include <string>

#include "adapters/http/channel.hpp"
#include "adapters/http/request_parser.hpp"
#include "adapters/http/response_text.hpp"
#include "pscheduler/adapters/http/server.hpp"

namespace pscheduler::adapters {

// What the sessions of one server share.
struct SessionContext {
  HttpServerLimits limits;
  SslContext tls;  // null: plain HTTP
  api::HttpHandler& handler;
  ports::Log& log;
  HttpDate date;
  std::string scratch;           // where bytes are read to; used between two waits only
  std::size_t bodies_bytes = 0;  // of all requests in work
  bool stopping = false;
};

class Session {
 public:
  Session(SessionContext& context, boost::asio::ip::tcp::socket socket);

  // Until the connection is closed. Never throws.
  ports::Async<void> run();

  // The signal whose slot run() is spawned with.
  boost::asio::cancellation_signal& cancel_signal() noexcept { return cancel_signal_; }
  void cancel() { cancel_signal_.emit(boost::asio::cancellation_type::terminal); }

  // Ends at once when no request is in work, else after its answer.
  void stop_when_idle();

 private:
  enum class Phase { idle, header, body, answering, closing };
  enum class Read { request, refused, gone };

  ports::Async<void> serve();
  ports::Async<bool> open();
  ports::Async<bool> refuse_plain_http();
  ports::Async<Read> read_request(RequestParser& parser);
  ports::Async<Read> await_bytes(RequestParser& parser);
  bool account_for_body(RequestParser& parser);
  ports::Async<api::HttpResponse> answer(api::HttpRequest request);
  ports::Async<bool> respond(api::HttpResponse response, BodyEnd body_end, bool keep_alive, bool head_only);
  ports::Async<bool> send_pieces(api::BodyPieces& pieces, BodyEnd body_end);
  ports::Async<std::optional<std::string>> next_piece(api::BodyPieces& pieces);
  ports::Async<bool> send(std::string_view bytes);
  ports::Async<void> linger();
  void watch_client();
  void client_sent();

  SessionContext& context_;
  std::shared_ptr<Channel> channel_;
  boost::asio::cancellation_signal cancel_signal_;
  std::string peer_address_;
  std::string local_address_;
  std::string input_;  // received and not yet used
  Phase phase_ = Phase::idle;
  Channel::TimePoint deadline_{};   // of the phase
  std::size_t body_accounted_ = 0;  // this request's share of SessionContext::bodies_bytes
  bool gone_ = false;
};

}  // namespace pscheduler::adapters
