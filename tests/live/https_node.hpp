#pragma once
// An HTTPS server with a certificate of its own, as a node has it.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace pscheduler::plugins::test {

class HttpsNode {
 public:
  // Answers GET of the path with the body and anything else with status 404, on a free port of the address.
  HttpsNode(const char* address, const char* path, const std::string& body) : host_(address) {
    int ends[2];
    if (pipe(ends) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execlp("python3", "python3", "-c", kServer, address, path, body.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    char text[16] = {};
    if (read(ends[0], text, sizeof text - 1) > 0) port_ = std::atoi(text);
    close(ends[0]);
  }
  ~HttpsNode() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  HttpsNode(const HttpsNode&) = delete;
  HttpsNode& operator=(const HttpsNode&) = delete;

  [[nodiscard]] std::string address() const { return host_ + ":" + std::to_string(port_); }

 private:
  static constexpr const char* kServer = R"PY(
import http.server, ssl, subprocess, sys, tempfile
address, path, body = sys.argv[1:]
folder = tempfile.mkdtemp()
cert, key = folder + "/cert", folder + "/key"
subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", key, "-out", cert, "-days", "1", "-subj", "/CN=node"], check=True, capture_output=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == path
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(body.encode() if found else b"not here")
    def log_message(self, *args): pass
server = http.server.HTTPServer((address, 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
)PY";

  std::string host_;
  pid_t pid_ = -1;
  int port_ = 0;
};

}  // namespace pscheduler::plugins::test
