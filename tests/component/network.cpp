#include "component/network.hpp"

#include <algorithm>

#include "pscheduler/addr/url.hpp"
#include "pscheduler/ports/event.hpp"

namespace pscheduler::test {
namespace {

// As the real client's, of a call that has none.
constexpr Duration kTimeLimitDefault = std::chrono::seconds(60);

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

ports::HttpAnswer answer_of(api::HttpResponse response) {
  ports::HttpAnswer answer;
  answer.status = response.status;
  answer.body = std::move(response.body);
  if (!response.content_type.empty()) answer.headers["content-type"] = response.content_type;
  for (auto& [name, value] : response.headers) answer.headers[lower_case(name)] = std::move(value);
  return answer;
}

}  // namespace

struct Network::Exchange : WireCall {
  explicit Exchange(const ports::asio::any_io_executor& executor) : heard(executor) {}
  std::string to_host;  // the host's name
  std::size_t body_bytes_max = 0;
  Fate fate;
  std::optional<Result<ports::HttpAnswer>> outcome;
  ports::Event heard;        // there is an outcome
  bool left = false;         // the caller waits no longer
  bool closed = false;       // and the other side knows
  Server* server = nullptr;  // while it handles the request
  ports::Scope::Ticket ticket = 0;
};

std::string WireCall::line() const {
  std::string text = from + " > " + to + ": " + method + " " + target;
  if (status != 0) return text + " " + std::to_string(status);
  return text + " (" + (failure.empty() ? "no answer" : failure) + ")";
}

Network::Network(Universe& universe, std::uint64_t seed)
    : universe_(universe),
      random_(seed),
      messages_(universe.loop.get_executor(),
                [](const std::exception_ptr& error) { std::rethrow_exception(error); }) {}

Network::~Network() {
  messages_.cancel_all();
  universe_.settle();
}

void Network::add_host(const std::string& name, std::vector<std::string> addresses) {
  hosts_[name] = Host{name, std::move(addresses)};
}

void Network::power_on(const std::string& host) {
  hosts_.at(host).powered = true;
}

void Network::serve(const std::string& host, Server& server) {
  hosts_.at(host).server = &server;
}

void Network::refuse(const std::string& host) {
  hosts_.at(host).server = nullptr;
}

void Network::lose_power(const std::string& host) {
  auto& off = hosts_.at(host);
  off.server = nullptr;
  off.powered = false;
  const auto under_way = under_way_;
  for (const auto& exchange : under_way) {
    if (exchange->from == host) fail_call(exchange, "the power is off");
    if (exchange->to_host != host || exchange->server == nullptr) continue;
    exchange->server = nullptr;
    if (!off.silent_when_off) fail_call(exchange, "the connection was reset");
    forget_if_over(exchange);
  }
}

void Network::set_silent_when_off(const std::string& host, bool silent) {
  hosts_.at(host).silent_when_off = silent;
}

Link& Network::link(const std::string& from, const std::string& to) {
  return links_.try_emplace({from, to}, all_links_).first->second;
}

void Network::set_all_links(Link link) {
  links_.clear();
  all_links_ = link;
}

void Network::part(const std::string& one, const std::string& other) {
  link(one, other).cut = link(other, one).cut = true;
}

void Network::join(const std::string& one, const std::string& other) {
  link(one, other).cut = link(other, one).cut = false;
}

std::vector<WireCall> Network::calls(const std::string& method, const std::string& target_part,
                                     const std::string& to) const {
  std::vector<WireCall> found;
  for (const auto& call : record) {
    if (!method.empty() && call->method != method) continue;
    if (!to.empty() && call->to != to) continue;
    if (call->target.find(target_part) != std::string::npos) found.push_back(*call);
  }
  return found;
}

std::string Network::transcript() const {
  std::string text;
  for (const auto& call : record) text += call->line() + "\n";
  return text;
}

Network::Host* Network::find(const std::string& name_or_address) {
  const auto named = hosts_.find(name_or_address);
  if (named != hosts_.end()) return &named->second;
  for (auto& [name, host] : hosts_) {
    const auto& all = host.addresses;
    if (std::find(all.begin(), all.end(), name_or_address) != all.end()) return &host;
  }
  return nullptr;
}

ports::Async<void> Network::travel(const std::string& from, const std::string& to, Duration longer) {
  const auto& way = link(from, to);
  const auto spread = static_cast<std::uint64_t>((way.latency_max - way.latency_min).count());
  const auto latency = way.latency_min + Duration(static_cast<std::int64_t>(random_.next() % (spread + 1)));
  return universe_.clock.sleep_for(latency + longer);
}

// A message is lost as if it had set out when the link was as it is when it arrives.
bool Network::is_lost(const std::string& from, const std::string& to) {
  const auto& way = link(from, to);
  if (way.cut) return true;
  return way.lost_of_thousand > 0 && random_.next() % 1000 < static_cast<std::uint64_t>(way.lost_of_thousand);
}

Network::ExchangePointer Network::send(const std::string& from, ports::HttpCall call) {
  auto exchange = std::make_shared<Exchange>(universe_.loop.get_executor());
  const auto url = Url::parse(call.url);
  exchange->at = universe_.clock.now();
  exchange->from = from;
  exchange->to = url ? url->server.to_string() : call.url;
  exchange->method = call.method;
  exchange->target = url ? url->target : "";
  exchange->headers = call.headers;
  exchange->body = call.body;
  exchange->bind_address = call.bind_address.value_or("");
  exchange->body_bytes_max = call.body_bytes_max;
  if (keeps_record) record.push_back(std::shared_ptr<const WireCall>(exchange));
  under_way_.push_back(exchange);
  const auto& own = hosts_.at(from);
  const auto* host = url ? find(url->server.host) : nullptr;
  if (!own.powered) {
    fail_call(exchange, "the power is off");
  } else if (!url) {
    end(exchange, fail(Errc::invalid_argument, url.error().message));
  } else if (call.bind_address && std::find(own.addresses.begin(), own.addresses.end(), *call.bind_address) ==
                                      own.addresses.end()) {
    fail_call(exchange, "the address " + *call.bind_address + " is not one of this host");
  } else if (host == nullptr) {
    fail_call(exchange, "its name is not known");
  } else {
    exchange->to_host = host->name;
    if (fate) exchange->fate = fate(*exchange);
    if (!exchange->outcome) messages_.spawn(carry(exchange, std::move(call)));
  }
  return exchange;
}

ports::Async<void> Network::carry(ExchangePointer exchange, ports::HttpCall call) {
  co_await travel(exchange->from, exchange->to_host, exchange->fate.request_takes_longer);
  if (exchange->fate.request_is_lost || is_lost(exchange->from, exchange->to_host)) co_return;
  if (on_arrival) on_arrival(*exchange);
  const auto& host = hosts_.at(exchange->to_host);
  if (host.server != nullptr) {
    hand_over(exchange, call, *host.server);
  } else if (!host.silent_when_off) {
    co_await travel(exchange->to_host, exchange->from, Duration::zero());
    if (!is_lost(exchange->to_host, exchange->from)) fail_call(exchange, "the connection was refused");
  }
}

void Network::hand_over(const ExchangePointer& exchange, const ports::HttpCall& call, Server& server) {
  api::HttpRequest request;
  request.method = call.method;
  request.target = exchange->target;
  request.body = call.body;
  request.host = exchange->to;
  request.secure = !call.url.starts_with("http:");
  request.peer_address = call.bind_address ? *call.bind_address : hosts_.at(exchange->from).addresses.front();
  request.local_address = hosts_.at(exchange->to_host).addresses.front();
  request.headers.emplace_back("Host", exchange->to);
  for (const auto& header : call.headers) {
    if (lower_case(header.first) == "content-type") request.content_type = header.second;
    request.headers.push_back(header);
  }
  exchange->served = universe_.clock.now();
  exchange->server = &server;
  exchange->ticket = server.serve(std::move(request), [this, exchange](auto response) {
    if (exchange->server == nullptr) return;
    exchange->server = nullptr;
    if (response) {
      messages_.spawn(bring_back(exchange, std::move(*response)));
    } else {
      fail_call(exchange, "the connection was closed");
    }
    forget_if_over(exchange);
  });
  if (exchange->closed && exchange->server != nullptr) server.give_up(exchange->ticket);
}

ports::Async<void> Network::bring_back(ExchangePointer exchange, api::HttpResponse response) {
  co_await travel(exchange->to_host, exchange->from, exchange->fate.answer_takes_longer);
  if (exchange->fate.answer_is_lost || is_lost(exchange->to_host, exchange->from)) co_return;
  auto answer = answer_of(std::move(response));
  if (exchange->method == "HEAD") answer.body.clear();
  if (answer.body.size() > exchange->body_bytes_max) {
    end(exchange, fail(Errc::too_large, "the answer is too large"));
  } else {
    end(exchange, std::move(answer));
  }
}

void Network::end(const ExchangePointer& exchange, Result<ports::HttpAnswer> outcome) {
  if (exchange->outcome || exchange->left) return;
  if (outcome) {
    exchange->status = outcome->status;
    exchange->answer = outcome->body;
    exchange->answer_headers = outcome->headers;
  } else {
    exchange->failure = outcome.error().message;
  }
  exchange->ended = universe_.clock.now();
  exchange->outcome = std::move(outcome);
  exchange->heard.notify_all();
  forget_if_over(exchange);
  if (on_end) on_end(*exchange);
}

void Network::forget_if_over(const ExchangePointer& exchange) {
  if ((exchange->outcome || exchange->left) && exchange->server == nullptr) under_way_.remove(exchange);
}

void Network::fail_call(const ExchangePointer& exchange, std::string why) {
  end(exchange, fail(Errc::unreachable, "No answer from " + exchange->to + ": " + std::move(why)));
}

void Network::caller_leaves(const ExchangePointer& exchange) {
  if (exchange->outcome) return;
  exchange->left = true;
  exchange->ended = universe_.clock.now();
  forget_if_over(exchange);
  if (on_end) on_end(*exchange);
  if (!exchange->to_host.empty()) messages_.spawn(close(exchange));
}

ports::Async<void> Network::close(ExchangePointer exchange) {
  co_await travel(exchange->from, exchange->to_host, Duration::zero());
  if (is_lost(exchange->from, exchange->to_host)) co_return;
  exchange->closed = true;
  if (exchange->server != nullptr) exchange->server->give_up(exchange->ticket);
}

ports::AsyncResult<ports::HttpAnswer> Network::Client::call(ports::HttpCall call) {
  if (network_ == nullptr)
    co_return fail(Errc::unreachable, "No answer from " + call.url + ": there is no network.");
  const Duration deadline = clock_.steady() + call.time_limit.value_or(kTimeLimitDefault);
  const auto exchange = network_->send(host_, std::move(call));
  struct Leaving {
    Network& network;
    ExchangePointer exchange;
    ~Leaving() { network.caller_leaves(exchange); }
  };
  const Leaving leaving{*network_, exchange};
  while (!exchange->outcome) {
    const Duration left = deadline - clock_.steady();
    if (left <= Duration::zero()) {
      co_return fail(Errc::timed_out,
                     "No answer from " + exchange->to + ": there was no complete answer in time");
    }
    co_await exchange->heard.wait_for(clock_, left);
  }
  co_return *exchange->outcome;
}

}  // namespace pscheduler::test
