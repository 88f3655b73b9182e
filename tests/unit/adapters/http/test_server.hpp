#pragma once
// A real server in a thread of its own, with a handler that tests steer by the path they ask for.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "pscheduler/adapters/http/server.hpp"
#include "unit/adapters/http/raw_peer.hpp"

namespace pscheduler::adapters::test {

// Remembers the ids of what was logged.
class LogKeeper final : public ports::Log {
 public:
  void write(const ports::Message& message, std::initializer_list<ports::Field> fields) override;
  void set_debug(bool) override {}
  [[nodiscard]] bool debug() const override { return true; }
  [[nodiscard]] int count(const ports::Message& message) const;
  // Returns when there is one.
  void await(const ports::Message& message);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> ids_;
};

// /echo answers with what the request was; /large with a body of ?bytes; /pieces with ?count pieces "<0>",
// "<1>" …; /endless with pieces without end; /breaks with a piece and an error; /hang waits until it is
// cancelled; /gate waits until open_gate(); /throw throws; everything else is answered "hello".
class SteeredHandler final : public api::HttpHandler {
 public:
  explicit SteeredHandler(boost::asio::any_io_executor executor);
  ports::Async<api::HttpResponse> handle(api::HttpRequest request) override;

  void open_gate();
  // Return when as many requests for /hang and /gate have begun, or were cancelled.
  void await_begun(int count);
  // Returns when the body of /endless has been given up.
  void await_body_gone();
  void await_cancelled(int count);

 private:
  class Pieces;

  void count_one(int& counter);
  void body_gone();
  ports::Async<void> hang();

  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer gate_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = 0;
  int cancelled_ = 0;
  bool body_gone_ = false;
};

class TestServer {
 public:
  explicit TestServer(Speak speak = Speak::tls, HttpServerLimits limits = {},
                      const std::string& address = "127.0.0.1");
  ~TestServer();

  [[nodiscard]] const ListenAddress& address() const { return server_->addresses().front(); }
  [[nodiscard]] std::string url(const std::string& target) const;
  RawPeer connect() const { return {address(), speak_}; }

  // Runs something on the server's thread and waits for it.
  void run(const std::function<void()>& work);
  std::future<void> stop(Duration grace);

  SteeredHandler& handler() { return *handler_; }
  LogKeeper& log() { return log_; }
  std::size_t connections();

 private:
  Speak speak_;
  LogKeeper log_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::unique_ptr<SteeredHandler> handler_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

// A certificate made once for all tests of the program, in a directory that goes with it.
const std::filesystem::path& certificate_directory();

}  // namespace pscheduler::adapters::test
