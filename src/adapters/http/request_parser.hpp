#pragma once
// One HTTP/1.x request out of bytes, within limits. Beast's parser does the work; its headers stay in the
// source.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/api/http.hpp"

namespace pscheduler::adapters {

// Why a request is not handed on: the status and text to answer with before the connection is closed.
struct Refusal {
  int status = 400;
  std::string text;
};

struct RequestLimits {
  std::size_t header_bytes_max;
  std::size_t body_bytes_max;
};

class RequestParser {
 public:
  explicit RequestParser(const RequestLimits& limits);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) = delete;

  // Takes what it can use from the front of the input and says how many bytes that was; what is left must
  // come again with more behind it. Nothing is taken behind the end of the request or after a refusal.
  std::size_t feed(std::string_view input);

  [[nodiscard]] bool header_done() const;
  [[nodiscard]] bool done() const;
  [[nodiscard]] const std::optional<Refusal>& refusal() const;
  [[nodiscard]] bool expects_continue() const;
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool http_1_0() const;  // by a client that knows no chunks
  [[nodiscard]] std::size_t body_bytes() const;

  // Refuses the request for a reason of the caller's; the first refusal stays.
  void refuse(Refusal refusal);

  // The request, once it is done; the addresses and `secure` are left to the caller.
  api::HttpRequest take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pscheduler::adapters
