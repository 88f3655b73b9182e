#include "amqp_tls.hpp"

#include <amqp_ssl_socket.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "amqp_failure.hpp"
#include "pscheduler/addr/ip_address.hpp"

namespace pscheduler::plugins {
namespace {

int check_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

TlsCheck* check_of(const SSL* ssl) {
  return static_cast<TlsCheck*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), check_index()));
}

// The library names the server by the address it was given; the name is what it must be asked for.
void name_server(const SSL* ssl, int where, int /*value*/) {
  if (where != SSL_CB_HANDSHAKE_START) return;
  const auto& name = check_of(ssl)->name;
  auto* const text = name.empty() ? nullptr : const_cast<char*>(name.c_str());
  SSL_set_tlsext_host_name(const_cast<SSL*>(ssl), text);
}

int note_objection(int is_good, X509_STORE_CTX* store) {
  if (is_good == 0) {
    const auto* const ssl =
        static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    check_of(ssl)->objection = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
  }
  return is_good;
}

Result<void> expect_certificate(SSL_CTX* context, amqp_socket_t* socket, const AmqpTls& tls,
                                const std::string& host, bool is_address) {
  if (tls.authorities.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (amqp_ssl_socket_set_cacert(socket, tls.authorities.c_str()) != AMQP_STATUS_OK) {
    return fail(Errc::unavailable,
                fmt::format("ca-file: {} cannot be read, or has no certificates in PEM.", tls.authorities));
  }
  auto* const wanted = SSL_CTX_get0_param(context);
  if (is_address)
    X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str());
  else
    X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &note_objection);
  return {};
}

tl::unexpected<Error> tls_failure(const std::string& peer, const TlsCheck& check) {
  if (!check.objection.empty()) {
    return fail(Errc::unavailable,
                fmt::format("{} has a certificate that is not trusted: {}.", peer, check.objection));
  }
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  return fail(Errc::unavailable, fmt::format("{} does not speak TLS with this host: {}.", peer,
                                             reason == nullptr ? "it ended the connection" : reason));
}

}  // namespace

Result<std::unique_ptr<TlsCheck>> open_amqp_tls(amqp_connection_state_t connection, const AmqpTls& tls,
                                                const std::string& host, const std::string& address, int port,
                                                timeval limit) {
  const auto peer = fmt::format("{} port {}", host, port);
  amqp_socket_t* const socket = amqp_ssl_socket_new(connection);
  if (socket == nullptr) return amqp_failure(peer, AMQP_STATUS_NO_MEMORY);
  // OpenSSL itself judges the certificate, and its name by what is wanted below.
  amqp_ssl_socket_set_verify_peer(socket, 0);
  amqp_ssl_socket_set_verify_hostname(socket, 0);
  auto* const context = static_cast<SSL_CTX*>(amqp_ssl_socket_get_context(socket));
  const bool is_address = IpAddress::parse(host).has_value();
  auto check = std::make_unique<TlsCheck>();
  if (!is_address) check->name = host.substr(0, host.find_last_not_of('.') + 1);
  SSL_CTX_set_ex_data(context, check_index(), check.get());
  SSL_CTX_set_info_callback(context, &name_server);
  if (tls.verify) PSCHEDULER_TRY(expect_certificate(context, socket, tls, host, is_address));
  ERR_clear_error();
  const int status = amqp_socket_open_noblock(socket, address.c_str(), port, &limit);
  if (status == AMQP_STATUS_OK) return check;
  if (status == AMQP_STATUS_SSL_CONNECTION_FAILED) return tls_failure(peer, *check);
  return amqp_failure(peer, status);
}

}  // namespace pscheduler::plugins
