#include "limits/identify.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "limits/dns_names.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"

namespace pscheduler::limits {
namespace {

using Match = std::optional<Result<bool>>;  // nothing while facts are missing

const char* const kBogonAnswer = "127.0.0.2";

class Identifying {
 public:
  Identifying(const Identifier& identifier, std::size_t index, const IdentifyContext& context)
      : self_(&identifier), index_(index), context_(context) {}

  Match operator()(const AlwaysIdentifier&) const { return true; }

  Match operator()(const HintIdentifier& data) const {
    const Json* hint = json::find(*context_.hints, data.hint);
    if (hint == nullptr) return false;
    if (!hint->is_string()) return fail(Errc::invalid_argument, "the hint " + data.hint + " is no text");
    return data.match.matches(hint->get_ref<const std::string&>());
  }

  Match operator()(const CidrListIdentifier& data) const {
    return with_requester(
        [&](const IpAddress& requester) -> Match { return data.networks.contains(requester); });
  }

  Match operator()(const CidrListUrlIdentifier& data) const {
    const auto* answer = context_.facts.ask({self_, 0}, [this] { return FindNetworks{index_}; });
    if (answer == nullptr) return std::nullopt;
    const auto networks = answer_of<Networks>(*answer);
    if (!networks || **networks == nullptr || (**networks)->empty()) return data.fail_state;
    return with_requester([&](const IpAddress& requester) -> Match {
      return (**networks)->contains(requester) && !data.exclude.contains(requester);
    });
  }

  Match operator()(const BogonIdentifier& data) const {
    return with_requester([&](const IpAddress& requester) -> Match {
      const auto* answer = look_up(0, bogon_name(requester), RecordType::a, data.timeout);
      if (answer == nullptr) return std::nullopt;
      const auto records = answer_of<Texts>(*answer);
      if (!records) return records.error().code != Errc::not_found && data.fail_result;
      if ((*records)->empty()) return data.fail_result;
      return (*records)->front() == kBogonAnswer && !data.exclude.contains(requester);
    });
  }

  Match operator()(const AsnIdentifier& data) const {
    return with_requester([&](const IpAddress& requester) -> Match {
      const auto* answer = look_up(0, asn_name(requester, data.peers), RecordType::txt, data.timeout);
      if (answer == nullptr) return std::nullopt;
      const auto records = answer_of<Texts>(*answer);
      if (!records) return records.error().code != Errc::not_found && data.fail_result;
      if ((*records)->empty()) return data.fail_result;
      const std::string& text = (*records)->front();
      for (const auto word : split(std::string_view(text).substr(0, text.find(" | ")), ' ')) {
        std::int64_t number = 0;
        const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), number);
        const bool is_number = problem == std::errc() && end == word.data() + word.size();
        if (is_number && std::find(data.asns.begin(), data.asns.end(), number) != data.asns.end())
          return true;
      }
      return false;
    });
  }

  // The name of the address must lead back to it.
  Match operator()(const ReverseDnsIdentifier& data) const {
    return with_requester([&](const IpAddress& requester) -> Match {
      const auto* names = look_up(0, reverse_name(requester), RecordType::ptr, data.timeout);
      if (names == nullptr) return std::nullopt;
      const auto found = answer_of<Texts>(*names);
      if (!found || (*found)->empty()) return false;
      const std::string& name = (*found)->front();
      const auto* addresses =
          look_up(1, name, requester.is_v6() ? RecordType::aaaa : RecordType::a, data.timeout);
      if (addresses == nullptr) return std::nullopt;
      const auto back = answer_of<Texts>(*addresses);
      if (!back || std::find((*back)->begin(), (*back)->end(), *requester_text()) == (*back)->end())
        return false;
      const auto dotted = data.match.matches(name + ".");
      if (!dotted || *dotted) return dotted;
      return data.match.matches(name);
    });
  }

  Match operator()(const JqIdentifier& data) const {
    const auto* answer = context_.facts.ask({self_, 0}, [&] {
      return RunScript{data.jq.script, context_.hints};
    });
    if (answer == nullptr) return std::nullopt;
    const auto outputs = answer_of<Outputs>(*answer);
    if (!outputs || (*outputs)->empty() || data.jq.output_raw) return false;
    return (*outputs)->front() == Json(true);
  }

  Match operator()(const LocalInterfaceIdentifier&) const {
    return with_requester([&](const IpAddress& requester) -> Match {
      const auto& own = context_.local.addresses;
      return std::find(own.begin(), own.end(), requester) != own.end();
    });
  }

  Match operator()(const LocalSubnetIdentifier&) const {
    return with_requester(
        [&](const IpAddress& requester) -> Match { return context_.local.subnets.contains(requester); });
  }

 private:
  [[nodiscard]] std::optional<std::string> requester_text() const {
    return json::find_string(*context_.hints, "requester");
  }

  template <class Judge>
  Match with_requester(Judge judge) const {
    const auto text = requester_text();
    if (!text) return false;
    const auto address = IpAddress::parse(*text);
    if (!address)
      return fail(Errc::invalid_argument, "the requester '" + excerpt(*text) + "' is no IP address");
    return judge(*address);
  }

  const Answer* look_up(int number, std::string name, RecordType type, Duration time_limit) const {
    return context_.facts.ask({self_, number}, [&] { return LookUp{std::move(name), type, time_limit}; });
  }

  const Identifier* self_;
  std::size_t index_;
  const IdentifyContext& context_;
};

}  // namespace

std::optional<Result<bool>> identify(const Identifier& identifier, std::size_t index,
                                     const IdentifyContext& context) {
  auto match = std::visit(Identifying(identifier, index, context), identifier.data);
  if (match && *match && identifier.invert) return false;
  return match;
}

}  // namespace pscheduler::limits
