#pragma once
// The rules of a limits file in use: loads them, and finds out the facts on which they decide (spec
// limits.md, 1, 2, 4).
//
// All facts that one step of an evaluation needs are asked for at the same time, each with its deadline. What
// they may cost is bounded: script time, sizes of answers, lists and times of fetches.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pscheduler/limits/evaluation.hpp"
#include "pscheduler/limits/load.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/dns_records.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/host_networks.hpp"
#include "pscheduler/ports/http_client.hpp"
#include "pscheduler/ports/scripts.hpp"

namespace pscheduler::services {

struct LimitPorts {
  ports::asio::any_io_executor executor;
  ports::Clock& clock;
  ports::Scripts& scripts;
  ports::DnsRecords& dns;
  ports::HttpClient& http;
  const ports::HostNetworks& networks;
  // For file: URLs. Refuses what is no ordinary file or has more bytes.
  std::function<Result<std::string>(const std::string& path, std::size_t bytes_max)> read_file;
  // Where files and large texts are read, also read_file is called; where there are none, on the loop.
  ports::asio::any_io_executor workers = {};
  // What is on the accounts of quotas; empty where there is no schedule.
  std::function<ports::AsyncResult<limits::Usage>(limits::FindUsage asked)> usage = {};
};

// What asks for the facts of one set of rules. The lists of networks it has fetched live as long as it does.
class LimitRules {
 public:
  struct Loaded {
    std::shared_ptr<LimitRules> rules;  // null when there are problems
    std::vector<limits::Problem> problems;
    std::vector<limits::Problem> warnings;
  };

  // From the text of a file, or of what is at the URL that it holds.
  static ports::Async<Loaded> load(LimitPorts ports, std::string text, limits::Strictness strictness);

  LimitRules(LimitPorts ports, std::shared_ptr<const limits::Rules> rules, limits::LocalNetworks local);

  // The caller keeps these rules alive meanwhile.
  ports::Async<limits::Decision> decide(limits::Proposal proposal);

  // Fetches the lists of networks, so that no decision has to wait for that.
  ports::Async<void> warm_up();

  [[nodiscard]] bool can_rewrite() const { return rules_->rewrite.has_value(); }

 private:
  struct NetworkList {
    explicit NetworkList(const ports::asio::any_io_executor& executor) : fetched(executor) {}

    limits::Networks networks;  // null until fetched for the first time
    Duration due{};             // on the steady clock
    bool is_tried = false;
    bool is_being_fetched = false;
    ports::Event fetched;
  };

  ports::Async<void> warm_up(std::size_t identifier);
  ports::Async<void> find_out(const limits::Question& question, limits::Answer& answer);
  ports::Async<limits::Answer> find_out(const limits::RunScript& asked);
  ports::Async<limits::Answer> find_out(const limits::LookUp& asked);
  ports::Async<limits::Answer> find_out(const limits::FetchUrl& asked);
  ports::Async<limits::Answer> find_out(const limits::FindNetworks& asked);
  ports::Async<limits::Answer> find_out(const limits::FindUsage& asked);
  ports::Async<void> refresh(NetworkList& list, const limits::CidrListUrlIdentifier& identifier);
  ports::AsyncResult<limits::NetworkSet> fetch(const limits::CidrListUrlIdentifier& identifier);

  LimitPorts ports_;
  std::shared_ptr<const limits::Rules> rules_;
  std::shared_ptr<const limits::LocalNetworks> local_;
  std::map<std::size_t, std::unique_ptr<NetworkList>> lists_;  // by identifier
};

}  // namespace pscheduler::services
