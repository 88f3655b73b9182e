#include "unit/adapters/http/test_server.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/packaged_task.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <limits>

#include "pscheduler/adapters/http/certificate.hpp"

namespace pscheduler::adapters::test {

namespace asio = boost::asio;

namespace {

constexpr auto kPatience = std::chrono::seconds(20);

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "psched-http-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

const std::filesystem::path& certificate_directory() {
  static const TemporaryDirectory directory;
  return directory.path();
}

void LogKeeper::write(const ports::Message& message, std::initializer_list<ports::Field>) {
  const std::lock_guard lock(mutex_);
  ids_.emplace_back(message.id);
  changed_.notify_all();
}

void LogKeeper::await(const ports::Message& message) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(
      lock, kPatience, [&] { return std::find(ids_.begin(), ids_.end(), message.id) != ids_.end(); }));
}

int LogKeeper::count(const ports::Message& message) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::count(ids_.begin(), ids_.end(), message.id));
}

// "<0>", "<1>" and so on, each followed by padding; an error after the last one unless it ends well.
class SteeredHandler::Pieces final : public api::BodyPieces {
 public:
  Pieces(SteeredHandler& handler, int count, bool ends_well, std::size_t padding = 0)
      : handler_(handler), count_(count), ends_well_(ends_well), padding_(padding) {}
  ~Pieces() override { handler_.body_gone(); }

  ports::AsyncResult<std::string> next() override {
    if (made_ == count_ && !ends_well_) co_return fail(Errc::unavailable, "The disk is gone.");
    if (made_ == count_) co_return std::string();
    co_return "<" + std::to_string(made_++) + ">" + std::string(padding_, 'x');
  }

 private:
  SteeredHandler& handler_;
  const int count_;
  const bool ends_well_;
  const std::size_t padding_;
  int made_ = 0;
};

SteeredHandler::SteeredHandler(asio::any_io_executor executor)
    : executor_(std::move(executor)), gate_(executor_, asio::steady_timer::time_point::max()) {}

ports::Async<api::HttpResponse> SteeredHandler::handle(api::HttpRequest request) {
  const auto path = request.target.substr(0, request.target.find('?'));
  api::HttpResponse response;
  response.content_type = "text/plain; charset=utf-8";
  if (path == "/echo") {
    response.body =
        request.method + "|" + request.target + "|" + request.host + "|" + request.content_type + "|" +
        request.peer_address + "|" + request.local_address + "|" + (request.secure ? "secure" : "plain") +
        "|" + std::string(request.header("x-pscheduler-requester").value_or("nobody")) + "|" + request.body;
  } else if (path == "/large") {
    response.body.assign(std::stoul(request.target.substr(path.size() + 1)), 'x');
  } else if (path == "/pieces") {
    const int count = std::stoi(request.target.substr(path.size() + 1));
    response.pieces = std::make_shared<Pieces>(*this, count, true);
  } else if (path == "/endless") {
    count_one(begun_);
    response.pieces = std::make_shared<Pieces>(*this, std::numeric_limits<int>::max(), true, 8192);
  } else if (path == "/breaks") {
    response.pieces = std::make_shared<Pieces>(*this, 1, false);
  } else if (path == "/size") {
    response.body = std::to_string(request.body.size());
  } else if (path == "/redirect") {
    response.status = 303;
    response.headers.emplace_back("Location", request.target.substr(path.size() + 1));
  } else if (path == "/throw") {
    throw std::runtime_error("thrown on purpose");
  } else if (path == "/gate") {
    count_one(begun_);
    const auto token = asio::as_tuple(asio::use_awaitable);
    co_await gate_.async_wait(token);
    response.body = "through the gate";
  } else if (path == "/hang") {
    co_await hang();
  } else {
    response.body = "hello";
  }
  co_return response;
}

void SteeredHandler::count_one(int& counter) {
  {
    const std::lock_guard lock(mutex_);
    ++counter;
  }
  changed_.notify_all();
}

ports::Async<void> SteeredHandler::hang() {
  count_one(begun_);
  asio::steady_timer never(executor_, asio::steady_timer::time_point::max());
  const auto token = asio::as_tuple(asio::use_awaitable);
  co_await never.async_wait(token);
  count_one(cancelled_);
  throw boost::system::system_error(asio::error::operation_aborted);
}

void SteeredHandler::body_gone() {
  {
    const std::lock_guard lock(mutex_);
    body_gone_ = true;
  }
  changed_.notify_all();
}

void SteeredHandler::await_body_gone() {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return body_gone_; }));
}

void SteeredHandler::open_gate() {
  gate_.cancel();
}

void SteeredHandler::await_begun(int count) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return begun_ >= count; }));
}

void SteeredHandler::await_cancelled(int count) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return cancelled_ >= count; }));
}

TestServer::TestServer(Speak speak, HttpServerLimits limits, const std::string& address) : speak_(speak) {
  HttpServerOptions options;
  options.listen = {{address, 0}};
  options.plain_http = speak == Speak::plain;
  options.limits = limits;
  const auto files = ensure_certificate(certificate_directory(), "node.example");
  EXPECT_TRUE(files) << files.error().message;
  options.certificate = files->certificate;
  options.key = files->key;
  handler_ = std::make_unique<SteeredHandler>(loop_.get_executor());
  auto server = HttpServer::start(loop_.get_executor(), std::move(options), *handler_, log_);
  EXPECT_TRUE(server) << server.error().message;
  server_ = std::move(*server);
  thread_ = std::thread([this] { loop_.run(); });
}

TestServer::~TestServer() {
  stop(Duration::zero()).wait();
  work_.reset();
  thread_.join();
}

std::string TestServer::url(const std::string& target) const {
  return (speak_ == Speak::tls ? "https://" : "http://") + address().to_string() + target;
}

void TestServer::run(const std::function<void()>& work) {
  asio::post(loop_, std::packaged_task<void()>(work)).get();
}

std::future<void> TestServer::stop(Duration grace) {
  return asio::co_spawn(loop_, server_->stop(grace), asio::use_future);
}

std::size_t TestServer::connections() {
  std::size_t count = 0;
  run([&] { count = server_->connections(); });
  return count;
}

}  // namespace pscheduler::adapters::test
