#pragma once
// The HTTPS server: HTTP/1.1 over TLS on several addresses, on one executor.
//
// Slow, silent, broken and greedy clients are bounded by HttpServerLimits and cannot hold up the others. What
// a request means is the handler's business. The program starts one and stops it; all calls on its thread.

#include <filesystem>
#include <memory>
#include <vector>

#include "pscheduler/adapters/http/listen_address.hpp"
#include "pscheduler/api/http.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::adapters {

struct HttpServerLimits {
  Duration handshake_time = std::chrono::seconds(10);
  Duration header_time = std::chrono::seconds(10);  // from a request's first byte to the end of its header
  Duration body_time = std::chrono::seconds(60);    // for the whole body
  Duration body_pause = std::chrono::seconds(15);   // without a single byte of it
  Duration idle_time = std::chrono::seconds(60);    // between requests
  Duration write_time = std::chrono::seconds(30);   // for an answer, and more for long ones
  Duration linger_time = std::chrono::seconds(2);   // for a client to take the last answer
  Duration accept_pause = std::chrono::milliseconds(100);  // when out of descriptors
  std::size_t header_bytes_max = 128u << 10;               // test specs travel in query strings
  std::size_t body_bytes_max = 8u << 20;
  std::size_t bodies_bytes_max = 64u << 20;  // of all requests in work together
  std::size_t connections_max = 1000;
  std::size_t connections_per_address_max = 250;  // an IPv6 address counts with its /64
};

struct HttpServerOptions {
  std::vector<ListenAddress> listen;
  bool skip_absent = false;           // addresses this host does not have (no IPv6, say) are left out
  bool plain_http = false;            // without TLS; only for loopback addresses
  std::filesystem::path certificate;  // PEM, unless plain_http
  std::filesystem::path key;
  HttpServerLimits limits;
};

class HttpServer {
 public:
  // Listens on every address or on none (but see skip_absent; one is needed). invalid_argument names what
  // cannot be used, not_found an address that this host does not have, unavailable one that is taken. Handler
  // and log must outlive stop().
  static Result<std::unique_ptr<HttpServer>> start(ports::asio::any_io_executor executor,
                                                   HttpServerOptions options, api::HttpHandler& handler,
                                                   ports::Log& log);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // In the order of the options, with the ports that were bound.
  [[nodiscard]] const std::vector<ListenAddress>& addresses() const;

  // Accepts nothing new, closes idle connections, lets requests in work end within `grace`, then cancels
  // them. Ends when all have ended. A connection counts as one until its client is gone.
  ports::Async<void> stop(Duration grace);

  [[nodiscard]] std::size_t connections() const;

 private:
  class Impl;
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace pscheduler::adapters
