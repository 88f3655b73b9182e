#pragma once
// What an evaluation cannot know by itself, and the answers it takes.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/limits/limit_types.hpp"
#include "pscheduler/limits/network_set.hpp"
#include "pscheduler/limits/script.hpp"
#include "pscheduler/model/charge.hpp"

namespace pscheduler::limits {

// All outputs of a program for an input. Answer: Outputs.
struct RunScript {
  std::shared_ptr<const Script> script;
  std::shared_ptr<const Json> input;
};

enum class RecordType { a, aaaa, ptr, txt };

// DNS records of an absolute name in the order received: addresses, names without their final dot, texts.
// Answer: Texts, empty when the name exists but has none; not_found when it does not exist.
struct LookUp {
  std::string name;
  RecordType type = RecordType::a;
  Duration time_limit{};
};

// One GET. Answer: HttpReply; an error when there is none.
struct FetchUrl {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string bind;  // empty: any
  bool verify_certificate = true;
  bool follow_redirects = true;
  Duration time_limit{};
};

// The networks of the identifier with this index, a CidrListUrlIdentifier. Answer: Networks, also when the
// list could not be fetched (again).
struct FindNetworks {
  std::size_t identifier = 0;
};

// What is on an account of a quota for runs that start between two instants, both excluded. Answer: Usage.
struct FindUsage {
  std::string account;
  Instant after;
  Instant before;
};

using Question = std::variant<RunScript, LookUp, FetchUrl, FindNetworks, FindUsage>;

using Outputs = std::vector<Json>;
using Texts = std::vector<std::string>;
using Networks = std::shared_ptr<const NetworkSet>;

struct HttpReply {
  int status = 0;
  std::string body;
};

struct Usage {
  std::vector<Charge> charges;
  bool is_known = true;  // false where there is no schedule, as in a command: then there are none
};

using Answer = Result<std::variant<Outputs, Texts, HttpReply, Networks, Usage>>;

}  // namespace pscheduler::limits
