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

using Question = std::variant<RunScript, LookUp, FetchUrl, FindNetworks>;

using Outputs = std::vector<Json>;
using Texts = std::vector<std::string>;
using Networks = std::shared_ptr<const NetworkSet>;

struct HttpReply {
  int status = 0;
  std::string body;
};

using Answer = Result<std::variant<Outputs, Texts, HttpReply, Networks>>;

}  // namespace pscheduler::limits
