#include "snmp_session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "archiver/snmptrap/snmptrap.hpp"
#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::uint16_t kTrapPort = 162;

// An identifier made of a text: that of net-snmp, 8072, and the format (RFC 3411, SnmpEngineID).
constexpr std::string_view kEngineOfText{"\x80\x00\x1f\x88\x04", 5};
constexpr std::size_t kEngineBytesMin = 5;
constexpr std::size_t kEngineBytesMax = 32;

struct CloseSession {
  void operator()(netsnmp_session* session) const { snmp_close(session); }
};

u_char* bytes_of(std::string& text) {
  return reinterpret_cast<u_char*>(text.data());
}

// Where to: "udp:192.0.2.1:162", an address that the guard has nothing against.
Result<std::string> peer_of(const std::string& dest, const DestinationGuard& guard) {
  const auto server = HostPort::parse(dest, BareIpv6::accepted);
  if (!server) return fail(server.error());
  const auto address = guard.address_of(server->host);
  if (!address) return address;
  const auto port = server->port.value_or(kTrapPort);
  const bool is_v6 = address->find(':') != std::string::npos;
  return is_v6 ? fmt::format("udp6:[{}]:{}", *address, port) : fmt::format("udp:{}:{}", *address, port);
}

std::string library_words(netsnmp_session& session) {
  char* words = nullptr;
  snmp_error(&session, nullptr, nullptr, &words);
  const std::string copy = words == nullptr ? "no reason" : words;
  std::free(words);
  return copy;
}

// As version 3 demands; what the session points to is in here.
class Credentials {
 public:
  Credentials(const Json& data, std::string engine_id)
      : name_(json::find_string(data, "security-name").value_or("")),
        auth_(json::find_string(data, "_auth-key").value_or("")),
        priv_(json::find_string(data, "_priv-key").value_or("")),
        auth_protocol_(json::find_string(data, "auth-protocol").value_or("SHA")),
        priv_protocol_(json::find_string(data, "priv-protocol").value_or("AES")),
        level_(json::find_string(data, "security-level")
                   .value_or(auth_.empty() ? "noAuthNoPriv" : (priv_.empty() ? "authNoPriv" : "authPriv"))),
        engine_(std::move(engine_id)) {}

  Result<void> give_to(netsnmp_session& session) {
    session.securityModel = USM_SEC_MODEL_NUMBER;
    session.securityName = name_.data();
    session.securityNameLen = name_.size();
    session.securityEngineID = session.contextEngineID = bytes_of(engine_);
    session.securityEngineIDLen = session.contextEngineIDLen = engine_.size();
    session.securityLevel = level_ == "authPriv"     ? SNMP_SEC_LEVEL_AUTHPRIV
                            : level_ == "authNoPriv" ? SNMP_SEC_LEVEL_AUTHNOPRIV
                                                     : SNMP_SEC_LEVEL_NOAUTH;
    keep_time(session);
    forget_user();
    if (session.securityLevel == SNMP_SEC_LEVEL_NOAUTH) return {};
    const int auth = usm_lookup_auth_type(auth_protocol_.c_str());
    session.securityAuthProto = auth < 0 ? nullptr : sc_get_auth_oid(auth, &session.securityAuthProtoLen);
    if (session.securityAuthProto == nullptr) return unknown("auth-protocol", auth_protocol_);
    session.securityAuthKeyLen = USM_AUTH_KU_LEN;
    PSCHEDULER_TRY(make_key(session, auth_, session.securityAuthKey, session.securityAuthKeyLen));
    if (session.securityLevel == SNMP_SEC_LEVEL_AUTHNOPRIV) return {};
    const int priv = usm_lookup_priv_type(priv_protocol_.c_str());
    session.securityPrivProto = priv < 0 ? nullptr : sc_get_priv_oid(priv, &session.securityPrivProtoLen);
    if (session.securityPrivProto == nullptr) return unknown("priv-protocol", priv_protocol_);
    session.securityPrivKeyLen = USM_PRIV_KU_LEN;
    return make_key(session, priv_, session.securityPrivKey, session.securityPrivKeyLen);
  }

 private:
  static Result<void> unknown(std::string_view member, const std::string& protocol) {
    return fail(Errc::not_possible,
                fmt::format("At /{}: {} is not known to the SNMP library of this host.", member, protocol));
  }

  static Result<void> make_key(const netsnmp_session& session, std::string& text, u_char* key,
                               std::size_t& size) {
    const auto made = generate_Ku(session.securityAuthProto, static_cast<u_int>(session.securityAuthProtoLen),
                                  bytes_of(text), text.size(), key, &size);
    if (made == SNMPERR_SUCCESS) return {};
    return fail(Errc::not_possible, "The SNMP library of this host cannot make keys for this auth-protocol.");
  }

  // Receivers take nothing that is older than what they had from this engine, also of a process before this
  // one: so its time is that of the day.
  void keep_time(netsnmp_session& session) {
    constexpr std::uint64_t kTimeEnd = 1ull << 31;  // where a new boot begins
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
    session.engineBoots = static_cast<u_int>(seconds / kTimeEnd + 1);
    session.engineTime = static_cast<u_int>(seconds % kTimeEnd);
    set_enginetime(bytes_of(engine_), static_cast<u_int>(engine_.size()), session.engineBoots,
                   session.engineTime, TRUE);
  }

  // The library would go on with the keys that a user of this name had before.
  void forget_user() {
    usmUser* const user = usm_get_user(bytes_of(engine_), engine_.size(), name_.c_str());
    if (user == nullptr) return;
    usm_remove_user(user);
    usm_free_user(user);
  }

  std::string name_;
  std::string auth_;
  std::string priv_;
  std::string auth_protocol_;
  std::string priv_protocol_;
  std::string level_;
  std::string engine_;
};

}  // namespace

Result<std::string> snmp_engine_id(const std::string& digits) {
  if (digits.empty()) {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    return (std::string(kEngineOfText) + name.data()).substr(0, kEngineBytesMax);
  }
  const auto from = digits.starts_with("0x") || digits.starts_with("0X") ? 2u : 0u;
  std::string engine;
  for (std::size_t at = from; at + 1 < digits.size(); at += 2) {
    const auto pair = digits.substr(at, 2);
    char* end = nullptr;
    const auto byte = std::strtoul(pair.c_str(), &end, 16);
    if (end != pair.c_str() + pair.size()) break;
    engine += static_cast<char>(byte);
  }
  const bool is_whole = engine.size() * 2 + from == digits.size();
  if (is_whole && engine.size() >= kEngineBytesMin && engine.size() <= kEngineBytesMax) return engine;
  return fail(Errc::invalid_argument,
              fmt::format("engine-id is \"{}\"; give 5 to 32 bytes in hexadecimal digits, such as "
                          "0x80001f8804706572662d31.",
                          excerpt(digits)));
}

Result<void> send_trap(const Json& data, TrapPdu pdu, const std::string& engine_id,
                       const DestinationGuard& guard) {
  auto peer = peer_of(json::find_string(data, "dest").value_or(""), guard);
  if (!peer) return fail(std::move(peer.error()));
  netsnmp_session wanted{};
  snmp_sess_init(&wanted);
  wanted.peername = peer->data();
  wanted.flags |= SNMP_FLAGS_DONT_PROBE;
  auto community = json::find_string(data, "_community").value_or("");
  Credentials credentials(data, engine_id);
  const auto version = snmp_version(data);
  if (version == SnmpVersion::v3) {
    wanted.version = SNMP_VERSION_3;
    PSCHEDULER_TRY(credentials.give_to(wanted));
  } else {
    wanted.version = version == SnmpVersion::v1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
    wanted.community = bytes_of(community);
    wanted.community_len = community.size();
  }
  const std::unique_ptr<netsnmp_session, CloseSession> session(snmp_open(&wanted));
  if (!session) return fail(Errc::not_possible, fmt::format("SNMP: {}.", library_words(wanted)));
  if (snmp_send(session.get(), pdu.get()) == 0)
    return fail(Errc::not_possible, fmt::format("SNMP: {}.", library_words(*session)));
  static_cast<void>(pdu.release());  // the library has freed it
  return {};
}

}  // namespace pscheduler::plugins
