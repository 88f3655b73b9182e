#pragma once
// Stand-ins for the servers and the user's host. The server keeps a log of what it was asked, as on the wire;
// time passes only when someone sleeps or a reply takes its time.

#include <deque>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cli/api_url.hpp"
#include "cli/context.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::cli::testing {

using namespace std::chrono_literals;

class FakeEnvironment final : public Environment {
 public:
  [[nodiscard]] std::optional<std::string> variable(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  }
  [[nodiscard]] Instant now() const override { return time; }
  [[nodiscard]] Duration steady() const override { return time.time_since_epoch(); }
  void sleep_for(Duration length) override {
    slept.push_back(length);
    time += length;
  }
  [[nodiscard]] std::string host_name() const override { return own_name; }
  [[nodiscard]] std::size_t text_width() const override { return 80; }
  [[nodiscard]] bool stdout_is_terminal() const override { return on_terminal; }
  [[nodiscard]] std::vector<std::string> addresses_of(const std::string& name) const override {
    const auto found = addresses.find(name);
    return found == addresses.end() ? std::vector<std::string>() : found->second;
  }
  [[nodiscard]] bool shows_progress() const override { return on_terminal; }
  void show_progress(const std::string& line) override {
    if (progress.empty() ? !line.empty() : progress.back() != line) progress.push_back(line);
  }
  Result<std::unique_ptr<Screen>> open_screen() override {
    if (screen == nullptr) return fail(Errc::not_possible, "This command needs a terminal");
    return std::move(screen);
  }
  void keep_interruptions() override {}
  [[nodiscard]] int interruption() const override { return 0; }
  void enable_debug(DebugTo where) override { debug_to = where; }
  void debug(const std::string& line) override { debug_lines.push_back(line); }

  std::map<std::string, std::string> variables{{"TZ", "UTC"}};
  std::string own_name = "here.example.org";
  Instant time = std::chrono::sys_days(std::chrono::year(2030) / 5 / 1) + 12h;
  bool on_terminal = false;
  std::map<std::string, std::vector<std::string>> addresses;  // of names
  std::vector<std::string> progress;                          // lines one after the other, "" for none
  std::unique_ptr<Screen> screen;                             // for one command
  std::vector<Duration> slept;
  std::optional<DebugTo> debug_to;
  std::vector<std::string> debug_lines;
};

class FakeServer final : public ServerConnection {
 public:
  explicit FakeServer(FakeEnvironment& environment) : environment_(environment) {}

  // The reply to "GET https://…": several are given one after the other, the last again and again.
  void on(const std::string& request, Reply reply, Duration takes = 0s) {
    replies_[request].emplace_back(reply, takes);
  }
  void on(const std::string& request, const std::string& body) { on(request, Reply{200, body, true}); }

  void forget(const std::string& request) { replies_.erase(request); }
  void answer_instead(const std::string& request, Reply reply) {
    forget(request);
    on(request, std::move(reply));
  }

  Reply get(const std::string& url, const Parameters& parameters, const CallOptions& options) override {
    return answer("GET " + with_parameters(url, parameters), options);
  }
  // All begin at once, so that they take as long as the longest.
  std::vector<TimedReply> get_all(const std::vector<std::string>& urls, const CallOptions& options,
                                  const std::function<void(std::size_t)>& on_reply) override {
    const Instant begun = environment_.time;
    Instant over = begun;
    std::vector<TimedReply> replies;
    for (std::size_t i = 0; i < urls.size(); ++i) {
      environment_.time = begun;
      auto reply = get(urls[i], {}, options);
      replies.push_back({std::move(reply), environment_.time - begun});
      over = std::max(over, environment_.time);
      if (on_reply) on_reply(i);
    }
    environment_.time = over;
    return replies;
  }
  Reply post(const std::string& url, const std::string& body, const CallOptions& options) override {
    bodies.push_back(body);
    return answer("POST " + url, options);
  }
  Reply put(const std::string& url, const Parameters& parameters, const CallOptions& options) override {
    return answer("PUT " + with_parameters(url, parameters), options);
  }
  Reply del(const std::string& url, const Parameters& parameters, const CallOptions& options) override {
    return answer("DELETE " + with_parameters(url, parameters), options);
  }

  std::vector<std::string> log;
  std::vector<std::string> bodies;
  std::vector<CallOptions> options_seen;

 private:
  Reply answer(const std::string& request, const CallOptions& options) {
    log.push_back(request);
    options_seen.push_back(options);
    auto& queue = replies_[request];
    if (queue.empty()) return {400, "no answer was prepared for " + request, false};
    const auto [reply, takes] = queue.front();
    if (queue.size() > 1) queue.pop_front();
    pass(takes, options);
    if (!options.on_body || !reply.ok()) return reply;
    // The piece is short, so that whatever is read lies on its edge sooner or later.
    constexpr std::size_t kPiece = 7;
    for (std::size_t at = 0; at < reply.body.size(); at += kPiece) {
      if (!options.on_body(std::string_view(reply.body).substr(at, kPiece))) return {400, "given up", false};
    }
    return {reply.status, "", true};
  }

  // As the connection does, it asks what else is to be done ten times a second.
  void pass(Duration takes, const CallOptions& options) {
    const Instant end = environment_.time + takes;
    while (options.while_waiting && environment_.time + 100ms <= end) {
      environment_.time += 100ms;
      options.while_waiting();
    }
    environment_.time = end;
  }

  FakeEnvironment& environment_;
  std::map<std::string, std::deque<std::pair<Reply, Duration>>> replies_;
};

// For commands that need none.
EventLoop& no_loop();

struct Bench {
  FakeEnvironment environment;
  FakeServer server{environment};
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in;
  Context context{server, environment, out, err, in, no_loop()};
};

}  // namespace pscheduler::cli::testing
