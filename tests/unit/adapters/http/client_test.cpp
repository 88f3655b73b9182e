// The client against our own server and against peers that misbehave.

#include "pscheduler/adapters/http/client.hpp"

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "unit/adapters/http/test_server.hpp"

namespace pscheduler::adapters::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ports::HttpCall;

// Knows what tests tell it and never asks a network.
class KnownNames final : public ports::Resolver {
 public:
  ports::AsyncResult<std::vector<std::string>> addresses(std::string host, ports::Family, Duration) override {
    const auto found = names_.find(host);
    if (found == names_.end()) co_return fail(Errc::not_found, "the name '" + host + "' does not exist");
    co_return found->second;
  }
  ports::AsyncResult<std::vector<std::string>> names(std::string, Duration) override {
    co_return std::vector<std::string>{};
  }
  ports::AsyncResult<std::vector<std::string>> texts(std::string, Duration) override {
    co_return std::vector<std::string>{};
  }
  std::map<std::string, std::vector<std::string>> names_;
};

class Client : public testing::Test {
 protected:
  Client() : client_(std::move(BeastHttpClient::make(resolver_).value())) {}

  Result<ports::HttpAnswer> call(HttpCall call) {
    std::optional<Result<ports::HttpAnswer>> result;
    asio::co_spawn(
        loop_, client_->call(std::move(call)),
        [&](const std::exception_ptr&, Result<ports::HttpAnswer> answer) { result = std::move(answer); });
    loop_.restart();
    loop_.run();
    return std::move(*result);
  }

  Result<ports::HttpAnswer> get(const std::string& url) {
    HttpCall request;
    request.url = url;
    return call(request);
  }

  asio::io_context loop_{1};
  KnownNames resolver_;
  std::unique_ptr<BeastHttpClient> client_;
};

// Accepts connections one after another, reads something, answers with a fixed text and closes.
class FixedPeer {
 public:
  explicit FixedPeer(std::vector<std::string> answers) : answers_(std::move(answers)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~FixedPeer() { thread_.join(); }

  [[nodiscard]] std::string url(const std::string& target = "/") const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + target;
  }

 private:
  void serve() {
    for (const auto& answer : answers_) {
      tcp::socket socket(loop_);
      acceptor_.accept(socket);
      std::string request;
      boost::system::error_code error;
      while (!error && request.find("\r\n\r\n") == std::string::npos) {
        std::array<char, 4096> space{};
        request.append(space.data(), socket.read_some(asio::buffer(space), error));
      }
      asio::write(socket, asio::buffer(answer), error);
    }
  }

  asio::io_context loop_{1};
  tcp::acceptor acceptor_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::vector<std::string> answers_;
  std::thread thread_;
};

// Takes connections in the kernel and never says a word.
class SilentPeer {
 public:
  [[nodiscard]] std::string url(const std::string& scheme) const {
    return scheme + "://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/";
  }

 private:
  asio::io_context loop_{1};
  tcp::acceptor acceptor_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
};

TEST_F(Client, SendsMethodHeadersAndBody) {
  TestServer server;
  HttpCall request;
  request.method = "PUT";
  request.url = server.url("/echo?a=%7B#fragment");
  request.headers = {{"X-pScheduler-Requester", "192.0.2.1"}, {"Content-Type", "application/json"}};
  request.body = R"({"a":1})";
  const auto answer = call(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->headers.at("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer->body, "PUT|/echo?a=%7B|" + server.address().to_string() +
                              R"(|application/json|127.0.0.1|127.0.0.1|secure|192.0.2.1|{"a":1})");
}

TEST_F(Client, KeepsConnectionsForFurtherCalls) {
  TestServer server;
  for (int i = 0; i < 5; ++i) ASSERT_EQ(get(server.url("/hello"))->body, "hello");
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(Client, AsksAgainWhenAKeptConnectionIsGone) {
  FixedPeer peer(
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb"});
  EXPECT_EQ(get(peer.url())->body, "a");
  EXPECT_EQ(get(peer.url())->body, "b");
}

TEST_F(Client, CarriesLargeBodiesBothWays) {
  TestServer server;
  EXPECT_EQ(get(server.url("/large?20000000"))->body.size(), 20'000'000u);
  HttpCall request;
  request.method = "POST";
  request.url = server.url("/size");
  request.body.assign(8'000'000, 'b');
  EXPECT_EQ(call(request)->body, "8000000");
}

TEST_F(Client, HearsARefusalBeforeItHasSentEverything) {
  TestServer server;
  HttpCall request;
  request.method = "POST";
  request.url = server.url("/size");
  request.body.assign(20'000'000, 'b');
  const auto answer = call(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 413);
}

TEST_F(Client, HeadHasNoBody) {
  TestServer server;
  HttpCall request;
  request.method = "HEAD";
  request.url = server.url("/hello");
  const auto answer = call(request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->headers.at("content-length"), "5");
  EXPECT_EQ(answer->body, "");
}

TEST_F(Client, FollowsRedirects) {
  TestServer server;
  HttpCall request;
  request.method = "POST";
  request.url = server.url("/redirect?/redirect?" + server.url("/echo"));
  request.body = "gone";
  const auto answer = call(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body.substr(0, 9), "GET|/echo");

  request.redirects_max = 1;
  EXPECT_EQ(call(request).error().code, Errc::unreachable);
  request.redirects_max = 0;
  EXPECT_EQ(call(request)->status, 303);
}

TEST_F(Client, TriesEveryAddressOfAName) {
  TestServer server(Speak::plain);
  resolver_.names_["node.example"] = {"::1", "127.0.0.1"};  // nobody listens on the first
  const auto answer = get("http://node.example:" + std::to_string(server.address().port) + "/echo");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_NE(answer->body.find("|node.example:"), std::string::npos);
}

TEST_F(Client, BindsToTheSourceAddress) {
  TestServer server(Speak::plain);
  HttpCall request;
  request.url = server.url("/echo");
  request.bind_address = "127.0.0.9";
  const auto answer = call(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_NE(answer->body.find("|127.0.0.9|127.0.0.1|"), std::string::npos);
  request.bind_address = "::1";
  EXPECT_EQ(call(request).error().code, Errc::unreachable);
  request.bind_address = "eth0";
  EXPECT_EQ(call(request).error().code, Errc::invalid_argument);
}

TEST_F(Client, TakesBodiesThatEndWithTheConnectionOrComeInChunks) {
  FixedPeer peer({"HTTP/1.0 200 OK\r\n\r\nto the end",
                  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"});
  EXPECT_EQ(get(peer.url())->body, "to the end");
  EXPECT_EQ(get(peer.url())->body, "abc");
}

TEST_F(Client, HandsOverBodiesOfSuccessOnlyAndAsLongAsTheyAreWanted) {
  const std::string chunks =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
  FixedPeer peer({chunks, "HTTP/1.1 500 Broken\r\nContent-Length: 2\r\n\r\nno", chunks});
  std::string taken;
  HttpCall request;
  request.url = peer.url();
  request.body_bytes_max = 2;
  request.on_body = [&](std::string_view piece) {
    taken += piece;
    return true;
  };
  const auto answer = call(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(taken, "abc") << "whatever its length";
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(call(request)->body, "no");
  EXPECT_EQ(taken, "abc");
  request.on_body = [](std::string_view) { return false; };
  EXPECT_EQ(call(request).error().code, Errc::cancelled);
}

struct Misbehaviour {
  std::string_view name;
  std::string_view answer;
  Errc code;
};

TEST_F(Client, FailsClearlyWhenThePeerMisbehaves) {
  constexpr Misbehaviour kCases[] = {
      {"nothing", "", Errc::unreachable},
      {"garbage", "\x01\x02 not http\r\n\r\n", Errc::unreachable},
      {"half a header", "HTTP/1.1 200 OK\r\nContent", Errc::unreachable},
      {"truncated body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", Errc::unreachable},
      {"truncated chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", Errc::unreachable},
      {"too large", "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\nabc", Errc::too_large},
      {"redirect to nowhere", "HTTP/1.1 302 Found\r\nLocation: ftp://x/\r\nContent-Length: 0\r\n\r\n",
       Errc::unreachable},
  };
  for (const auto& misbehaviour : kCases) {
    FixedPeer peer({std::string(misbehaviour.answer)});
    HttpCall request;
    request.url = peer.url();
    request.body_bytes_max = 100;
    const auto answer = call(request);
    ASSERT_FALSE(answer) << misbehaviour.name;
    EXPECT_EQ(answer.error().code, misbehaviour.code) << misbehaviour.name;
    EXPECT_NE(answer.error().message.find("http://127.0.0.1:"), std::string::npos) << answer.error().message;
  }
}

TEST_F(Client, FailsWhenNobodyListensOrTheNameIsUnknown) {
  std::string url;
  {
    const SilentPeer gone;
    url = gone.url("https");
  }
  const auto refused = get(url);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unreachable);
  EXPECT_NE(refused.error().message.find("refused"), std::string::npos) << refused.error().message;
  EXPECT_EQ(get("https://no.such.host.invalid/").error().code, Errc::unreachable);
}

TEST_F(Client, KeepsItsTimeLimitWhereverThePeerStops) {
  const SilentPeer silent;
  TestServer server;
  for (const auto& url : {silent.url("http"), silent.url("https"), server.url("/hang")}) {
    HttpCall request;
    request.url = url;
    request.time_limit = std::chrono::milliseconds(30);
    const auto answer = call(request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::timed_out) << url;
  }
  server.handler().await_cancelled(1);  // closing tells the server
}

TEST_F(Client, RefusesWhatCannotBeSent) {
  EXPECT_EQ(get("ftp://a.example/").error().code, Errc::invalid_argument);
  EXPECT_EQ(get("/relative").error().code, Errc::invalid_argument);
  HttpCall request;
  request.url = "http://127.0.0.1/";
  request.headers = {{"X", "a\r\nInjected: yes"}};
  EXPECT_EQ(call(request).error().code, Errc::invalid_argument);
}

// The contract of ports/async.hpp: a cancelled call ends promptly with operation_aborted.
TEST_F(Client, EndsPromptlyWhenCancelled) {
  const SilentPeer silent;
  TestServer server;
  resolver_.names_["blackhole.example"] = {"192.0.2.1"};
  for (const auto& url : {silent.url("http"), silent.url("https"), server.url("/hang"),
                          std::string("http://blackhole.example/")}) {
    HttpCall request;
    request.url = url;
    asio::cancellation_signal signal;
    bool ended = false;
    bool aborted = false;
    auto done = [&](const std::exception_ptr& problem, const Result<ports::HttpAnswer>& answer) {
      ended = true;
      try {
        if (problem) std::rethrow_exception(problem);
        aborted = !answer && url.find("blackhole") != std::string::npos;  // where no network is: unreachable
      } catch (const boost::system::system_error& error) {
        aborted = error.code() == asio::error::operation_aborted;
      }
    };
    asio::co_spawn(loop_, client_->call(request), asio::bind_cancellation_slot(signal.slot(), done));
    loop_.restart();
    for (int turns = 0; turns < 3; ++turns) loop_.run_one();
    signal.emit(asio::cancellation_type::terminal);
    loop_.run();
    EXPECT_TRUE(ended) << url;
    EXPECT_TRUE(aborted) << url;
  }
}

}  // namespace
}  // namespace pscheduler::adapters::test
