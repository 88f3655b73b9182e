// What a well-behaved client sees of the server.

#include <gtest/gtest.h>

#include "unit/adapters/http/test_server.hpp"

namespace pscheduler::adapters::test {
namespace {

struct RequestCase {
  std::string_view name;
  std::string_view request;
  std::string_view echo;  // method|target|host|content type|peer|local|secure|requester|body
};

class EchoedRequest : public testing::TestWithParam<RequestCase> {};

TEST_P(EchoedRequest, ReachesTheHandlerAsItWasMeant) {
  TestServer server;
  auto peer = server.connect();
  ASSERT_TRUE(peer.send(GetParam().request));
  const auto answer = peer.receive();
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, GetParam().echo);
}

INSTANTIATE_TEST_SUITE_P(
    Server, EchoedRequest,
    testing::Values(
        RequestCase{"Get", "GET /echo?spec=%7B%7D HTTP/1.1\r\nHost: a.example:8443\r\n\r\n",
                    "GET|/echo?spec=%7B%7D|a.example:8443||127.0.0.1|127.0.0.1|secure|nobody|"},
        RequestCase{"HeadersInAnyCase",
                    "GET /echo HTTP/1.1\r\nhost: a\r\nx-PSCHEDULER-requester: 192.0.2.1\r\n\r\n",
                    "GET|/echo|a||127.0.0.1|127.0.0.1|secure|192.0.2.1|"},
        RequestCase{
            "AnyBodyType",
            "POST /echo? HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
            "POST|/echo?|a|text/plain|127.0.0.1|127.0.0.1|secure|nobody|{}"},
        RequestCase{"Chunked",
                    "PUT /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n",
                    "PUT|/echo|a||127.0.0.1|127.0.0.1|secure|nobody|abcde"},
        RequestCase{
            "FormBodyIsEmpty",
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: Application/X-WWW-Form-Urlencoded; q=1\r\n"
            "Content-Length: 3\r\n\r\na=b",
            "POST|/echo|a|Application/X-WWW-Form-Urlencoded; q=1|127.0.0.1|127.0.0.1|secure|nobody|"},
        RequestCase{"MultipartBodyIsEmpty",
                    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                    "Content-Length: 3\r\n\r\n--b",
                    "POST|/echo|a|multipart/form-data; boundary=b|127.0.0.1|127.0.0.1|secure|nobody|"},
        RequestCase{"AbsoluteTarget", "GET https://b.example:1/echo?x HTTP/1.1\r\nHost: a\r\n\r\n",
                    "GET|/echo?x|b.example:1||127.0.0.1|127.0.0.1|secure|nobody|"},
        RequestCase{"EmptyLinesFirst", "\r\n\r\nDELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n",
                    "DELETE|/echo|a||127.0.0.1|127.0.0.1|secure|nobody|"},
        RequestCase{"Http10", "GET /echo HTTP/1.0\r\n\r\n", "GET|/echo|||127.0.0.1|127.0.0.1|secure|nobody|"},
        RequestCase{"UnknownMethod", "BREW /echo HTTP/1.1\r\nHost: a\r\n\r\n",
                    "BREW|/echo|a||127.0.0.1|127.0.0.1|secure|nobody|"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Server, AnswersHaveTheFieldsClientsRelyOn) {
  TestServer server;
  auto peer = server.connect();
  peer.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answer = peer.receive();
  EXPECT_EQ(answer.head.substr(0, 17), "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(answer.field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.field("Content-Length"), "5");
  EXPECT_EQ(answer.field("Connection"), "keep-alive");
  EXPECT_EQ(answer.field("Date").substr(25), " GMT");
  EXPECT_EQ(answer.body, "hello");
}

TEST(Server, WorksOverIpv6AndPlainHttpOnLoopback) {
  TestServer server(Speak::plain, {}, "::1");
  auto peer = server.connect();
  peer.send("GET /echo HTTP/1.1\r\nHost: [::1]\r\n\r\n");
  EXPECT_EQ(peer.receive().body, "GET|/echo|[::1]||::1|::1|plain|nobody|");
}

TEST(Server, HeadHasTheLengthButNoBody) {
  TestServer server;
  auto peer = server.connect();
  peer.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(peer.receive(false).field("Content-Length"), "5");
  EXPECT_EQ(peer.receive().body, "hello");
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  auto peer = server.connect();
  constexpr int kCount = 200;
  std::string requests = "GET /gate HTTP/1.1\r\nHost: a\r\n\r\n";
  for (int i = 0; i < kCount; ++i) {
    requests += "POST /echo?" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nb";
  }
  peer.send(requests);
  auto other = server.connect();  // is served meanwhile
  other.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(other.receive().body, "hello");
  server.handler().await_begun(1);
  server.run([&] { server.handler().open_gate(); });
  EXPECT_EQ(peer.receive().body, "through the gate");
  for (int i = 0; i < kCount; ++i) {
    ASSERT_EQ(peer.receive().body,
              "POST|/echo?" + std::to_string(i) + "|a||127.0.0.1|127.0.0.1|secure|nobody|b");
  }
}

TEST(Server, ClosesWhenAskedTo) {
  TestServer server;
  for (const std::string_view request :
       {"GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET /hello HTTP/1.0\r\n\r\n"}) {
    auto peer = server.connect();
    peer.send(request);
    EXPECT_EQ(peer.receive().field("Connection"), "close");
    EXPECT_TRUE(peer.closed_by_server());
  }
}

TEST(Server, TellsTheClientToContinueOnlyWhenItWantsTheBody) {
  TestServer server;
  auto peer = server.connect();
  peer.send("POST /size HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(peer.receive().status, 100);
  peer.send("abc");
  EXPECT_EQ(peer.receive().body, "3");

  peer.send("POST /size HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_EQ(peer.receive().status, 413);
}

TEST(Server, CarriesLargeBodiesBothWays) {
  TestServer server;
  auto peer = server.connect();
  const std::string body(5'000'000, 'b');
  peer.send("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
            body);
  EXPECT_EQ(peer.receive().body, "5000000");
  peer.send("GET /large?20000000 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(peer.receive().body.size(), 20'000'000);
}

TEST(Server, TakesUrlsWithLargeSpecs) {
  TestServer server;
  auto peer = server.connect();
  const std::string spec(100'000, 's');
  peer.send("GET /echo?spec=" + spec + " HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(peer.receive().body.find(spec), std::string::npos);
}

TEST(Server, CancelsARequestWhoseClientHasGone) {
  TestServer server;
  auto closing = server.connect();
  auto resetting = server.connect();
  for (auto* peer : {&closing, &resetting}) peer->send("GET /hang HTTP/1.1\r\nHost: a\r\n\r\n");
  server.handler().await_begun(2);
  closing.close();
  server.handler().await_cancelled(1);
  resetting.reset();
  server.handler().await_cancelled(2);
}

TEST(Server, AnswersFiveHundredWhenTheHandlerThrows) {
  TestServer server;
  auto peer = server.connect();
  peer.send("GET /throw HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answer = peer.receive();
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("on purpose"), std::string::npos);
  EXPECT_EQ(peer.receive().body, "hello");
}

}  // namespace
}  // namespace pscheduler::adapters::test
