#include "unit/services/federation/fixture.hpp"

namespace pscheduler::services::test {

Reply says(int status, std::string body, std::map<std::string, std::string> headers) {
  return {ports::HttpAnswer{status, std::move(headers), std::move(body)}, {}};
}

Reply ours_says(int status, std::string body, std::map<std::string, std::string> headers) {
  headers.emplace("x-pschedulerd-peer", "1");
  return says(status, std::move(body), std::move(headers));
}

Reply is_gone(Duration after) {
  return {fail(Errc::unreachable, "No answer from there: Connection refused"), after};
}

Reply keeps_silent() {
  return {fail(Errc::timed_out, "No answer from there: there was no complete answer in time"),
          std::chrono::hours(24)};
}

void ScriptedNetwork::script(std::vector<Reply> replies) {
  answers = [replies = std::move(replies), next = std::size_t{0}](const auto& call) mutable {
    if (next == replies.size()) {
      ADD_FAILURE() << "not expected: " << call.method << ' ' << call.url;
      return is_gone();
    }
    return replies[next++];
  };
}

std::vector<std::string> ScriptedNetwork::take_lines() {
  std::vector<std::string> lines;
  for (const auto& call : calls) lines.push_back(call.method + " " + call.url);
  calls.clear();
  return lines;
}

ports::AsyncResult<ports::HttpAnswer> ScriptedNetwork::call(ports::HttpCall call) {
  struct Counted {
    int& count;
    ~Counted() { --count; }
  };
  under_way_max = std::max(under_way_max, ++under_way);
  const Counted counted{under_way};
  const Duration limit = call.time_limit.value();
  Reply reply = answers(call);
  calls.push_back(std::move(call));
  co_await clock_.sleep_for(std::min(reply.after, limit));
  if (reply.after > limit) {
    co_return fail(Errc::timed_out, "No answer from there: there was no complete answer in time");
  }
  co_return std::move(reply.answer);
}

void FederationTest::settle() {
  do {
    loop.restart();
  } while (loop.poll() > 0);
}

void FederationTest::advance(Duration length) {
  const Instant end = clock.now() + length;
  settle();
  for (;;) {
    const auto next = clock.next_alarm();
    if (!next || *next > end) break;
    clock.move_to(std::max(*next, clock.now()));
    settle();
  }
  clock.move_to(end);
  settle();
}

}  // namespace pscheduler::services::test
