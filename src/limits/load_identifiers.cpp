#include "limits/load_identifiers.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/nearest.hpp"

namespace pscheduler::limits {
namespace {

enum class CidrRules { exact, exact_no_bare, masked };

NetworkSet read_networks(Members& data, const char* name, const Json* list, CidrRules rules) {
  std::vector<Cidr> networks;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const Json& item = (*list)[i];
    const auto pointer = below(data.at(name), i);
    if (!item.is_string()) {
      data.findings().refuse(pointer, "must be a network such as 10.0.0.0/8, not " + json::describe(item));
      continue;
    }
    const auto& text = item.get_ref<const std::string&>();
    const auto network =
        Cidr::parse(text, rules == CidrRules::masked ? HostBits::cleared : HostBits::refused,
                    rules == CidrRules::exact_no_bare ? BareAddress::refused : BareAddress::accepted);
    const bool mixed = text.find(':') != std::string::npos && text.find('.') != std::string::npos &&
                       text.find('/') != std::string::npos;
    if (!network) {
      auto why = network.error().message;
      if (why.ends_with('.')) why.pop_back();
      data.findings().refuse(pointer, std::move(why));
    } else if (mixed) {
      data.findings().refuse(pointer, "'" + excerpt(text) + "' mixes the spellings of IPv6 and IPv4; write " +
                                          network->network().to_string() + " in hexadecimal");
    } else {
      networks.push_back(*network);
    }
  }
  return NetworkSet(networks);
}

void compile_match(StringMatch& match, Members& members) {
  using json::Regex;
  const bool is_regex = match.style == StringMatch::Style::regex;
  if (!is_regex && !match.case_insensitive) return;
  auto dialect = Regex::Dialect::python;
  if (match.style == StringMatch::Style::contains) dialect = Regex::Dialect::text;
  if (match.style == StringMatch::Style::exact) dialect = Regex::Dialect::whole;
  auto regex =
      Regex::compile(match.match, is_regex ? Regex::Case::sensitive : Regex::Case::insensitive, dialect);
  if (regex) {
    match.regex = std::move(*regex);
  } else {
    members.findings().refuse(members.at("match"), regex.error().message);
  }
  if (is_regex && match.case_insensitive) {
    members.findings().warn(members.at("case-insensitive"),
                            "does not ignore case with style regex but skips the first two characters; "
                            "begin the expression with (?i) instead");
  }
}

StringMatch read_match(Members& data) {
  StringMatch match;
  const Json* value = data.need("match");
  if (value == nullptr) return match;
  Members members(*value, data.at("match"), "a string match", data.findings());
  const auto style = members.need_text("style");
  match.match = members.need_text("match").value_or("");
  match.case_insensitive = members.find_flag("case-insensitive").value_or(false);
  match.invert = members.find_flag("invert").value_or(false);
  members.refuse_others();
  if (!style) return match;
  if (*style == "regex") {
    match.style = StringMatch::Style::regex;
  } else if (*style == "contains") {
    match.style = StringMatch::Style::contains;
  } else if (*style != "exact") {
    members.findings().refuse(members.at("style"),
                              "must be exact, contains or regex, not '" + excerpt(*style) + "'");
    return match;
  }
  compile_match(match, members);
  return match;
}

IdentifierData read_always(Members&, ScriptReader&) {
  return AlwaysIdentifier{};
}

IdentifierData read_hint(Members& data, ScriptReader&) {
  HintIdentifier read;
  read.hint = data.need_text("hint").value_or("");
  read.match = read_match(data);
  if (!read.hint.empty() && read.hint != "requester" && read.hint != "server" &&
      read.hint != "requester-proxied-by") {
    data.findings().warn(data.at("hint"), "there is no hint '" + excerpt(read.hint) +
                                              "', so this never matches; there are requester, server and "
                                              "requester-proxied-by");
  }
  return read;
}

IdentifierData read_cidr_list(Members& data, ScriptReader&) {
  return CidrListIdentifier{read_networks(data, "cidrs", data.need_array("cidrs"), CidrRules::exact)};
}

IdentifierData read_cidr_list_url(Members& data, ScriptReader& scripts) {
  CidrListUrlIdentifier read;
  read.source = data.need_text("source").value_or("");
  read.update = data.need_duration("update").value_or(Duration::zero());
  read.retry = data.need_duration("retry").value_or(Duration::zero());
  if (const Json* transform = data.find("transform")) {
    read.transform = scripts.read(*transform, data.at("transform"), ScriptUse::plain);
  }
  read.exclude = read_networks(data, "exclude", data.find_array("exclude"), CidrRules::masked);
  read.bind = data.find_host("bind").value_or("");
  read.fail_state = data.find_flag("fail-state").value_or(false);
  return read;
}

IdentifierData read_bogon(Members& data, ScriptReader&) {
  BogonIdentifier read;
  read.exclude = read_networks(data, "exclude", data.need_array("exclude"), CidrRules::exact_no_bare);
  read.fail_result = data.need_flag("fail-result").value_or(false);
  read.timeout = data.find_duration("timeout").value_or(read.timeout);
  return read;
}

IdentifierData read_asn(Members& data, ScriptReader&) {
  AsnIdentifier read;
  const Json* asns = data.need_array("asns");
  for (std::size_t i = 0; asns != nullptr && i < asns->size(); ++i) {
    const auto number = json::as_integer((*asns)[i]);
    if (number && *number >= 1) {
      read.asns.push_back(*number);
    } else {
      data.findings().refuse(below(data.at("asns"), i),
                             "must be the number of an autonomous system, not " + json::describe((*asns)[i]));
    }
  }
  read.fail_result = data.need_flag("fail-result").value_or(false);
  read.peers = data.find_flag("peers").value_or(false);
  read.timeout = data.find_duration("timeout").value_or(read.timeout);
  return read;
}

IdentifierData read_reverse_dns(Members& data, ScriptReader&) {
  ReverseDnsIdentifier read;
  read.match = read_match(data);
  read.timeout = data.need_duration("timeout").value_or(Duration::zero());
  if (read.match.invert && read.match.style != StringMatch::Style::contains) {
    data.findings().warn(data.at("match"),
                         "inverted, this matches nearly every host with a verified name, as the name is "
                         "tried with and without its final dot");
  }
  return read;
}

IdentifierData read_local_interface(Members&, ScriptReader&) {
  return LocalInterfaceIdentifier{};
}

IdentifierData read_local_subnet(Members&, ScriptReader&) {
  return LocalSubnetIdentifier{};
}

using Reader = IdentifierData (*)(Members&, ScriptReader&);

const std::map<std::string, Reader>& readers() {
  static const std::map<std::string, Reader> table = {
      {"always", read_always},
      {"hint", read_hint},
      {"ip-cidr-list", read_cidr_list},
      {"ip-cidr-list-url", read_cidr_list_url},
      {"ip-cymru-bogon", read_bogon},
      {"ip-cymru-asn", read_asn},
      {"ip-reverse-dns", read_reverse_dns},
      {"localif", read_local_interface},
      {"local-subnet", read_local_subnet},
  };
  return table;
}

std::optional<IdentifierData> read_jq(const Json& data, const std::string& pointer, Findings& findings,
                                      ScriptReader& scripts) {
  auto jq = scripts.read(data, pointer, ScriptUse::plain);
  if (!jq) return std::nullopt;
  if (jq->output_raw)
    findings.warn(below(pointer, "output-raw"), "makes the result text, so this never matches");
  return JqIdentifier{std::move(*jq)};
}

void refuse_type(const std::string& type, Members& members) {
  std::vector<std::string> known = {"jq"};
  for (const auto& [name, ignored] : readers()) known.push_back(name);
  const auto meant = json::nearest_names(type, known);
  members.findings().refuse(
      members.at("type"),
      "there is no type of identifier '" + excerpt(type) + "'; " +
          (meant.empty() ? "there are " + join(known, ", ") : "did you mean '" + meant.front() + "'?"));
}

}  // namespace

std::optional<Identifier> read_identifier(const Json& value, const std::string& pointer, Findings& findings,
                                          ScriptReader& scripts, std::string& name) {
  const auto problems_before = findings.problems.size();
  Members members(value, pointer, "an identifier", findings);
  Identifier identifier;
  identifier.name = name = members.need_text("name").value_or("");
  members.need_text("description");
  const auto type = members.need_text("type");
  const Json* data = members.need("data");
  identifier.invert = members.find_flag("invert").value_or(false);
  members.refuse_others();
  if (!type || data == nullptr) return std::nullopt;
  identifier.type = *type;
  if (identifier.invert && *type != "always") {
    findings.warn(members.at("invert"),
                  "makes the identifier match never, not the other requesters; to single those out, require "
                  "'none' in a classifier");
  }
  const auto pointer_of_data = members.at("data");
  if (*type == "jq") {
    auto read = read_jq(*data, pointer_of_data, findings, scripts);
    if (read) identifier.data = std::move(*read);
  } else if (const auto reader = readers().find(*type); reader != readers().end()) {
    Members fields(*data, pointer_of_data, "the data of type " + *type, findings);
    identifier.data = reader->second(fields, scripts);
    fields.refuse_others();
  } else {
    refuse_type(*type, members);
  }
  if (findings.problems.size() != problems_before) return std::nullopt;
  return identifier;
}

}  // namespace pscheduler::limits
