// psclock against real HTTPS servers with self-signed certificates.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "live/tool_run.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {
namespace {

using test::kClasses;
using testing::HasSubstr;

// A node that answers /pscheduler/clock with the text it is given, and anything else with 404.
constexpr const char* kServer = R"PY(
import http.server, ssl, subprocess, sys, tempfile, os
body, folder = sys.argv[1].encode(), tempfile.mkdtemp()
cert, key = folder + "/cert", folder + "/key"
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", key, "-out", cert, "-days", "1", "-subj", "/CN=node"], check=True, capture_output=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/pscheduler/clock"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(body if found else b"not here")
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
)PY";

class Node {
 public:
  explicit Node(const std::string& body) {
    int ends[2];
    if (pipe(ends) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execlp("python3", "python3", "-c", kServer, body.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    char text[16] = {};
    if (read(ends[0], text, sizeof text - 1) > 0) port_ = std::atoi(text);
    close(ends[0]);
  }
  ~Node() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  pid_t pid_ = -1;
  int port_ = 0;
};

Json compared(const Json& spec) {
  return test::measured("psclock", test::run_input("clock", spec, "PT6S"));
}

TEST(Psclock, ComparesTwoNodes) {
  const Node here(
      R"({"time":"2026-03-04T10:15:00.000000-05:00","synchronized":true,"source":"chrony","offset":1e-5})");
  const Node there(R"({"time":"2026-03-04T15:15:01.250000+00:00","synchronized":false,"extra":1})");
  const auto result = compared({{"source", here.address()}, {"dest", there.address()}});
  EXPECT_EQ(result["succeeded"], true) << result;
  EXPECT_EQ(result["difference"], "PT1.25S");
  EXPECT_EQ(result["local"]["source"], "chrony");
  EXPECT_EQ(result["remote"],
            Json::parse(R"({"time":"2026-03-04T15:15:01.250000+00:00","synchronized":false})"));
  const Json shown = {{"spec", {{"dest", "x"}}}, {"result", result}};
  const auto text = test::run_method(kClasses / "test/clock/result-format", shown.dump());
  EXPECT_THAT(text.output, HasSubstr("Difference ... PT1.25S"));
}

TEST(Psclock, NamesEachNodeThatDoesNotAnswer) {
  const Node odd("no clock here");
  const auto result = compared({{"source", odd.address()}, {"dest", "127.0.0.1:1"}, {"timeout", "PT2S"}});
  EXPECT_EQ(result["succeeded"], false);
  EXPECT_THAT(result["error"].get<std::string>(),
              HasSubstr(odd.address() + " did not answer with a clock: no clock"));
  EXPECT_THAT(result["error"].get<std::string>(), HasSubstr("127.0.0.1:1: "));
}

}  // namespace
}  // namespace pscheduler::plugins
