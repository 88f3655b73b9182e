#pragma once
// One HTTP/1.x answer out of bytes, its body bounded. Beast's parser does the work; it stays in the source.

#include <functional>
#include <memory>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/ports/http_client.hpp"

namespace pscheduler::adapters {

class ResponseParser {
 public:
  // An answer to HEAD announces a body but has none.
  enum class Body { expected, none };

  // Gets the body of a 2xx answer in pieces, unbounded, instead of its being kept; false gives it up.
  using BodySink = std::function<bool(std::string_view)>;

  ResponseParser(Body body, std::size_t body_bytes_max, BodySink sink = {});
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // Takes what it can use from the front of the input; what is left must come again with more behind it.
  // Interim answers (1xx) are skipped. too_large, cancelled by the sink, or unreachable when it is not HTTP.
  Result<std::size_t> feed(std::string_view input);

  // The connection has ended; unreachable when the answer is not complete.
  Result<void> feed_end();

  [[nodiscard]] bool done() const;
  [[nodiscard]] bool keep_alive() const;
  ports::HttpAnswer take();

 private:
  class Impl;
  void restart();

  Body body_;
  std::size_t body_bytes_max_;
  BodySink sink_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pscheduler::adapters
