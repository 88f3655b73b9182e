#pragma once
// A process that stays, over its pipes.

#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "adapters/process/launch.hpp"
#include "adapters/process/pipe_pumps.hpp"
#include "adapters/process/supervision.hpp"

namespace pscheduler::adapters {

class PosixConversation final : public ports::Conversation {
 public:
  PosixConversation(const boost::asio::any_io_executor& executor, Launched launched,
                    const ports::ProcessSpec& spec);
  ~PosixConversation() override;

  ports::AsyncResult<void> write(std::string bytes, Duration time_limit) override;
  ports::AsyncResult<std::string> read_until(char delimiter, std::size_t bytes_max,
                                             Duration time_limit) override;
  ports::Async<ports::ProcessOutcome> stop(Duration grace) override;
  [[nodiscard]] std::string errors() const override;

  // Ends when the program has been executed; what is wrong otherwise says stop_and_report().
  ports::AsyncResult<void> wait_started(Duration time_limit);

  // As stop(), with the shepherd's report.
  ports::Async<Finish> stop_and_report(Duration patience);

 private:
  enum class Piece { taken, none_yet, end };
  Piece read_piece();
  [[nodiscard]] Error ended(const char* what) const;

  boost::asio::any_io_executor executor_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::string name_;  // for messages
  Bounds bounds_;
  std::unique_ptr<ShepherdHandle> shepherd_;  // none once stopped
  boost::asio::posix::stream_descriptor input_;
  boost::asio::posix::stream_descriptor output_;
  std::shared_ptr<BoundedText> errors_text_;
  std::shared_ptr<OutputPump> errors_;
  std::string unread_;
};

}  // namespace pscheduler::adapters
