// Broken, slow, silent and greedy clients: each gets a clear answer or is cut off, and the others are served.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pscheduler/ports/messages.hpp"
#include "unit/adapters/http/test_server.hpp"

namespace pscheduler::adapters::test {
namespace {

using std::chrono::milliseconds;

void expect_alive(TestServer& server) {
  auto peer = server.connect();
  peer.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(peer.receive().body, "hello");
}

struct BadCase {
  std::string name;
  std::string request;
  int status;
};

class BadRequest : public testing::TestWithParam<BadCase> {};

TEST_P(BadRequest, IsAnsweredInPlainTextAndClosed) {
  TestServer server;
  auto peer = server.connect();
  peer.send(GetParam().request);
  const auto answer = peer.receive();
  EXPECT_EQ(answer.status, GetParam().status) << answer.body;
  EXPECT_EQ(answer.field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_GT(answer.body.size(), 20u);
  EXPECT_EQ(answer.body.back(), '\n');
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_TRUE(peer.closed_by_server());
  expect_alive(server);
}

std::string many_fields(int count) {
  std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < count; ++i) text += "F: v\r\n";
  return text + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Server, BadRequest,
    testing::Values(
        BadCase{"Garbage", "\x01\x02\x03 nonsense\r\n\r\n", 400},
        BadCase{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        BadCase{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        BadCase{"NotAPath", "GET hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        BadCase{"BadLength", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400},
        BadCase{
            "LengthAndChunked",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400},
        BadCase{"BadChunk", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        BadCase{"UnknownCoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
        BadCase{"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        BadCase{"LongUrl", "GET /" + std::string(200'000, 'u') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        BadCase{"LongHeader", "GET / HTTP/1.1\r\nHost: a\r\nF: " + std::string(200'000, 'f') + "\r\n\r\n",
                431},
        BadCase{"ManyHeaders", many_fields(1000), 431},
        BadCase{"AnnouncedTooLarge", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8388609\r\n\r\n", 413},
        BadCase{"ChunkedTooLarge",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n900000\r\n" +
                    std::string(0x900000, 'c') + "\r\n0\r\n\r\n",
                413},
        BadCase{
            "EndlessChunkExtension",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(300'000, 'e'),
            400}),
    [](const auto& test) { return test.param.name; });

TEST(Misuse, PlainHttpToTheTlsPortIsToldSo) {
  TestServer server;
  RawPeer peer(server.address(), Speak::plain);
  peer.send("GET /pscheduler/ HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answer = peer.receive();
  EXPECT_EQ(answer.status, 403);
  EXPECT_NE(answer.body.find("https://"), std::string::npos);
  EXPECT_TRUE(peer.closed_by_server());
}

TEST(Misuse, GarbageInsteadOfAHandshakeIsCutOff) {
  TestServer server;
  for (const std::string& bytes : {std::string("\x16\x03\x01\xff\xff garbage"), std::string(50'000, '\0'),
                                   std::string("hello\n"), std::string("\x80\x2e\x01\x03\x01")}) {
    RawPeer peer(server.address(), Speak::plain);
    peer.send(bytes + std::string(100, '\xff'));
    peer.receive_rest();
  }
  for (int i = 0; i < 20; ++i) RawPeer(server.address(), Speak::plain).reset();
  expect_alive(server);
}

struct SlowCase {
  std::string_view name;
  Speak speak;
  std::string_view sent;
  int status;  // 0: closed without a word
};

class SlowClient : public testing::TestWithParam<SlowCase> {};

TEST_P(SlowClient, IsGivenUpAtTheDeadline) {
  HttpServerLimits limits;
  limits.handshake_time = limits.header_time = limits.body_time = limits.idle_time = milliseconds(50);
  TestServer server(GetParam().speak == Speak::plain ? Speak::plain : Speak::tls, limits);
  RawPeer peer(server.address(), GetParam().speak);
  peer.send(GetParam().sent);
  EXPECT_EQ(peer.receive().status, GetParam().status);
  EXPECT_TRUE(peer.closed_by_server());
}

INSTANTIATE_TEST_SUITE_P(Server, SlowClient,
                         testing::Values(SlowCase{"Silent", Speak::tls, "", 0},
                                         SlowCase{"SilentInPlain", Speak::plain, "", 0},
                                         SlowCase{"HalfAHeader", Speak::tls, "GET / HTTP/1.1\r\nHost", 408},
                                         SlowCase{"HalfABody", Speak::tls,
                                                  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
                                                  408}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Misuse, HandshakeThatDoesNotComeIsGivenUp) {
  HttpServerLimits limits;
  limits.handshake_time = milliseconds(50);
  TestServer server(Speak::tls, limits);
  RawPeer silent(server.address(), Speak::plain);
  EXPECT_TRUE(silent.closed_by_server());
  RawPeer half(server.address(), Speak::plain);
  half.send("\x16\x03\x01\x02");
  half.receive_rest();
}

TEST(Misuse, ABodyThatPausesIsGivenUpBeforeItsTimeIsOver) {
  HttpServerLimits limits;
  limits.body_pause = milliseconds(50);
  TestServer server(Speak::tls, limits);
  auto peer = server.connect();
  peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab");
  EXPECT_EQ(peer.receive().status, 408);
}

TEST(Misuse, AClientThatDoesNotReadIsGivenUp) {
  HttpServerLimits limits;
  limits.write_time = milliseconds(50);
  TestServer server(Speak::plain, limits);
  auto peer = server.connect();
  constexpr std::size_t kRequests = 3000;  // far more than the kernel keeps of their answers
  for (std::size_t i = 0; i < kRequests; ++i) peer.send("GET /large?15000 HTTP/1.1\r\nHost: a\r\n\r\n");
  expect_alive(server);
  while (server.connections() > 0) std::this_thread::yield();
  EXPECT_LT(peer.receive_rest().size(), kRequests * 15000);
}

TEST(Misuse, LargeBodiesTogetherAreBounded) {
  HttpServerLimits limits;
  limits.bodies_bytes_max = 1'000'000;
  TestServer server(Speak::tls, limits);
  auto first = server.connect();
  first.send("POST /gate HTTP/1.1\r\nHost: a\r\nContent-Length: 600000\r\n\r\n" + std::string(600'000, 'a'));
  server.handler().await_begun(1);
  auto second = server.connect();
  second.send("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 600000\r\n\r\n" + std::string(600'000, 'a'));
  EXPECT_EQ(second.receive().status, 503);
  server.run([&] { server.handler().open_gate(); });
  EXPECT_EQ(first.receive().status, 200);
  auto third = server.connect();
  third.send("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 600000\r\n\r\n" + std::string(600'000, 'a'));
  EXPECT_EQ(third.receive().body, "600000");
}

TEST(Misuse, TooManyConnectionsOfOneAddressAreClosedAtOnce) {
  HttpServerLimits limits;
  limits.connections_per_address_max = 3;
  TestServer server(Speak::plain, limits);
  std::vector<std::unique_ptr<RawPeer>> held;
  for (int i = 0; i < 3; ++i) {
    held.push_back(std::make_unique<RawPeer>(server.address(), Speak::plain));
    held.back()->send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(held.back()->receive().status, 200);
  }
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(RawPeer(server.address(), Speak::plain).closed_by_server());
  EXPECT_EQ(server.log().count(ports::kHttpTooManyConnections), 1);
}

TEST(Misuse, ManyIdleConnectionsCostLittleAndDoNotDisturb) {
  TestServer server(Speak::plain);
  std::vector<std::unique_ptr<RawPeer>> held;
  for (int i = 0; i < 200; ++i) held.push_back(std::make_unique<RawPeer>(server.address(), Speak::plain));
  expect_alive(server);
  EXPECT_GE(server.connections(), 200u);
}

// Lets this process open no descriptor beyond the lowest free one, for as long as it lives.
class OneDescriptorLeft {
 public:
  OneDescriptorLeft() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(lowest_free);
    const rlimit tight{static_cast<rlim_t>(lowest_free) + 1, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &tight);
  }
  ~OneDescriptorLeft() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(Misuse, GoesOnAcceptingWhenDescriptorsAreBack) {
  HttpServerLimits limits;
  limits.accept_pause = milliseconds(1);
  TestServer server(Speak::plain, limits);
  auto waiting = std::make_unique<RawPeer>(server.address(), Speak::plain);
  waiting->send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(waiting->receive().status, 200);
  server.run([] {});  // the server waits for the next connection now; trying to accept takes a descriptor
  std::unique_ptr<RawPeer> late;
  {
    const OneDescriptorLeft scarcity;  // the client takes it, none is left for the server
    late = std::make_unique<RawPeer>(server.address(), Speak::plain);
    late->send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    waiting->send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(waiting->receive().body, "hello");  // those already connected are served
    server.log().await(ports::kHttpAcceptPaused);
  }
  EXPECT_EQ(late->receive().body, "hello");
  EXPECT_EQ(server.log().count(ports::kHttpAcceptPaused), 1);
  EXPECT_EQ(server.log().count(ports::kHttpAcceptResumed), 1);
}

}  // namespace
}  // namespace pscheduler::adapters::test
