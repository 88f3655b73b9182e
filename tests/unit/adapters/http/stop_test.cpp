// Starting and stopping the server, and its certificate.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "adapters/http/tls.hpp"
#include "pscheduler/adapters/http/certificate.hpp"
#include "pscheduler/ports/messages.hpp"
#include "unit/adapters/http/test_server.hpp"

namespace pscheduler::adapters::test {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(Stop, LetsRequestsInWorkEndAndClosesIdleConnections) {
  TestServer server;
  auto idle = server.connect();
  idle.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(idle.receive().status, 200);
  auto busy = server.connect();
  busy.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
  server.handler().await_begun(1);

  auto stopped = server.stop(std::chrono::seconds(20));
  EXPECT_TRUE(idle.closed_by_server());
  server.run([&] { server.handler().open_gate(); });
  const auto answer = busy.receive();
  EXPECT_EQ(answer.body, "through the gate");
  EXPECT_EQ(answer.field("Connection"), "close");
  busy.close();
  stopped.get();
  EXPECT_EQ(server.connections(), 0u);
}

TEST(Stop, CancelsRequestsThatDoNotEndInTime) {
  TestServer server;
  auto peer = server.connect();
  peer.send("GET /hang HTTP/1.1\r\nHost: a\r\n\r\n");
  server.handler().await_begun(1);
  server.stop(std::chrono::milliseconds(10)).get();
  server.handler().await_cancelled(1);
  EXPECT_TRUE(peer.closed_by_server());
  EXPECT_EQ(server.log().count(ports::kHttpStopIncomplete), 0);
}

TEST(Start, SaysWhichAddressIsTaken) {
  TestServer server;
  boost::asio::io_context loop;
  LogKeeper log;
  SteeredHandler handler(loop.get_executor());
  HttpServerOptions options;
  options.plain_http = true;
  options.listen = {server.address()};
  const auto second = HttpServer::start(loop.get_executor(), options, handler, log);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(server.address().to_string()), std::string::npos);
}

TEST(Start, RefusesPlainHttpBeyondLoopback) {
  boost::asio::io_context loop;
  LogKeeper log;
  SteeredHandler handler(loop.get_executor());
  HttpServerOptions options;
  options.plain_http = true;
  options.listen = {{"0.0.0.0", 0}};
  EXPECT_FALSE(HttpServer::start(loop.get_executor(), options, handler, log));
}

TEST(Start, SkipsAbsentAddressesWhenItMay) {
  boost::asio::io_context loop;
  LogKeeper log;
  SteeredHandler handler(loop.get_executor());
  HttpServerOptions options;
  const ListenAddress absent{"192.0.2.1", 0};
  const auto files = ensure_certificate(certificate_directory(), "node.example");
  options.certificate = files->certificate;
  options.key = files->key;
  options.listen = {absent, {"127.0.0.1", 0}};
  const auto strict = HttpServer::start(loop.get_executor(), options, handler, log);
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, Errc::not_found);
  options.skip_absent = true;
  const auto lenient = HttpServer::start(loop.get_executor(), options, handler, log);
  ASSERT_TRUE(lenient) << lenient.error().message;
  EXPECT_EQ((*lenient)->addresses().size(), 1u);
  options.listen = {absent};
  EXPECT_FALSE(HttpServer::start(loop.get_executor(), options, handler, log));
}

TEST(Certificate, IsMadeOnceAndItsKeyIsPrivate) {
  const auto directory = certificate_directory() / "fresh";
  const auto files = ensure_certificate(directory, "192.0.2.7");
  ASSERT_TRUE(files) << files.error().message;
  struct stat facts {};
  ASSERT_EQ(::stat(files->key.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777u, 0600u);
  const auto before = read_file(files->certificate);
  ASSERT_TRUE(ensure_certificate(directory, "other.example"));
  EXPECT_EQ(read_file(files->certificate), before);
  EXPECT_TRUE(make_server_context(files->certificate, files->key));
}

TEST(Certificate, TakesNamesLongerThanItsCommonName) {
  const auto files = ensure_certificate(certificate_directory() / "long", std::string(200, 'h') + ".example");
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_TRUE(make_server_context(files->certificate, files->key));
}

TEST(Certificate, ErrorsNameTheFile) {
  const auto missing = make_server_context("/nonexistent/certificate.pem", "/nonexistent/key.pem");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("/nonexistent/certificate.pem"), std::string::npos);

  const auto ours = ensure_certificate(certificate_directory() / "ours", "a.example");
  const auto theirs = ensure_certificate(certificate_directory() / "theirs", "b.example");
  const auto mixed = make_server_context(ours->certificate, theirs->key);
  ASSERT_FALSE(mixed);
  EXPECT_NE(mixed.error().message.find(theirs->key.string()), std::string::npos);
}

TEST(ListenAddress, ReadsWhatItPrints) {
  for (const std::string text : {"127.0.0.1:8443", "[::1]:8443", "0.0.0.0:0", "[2001:db8::1]:65535"}) {
    const auto address = parse_listen_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
  }
  for (const std::string_view text :
       {"", "8443", "localhost:8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:8443",
        "[127.0.0.1]:1", "[::1]", "127.0.0.1:1x"}) {
    EXPECT_FALSE(parse_listen_address(text)) << text;
  }
}

}  // namespace
}  // namespace pscheduler::adapters::test
