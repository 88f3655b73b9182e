#include "pscheduler/services/limit_rules.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/at_once.hpp"
#include "services/limits/aside.hpp"
#include "services/limits/fetching.hpp"

namespace pscheduler::services {
namespace {

constexpr Duration kScriptTimeMax = std::chrono::seconds(2);  // they take microseconds
constexpr std::size_t kReplyBytesMax = 1u << 20;              // a verdict and a message
constexpr int kRedirectsMax = 5;
// A list of 100,000 networks has two megabytes.
constexpr std::size_t kListBytesMax = 32u << 20;
constexpr std::size_t kListValuesMax = 4'000'000;
constexpr Duration kListTimeMax = std::chrono::seconds(10);

ports::RecordType record_type(limits::RecordType type) {
  switch (type) {
    case limits::RecordType::a:
      return ports::RecordType::a;
    case limits::RecordType::aaaa:
      return ports::RecordType::aaaa;
    case limits::RecordType::ptr:
      return ports::RecordType::ptr;
    case limits::RecordType::txt:
      break;
  }
  return ports::RecordType::txt;
}

template <class T>
limits::Answer answer_with(Result<T> result) {
  if (!result) return fail(std::move(result.error()));
  return std::move(*result);
}

Result<Json> read_document(const std::string& text) {
  json::ReadOptions options;
  options.dialect = json::Dialect::limits;
  options.bytes_max = kListBytesMax;
  options.values_max = kListValuesMax;
  return json::read(text, options);
}

// All outputs as text, one a line.
std::string lines_of(const std::vector<Json>& outputs) {
  std::string text;
  for (const auto& output : outputs) {
    text += output.is_string() ? output.get_ref<const std::string&>() : json::to_compact(output);
    text += '\n';
  }
  return text;
}

}  // namespace

LimitRules::LimitRules(LimitPorts ports, std::shared_ptr<const limits::Rules> rules,
                       limits::LocalNetworks local)
    : ports_(std::move(ports)),
      rules_(std::move(rules)),
      local_(std::make_shared<const limits::LocalNetworks>(std::move(local))) {
  for (std::size_t i = 0; i < rules_->identifiers.size(); ++i) {
    if (!std::holds_alternative<limits::CidrListUrlIdentifier>(rules_->identifiers[i].data)) continue;
    lists_.emplace(i, std::make_unique<NetworkList>(ports_.executor));
  }
}

ports::Async<limits::Decision> LimitRules::decide(limits::Proposal proposal) {
  limits::Evaluation evaluation(rules_, local_, std::move(proposal));
  std::vector<limits::Answer> answers;
  for (;;) {
    auto step = evaluation.step(std::move(answers));
    if (auto* decision = std::get_if<limits::Decision>(&step)) co_return std::move(*decision);
    const auto& questions = std::get<std::vector<limits::Question>>(step);
    answers.assign(questions.size(), fail(Errc::cancelled, "not asked"));
    const auto ask = [&](std::size_t i) { return find_out(questions[i], answers[i]); };
    auto asking = ports::at_once(ports_.executor, questions.size(), ask);
    co_await std::move(asking);
  }
}

ports::Async<void> LimitRules::find_out(const limits::Question& question, limits::Answer& answer) {
  auto asked = std::visit([this](const auto& asked_for) { return find_out(asked_for); }, question);
  answer = co_await std::move(asked);
}

ports::Async<limits::Answer> LimitRules::find_out(const limits::RunScript& asked) {
  const ports::Script program{asked.script->text, asked.script->variables};
  auto outputs = co_await ports_.scripts.run(program, *asked.input, *asked.script->arguments, kScriptTimeMax);
  co_return answer_with(std::move(outputs));
}

ports::Async<limits::Answer> LimitRules::find_out(const limits::LookUp& asked) {
  auto records = co_await ports_.dns.records(asked.name, record_type(asked.type), asked.time_limit);
  co_return answer_with(std::move(records));
}

ports::Async<limits::Answer> LimitRules::find_out(const limits::FetchUrl& asked) {
  ports::HttpCall call;
  call.url = asked.url;
  for (const auto& [name, value] : asked.headers) call.headers[name] = value;
  call.time_limit = asked.time_limit;
  call.body_bytes_max = kReplyBytesMax;
  call.redirects_max = asked.follow_redirects ? kRedirectsMax : 0;
  call.verify_certificate = asked.verify_certificate;
  auto calling = call_from(ports_, asked.bind, std::move(call));
  auto reply = co_await std::move(calling);
  if (!reply) co_return fail(std::move(reply.error()));
  co_return limits::HttpReply{reply->status, std::move(reply->body)};
}

// Who finds a list to be due fetches it; others use the old one meanwhile, but wait when there is none.
ports::Async<limits::Answer> LimitRules::find_out(const limits::FindNetworks& asked) {
  auto& list = *lists_.at(asked.identifier);
  if (!list.is_being_fetched && ports_.clock.steady() >= list.due) {
    co_await refresh(list,
                     std::get<limits::CidrListUrlIdentifier>(rules_->identifiers[asked.identifier].data));
  } else if (list.is_being_fetched && !list.is_tried) {
    co_await list.fetched.wait_for(ports_.clock, kListTimeMax);
  }
  co_return list.networks;
}

ports::Async<limits::Answer> LimitRules::find_out(const limits::FindUsage& asked) {
  if (!ports_.usage) {
    limits::Usage unknown;
    unknown.is_known = false;
    co_return unknown;
  }
  limits::FindUsage question = asked;
  auto asking = ports_.usage(std::move(question));
  auto usage = co_await std::move(asking);
  co_return answer_with(std::move(usage));
}

ports::Async<void> LimitRules::refresh(NetworkList& list, const limits::CidrListUrlIdentifier& identifier) {
  // Whatever ends this, the next one may try.
  struct Fetching {
    explicit Fetching(NetworkList& fetched) : list(fetched) { list.is_being_fetched = true; }
    Fetching(const Fetching&) = delete;
    Fetching& operator=(const Fetching&) = delete;
    ~Fetching() {
      list.is_being_fetched = false;
      list.fetched.notify_all();
    }
    NetworkList& list;
  } fetching(list);
  auto networks = co_await fetch(identifier);
  list.is_tried = true;
  list.due = ports_.clock.steady() + (networks ? identifier.update : identifier.retry);
  if (networks) list.networks = std::make_shared<const limits::NetworkSet>(std::move(*networks));
}

ports::AsyncResult<limits::NetworkSet> LimitRules::fetch(const limits::CidrListUrlIdentifier& identifier) {
  Fetch fetch{identifier.source, identifier.bind, kListBytesMax, kListTimeMax};
  auto text = co_await fetch_text(ports_, std::move(fetch));
  if (!text) co_return fail(std::move(text.error()));
  if (identifier.transform) {
    auto reading = aside(ports_.workers, [list = std::move(*text)] { return read_document(list); });
    const auto document = co_await std::move(reading);
    if (!document) co_return fail(document.error());
    const auto& script = *identifier.transform->script;
    const ports::Script program{script.text, script.variables};
    const auto outputs = co_await ports_.scripts.run(program, *document, *script.arguments, kListTimeMax);
    if (!outputs) co_return fail(outputs.error());
    *text = lines_of(*outputs);
  }
  auto reading = aside(ports_.workers, [list = std::move(*text)] { return limits::read_network_list(list); });
  co_return co_await std::move(reading);
}

ports::Async<void> LimitRules::warm_up(std::size_t identifier) {
  const limits::FindNetworks asked{identifier};
  co_await find_out(asked);
}

ports::Async<void> LimitRules::warm_up() {
  std::vector<std::size_t> identifiers;
  for (const auto& [identifier, ignored] : lists_) identifiers.push_back(identifier);
  const auto fetch_one = [&](std::size_t i) { return warm_up(identifiers[i]); };
  auto fetching = ports::at_once(ports_.executor, identifiers.size(), fetch_one);
  co_await std::move(fetching);
}

}  // namespace pscheduler::services
