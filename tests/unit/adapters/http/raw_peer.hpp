#pragma once
// A client that says on the wire exactly what a test wants, good or bad, and blocks while it waits.

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/adapters/http/listen_address.hpp"

namespace pscheduler::adapters::test {

enum class Speak { tls, plain };

struct RawAnswer {
  int status = 0;  // 0: the connection ended first
  std::string head;
  std::string body;

  // The value of a field of the head, by its exact name; empty when absent.
  [[nodiscard]] std::string field(std::string_view name) const;
};

class RawPeer {
 public:
  // Connects, and completes the TLS handshake when it speaks TLS.
  RawPeer(const ListenAddress& server, Speak speak);
  ~RawPeer();
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  // False when the connection is broken.
  bool send(std::string_view bytes);

  // The next answer, by its Content-Length.
  RawAnswer receive(bool with_body = true);

  // Whether the server closes (also by reset) without sending anything more.
  bool closed_by_server();

  // Everything up to the end of the connection.
  std::string receive_rest();

  void close();
  void reset();  // RST instead of FIN

 private:
  bool fill();

  int descriptor_ = -1;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, &SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, &SSL_free};
  std::string received_;
};

}  // namespace pscheduler::adapters::test
