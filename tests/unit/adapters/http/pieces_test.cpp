// Bodies that are made piece by piece while they are being sent.

#include <gtest/gtest.h>

#include "pscheduler/ports/messages.hpp"
#include "unit/adapters/http/test_server.hpp"

namespace pscheduler::adapters::test {
namespace {

using namespace std::chrono_literals;

TEST(Pieces, ComeAsChunksAndTheConnectionStays) {
  TestServer server;
  auto peer = server.connect();
  peer.send(
      "GET /pieces?3 HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const auto all = peer.receive_rest();
  const auto body = all.find("\r\n\r\n") + 4;
  const auto head = all.substr(0, body);
  EXPECT_NE(head.find("HTTP/1.1 200 OK\r\n"), std::string::npos);
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_NE(head.find("Connection: keep-alive\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  const std::string chunks = "3\r\n<0>\r\n3\r\n<1>\r\n3\r\n<2>\r\n0\r\n\r\n";
  EXPECT_EQ(all.substr(body, chunks.size()), chunks);
  EXPECT_EQ(all.substr(body + chunks.size(), 8), "HTTP/1.1") << "the next answer follows";
  EXPECT_TRUE(all.ends_with("hello"));
}

TEST(Pieces, OfAnEmptyBodyAreItsEnd) {
  TestServer server;
  auto peer = server.connect();
  peer.send("GET /pieces?0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(peer.receive_rest().ends_with("\r\n\r\n0\r\n\r\n"));
}

TEST(Pieces, EndWithTheConnectionForClientsThatKnowNoChunks) {
  TestServer server;
  auto peer = server.connect();
  peer.send("GET /pieces?3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto all = peer.receive_rest();
  EXPECT_EQ(all.find("Transfer-Encoding"), std::string::npos);
  EXPECT_EQ(all.find("Content-Length"), std::string::npos);
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(all.ends_with("\r\n\r\n<0><1><2>"));
}

TEST(Pieces, AreLeftOutOfAnAnswerToHead) {
  TestServer server;
  auto peer = server.connect();
  peer.send("HEAD /endless HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto head = peer.receive(false);
  EXPECT_EQ(head.field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(peer.receive().body, "hello");
}

TEST(Pieces, ThatBreakOffLeaveNoWholeAnswer) {
  TestServer server;
  auto peer = server.connect();
  peer.send("GET /breaks HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto all = peer.receive_rest();
  EXPECT_TRUE(all.ends_with("3\r\n<0>\r\n")) << "without the chunk that ends it: " << all;
  server.log().await(ports::kHttpAnswerBroken);
}

TEST(Pieces, DoNotHoldUpOthers) {
  TestServer server;
  auto greedy = server.connect();
  greedy.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  server.handler().await_begun(1);
  auto other = server.connect();
  for (int i = 0; i < 20; ++i) {
    other.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(other.receive().body, "hello");
  }
}

TEST(Pieces, EndWhenTheClientGoesAway) {
  TestServer server;
  auto peer = server.connect();
  peer.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  server.handler().await_begun(1);
  peer.reset();
  server.handler().await_body_gone();
}

TEST(Pieces, EndWhenTheClientTakesNothing) {
  HttpServerLimits limits;
  limits.write_time = 50ms;
  TestServer server(Speak::plain, limits);
  auto peer = server.connect();
  peer.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  server.handler().await_body_gone();
}

TEST(Pieces, EndWhenTheServerStops) {
  TestServer server;
  auto peer = server.connect();
  peer.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  server.handler().await_begun(1);
  server.stop(0ms).wait();
  server.handler().await_body_gone();
}

}  // namespace
}  // namespace pscheduler::adapters::test
