#pragma once
// The network between the nodes of a universe: it carries calls of one node to the API of another in virtual
// time, as slowly and as badly as the test wants, and keeps what went over the wire. All chance comes from
// its seed.
//
// A call whose request or answer is lost, or which goes to a silent host, is heard of no more: it ends by its
// deadline. A caller that gives up closes the connection, and the other side's handler is cancelled when that
// has got there. Redirects are not followed.

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "component/small_ports.hpp"
#include "component/universe.hpp"
#include "pscheduler/api/http.hpp"
#include "pscheduler/ports/http_client.hpp"
#include "pscheduler/ports/scope.hpp"

namespace pscheduler::test {

// One call as the network has seen it.
struct WireCall {
  Instant at;  // true time
  std::string from;
  std::string to;  // as in the URL
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;
  std::string body;
  std::string bind_address;  // empty: any
  int status = 0;            // 0: no answer was heard
  std::string answer;        // its body
  std::map<std::string, std::string> answer_headers;
  std::string failure;            // why there was no answer, as far as the network had it known to the caller
  std::optional<Instant> served;  // when the request was there
  std::optional<Instant> ended;

  [[nodiscard]] std::string line() const;  // "a.example > b.example: PUT /pscheduler/... 200"
};

// What becomes of one call.
struct Fate {
  bool request_is_lost = false;
  bool answer_is_lost = false;
  Duration request_takes_longer{};
  Duration answer_takes_longer{};
};

// One direction between two hosts.
struct Link {
  Duration latency_min = std::chrono::milliseconds(1);
  Duration latency_max = std::chrono::milliseconds(30);
  int lost_of_thousand = 0;  // messages, requests as well as answers
  bool cut = false;
};

class Network {
 public:
  // The API of a node that is on.
  class Server {
   public:
    virtual ~Server() = default;
    // Answers, with nothing when the handler was cancelled.
    using Done = std::function<void(std::optional<api::HttpResponse>)>;
    virtual ports::Scope::Ticket serve(api::HttpRequest request, Done done) = 0;
    virtual void give_up(ports::Scope::Ticket ticket) = 0;
  };

  Network(Universe& universe, std::uint64_t seed);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // A host, which is off. Calls find it by its name and by each address; it calls from the first address
  // unless another one is asked for.
  void add_host(const std::string& name, std::vector<std::string> addresses);
  // Its power is on: it can call others.
  void power_on(const std::string& host);
  // It answers from now on.
  void serve(const std::string& host, Server& server);
  // It takes no more requests; those it has are answered.
  void refuse(const std::string& host);
  // It is off: calls to and from it are heard of no more, or fail at once, as set_silent_when_off() says.
  void lose_power(const std::string& host);
  // A host that is off refuses calls at once by default.
  void set_silent_when_off(const std::string& host, bool silent = true);

  // What is not said of a link holds for all of them.
  Link& link(const std::string& from, const std::string& to);
  void set_all_links(Link link);
  // No message gets from one to the other, in either direction, until they are joined again.
  void part(const std::string& one, const std::string& other);
  void join(const std::string& one, const std::string& other);

  // Decides what becomes of a call when it is made; nothing happens to any by default.
  std::function<Fate(const WireCall&)> fate;
  // Told when a request has got to its host, before it is handled, and when a call has ended.
  std::function<void(const WireCall&)> on_arrival;
  std::function<void(const WireCall&)> on_end;

  // Off in long simulations.
  bool keeps_record = true;
  std::deque<std::shared_ptr<const WireCall>> record;  // in the order in which calls were made
  // Those whose method is this (any if empty) and whose target contains this.
  [[nodiscard]] std::vector<WireCall> calls(const std::string& method, const std::string& target_part,
                                            const std::string& to = {}) const;
  [[nodiscard]] std::string transcript() const;

  // Of the calls of one node.
  class Client;

 private:
  struct Host {
    std::string name;
    std::vector<std::string> addresses;
    bool powered = false;
    bool silent_when_off = false;
    Server* server = nullptr;
  };
  struct Exchange;
  using ExchangePointer = std::shared_ptr<Exchange>;

  ExchangePointer send(const std::string& from, ports::HttpCall call);
  void caller_leaves(const ExchangePointer& exchange);
  ports::Async<void> carry(ExchangePointer exchange, ports::HttpCall call);
  ports::Async<void> bring_back(ExchangePointer exchange, api::HttpResponse response);
  ports::Async<void> close(ExchangePointer exchange);
  void hand_over(const ExchangePointer& exchange, const ports::HttpCall& call, Server& server);
  void end(const ExchangePointer& exchange, Result<ports::HttpAnswer> outcome);
  void fail_call(const ExchangePointer& exchange, std::string why);
  ports::Async<void> travel(const std::string& from, const std::string& to, Duration longer);
  void forget_if_over(const ExchangePointer& exchange);
  [[nodiscard]] bool is_lost(const std::string& from, const std::string& to);
  [[nodiscard]] Host* find(const std::string& name_or_address);

  Universe& universe_;
  SeededRandom random_;
  std::map<std::string, Host> hosts_;
  Link all_links_;
  std::map<std::pair<std::string, std::string>, Link> links_;
  std::list<ExchangePointer> under_way_;
  ports::Scope messages_;
};

// The HTTP client of a node; without a network nobody can be reached.
class Network::Client final : public ports::HttpClient {
 public:
  Client(Network* network, std::string host, ports::Clock& clock)
      : network_(network), host_(std::move(host)), clock_(clock) {}

  ports::AsyncResult<ports::HttpAnswer> call(ports::HttpCall call) override;

 private:
  Network* network_;
  std::string host_;
  ports::Clock& clock_;
};

}  // namespace pscheduler::test
