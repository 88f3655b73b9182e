#pragma once
// A blocking keep-alive HTTPS client over OpenSSL: it costs next to nothing beside what it measures. The
// certificate is not checked. Any failure ends the program with a sentence: a benchmark has no second choice.

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pscheduler::bench {

struct Answer {
  int status = 0;
  std::string body;
};

class Connection {
 public:
  // Connects to the port of an IPv4 address and shakes hands; connected() is false when nobody listens.
  explicit Connection(std::uint16_t port, const std::string& address = "127.0.0.1");
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] bool connected() const { return ssl_ != nullptr; }

  Answer get(const std::string& target) { return call("GET", target, {}); }
  // A GET whose answer ends with the connection, after which this one is of no more use. Only counted, not
  // kept.
  struct Arrival {
    std::chrono::steady_clock::time_point first_byte;  // of the answer's body
    std::chrono::steady_clock::time_point end;
    std::size_t bytes = 0;  // of head and body
  };
  Arrival download(const std::string& target);

  Answer post(const std::string& target, const std::string& body) { return call("POST", target, body); }

 private:
  Answer call(std::string_view method, const std::string& target, const std::string& body);
  void fill();

  std::string host_;  // of the header
  int socket_ = -1;
  SSL* ssl_ = nullptr;
  std::string read_;  // of the next answer
};

// Of the body that belongs to the head of a message, up to the end of its last line.
std::size_t content_length(std::string_view head);

[[noreturn]] void give_up(const std::string& sentence);

}  // namespace pscheduler::bench
