#pragma once
// A server for results: it takes what is posted as fast as it comes, a thread for each connection, and keeps
// the paths. Until it is opened its port is taken, but refuses connections, as a host whose server is down.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace pscheduler::bench {

class HttpSink {
 public:
  HttpSink();  // on 127.0.0.1, at a port that the system gives
  ~HttpSink();
  HttpSink(const HttpSink&) = delete;
  HttpSink& operator=(const HttpSink&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  // Once.
  void open();

  // How often each path was asked for.
  [[nodiscard]] std::unordered_map<std::string, int> taken() const;
  [[nodiscard]] std::size_t paths() const;

  // The most that there were at the same time.
  [[nodiscard]] int connections_max() const;

 private:
  void accept_all();
  void serve(int socket);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread accepting_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, int> taken_;
  std::vector<int> open_;  // sockets
  std::condition_variable closed_;
  int connections_max_ = 0;
};

}  // namespace pscheduler::bench
