#include "adapters/http/tls.hpp"

#include <openssl/err.h>

#include <cstring>

namespace pscheduler::adapters {
namespace {

void set_common(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Idle connections give their record buffers back; writes may go out piecemeal from a buffer that moves.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One system call per record instead of one for its header and one for its body.
  SSL_CTX_set_read_ahead(context, 1);
}

// A daemon has nobody to ask: without this OpenSSL would wait at the terminal.
int refuse_passphrase(char*, int, int, void*) {
  return 0;
}

}  // namespace

Result<void> use_certificate(SSL_CTX* context, const std::filesystem::path& certificate) {
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) == 1) return {};
  return fail(Errc::invalid_argument, "Cannot use the TLS certificate '" + certificate.string() +
                                          "'; it must be a readable PEM file: " + take_tls_error());
}

Result<void> use_key(SSL_CTX* context, const std::filesystem::path& key) {
  ERR_clear_error();
  SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1 &&
      (SSL_CTX_get0_certificate(context) == nullptr || SSL_CTX_check_private_key(context) == 1)) {
    return {};
  }
  return fail(Errc::invalid_argument, "Cannot use the TLS key '" + key.string() +
                                          "'; it must be a readable PEM file without a passphrase that "
                                          "belongs to the certificate: " +
                                          take_tls_error());
}

Result<SslContext> make_server_context(const std::filesystem::path& certificate,
                                       const std::filesystem::path& key) {
  ERR_clear_error();
  SslContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return fail(Errc::internal, "Cannot set up TLS: " + take_tls_error());
  set_common(context.get());
  SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Sessions are resumed from one ticket that the client keeps; the server remembers none.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 1);

  PSCHEDULER_TRY(use_certificate(context.get(), certificate));
  PSCHEDULER_TRY(use_key(context.get(), key));
  return context;
}

Result<SslContext> make_client_context() {
  ERR_clear_error();
  SslContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) return fail(Errc::internal, "Cannot set up TLS: " + take_tls_error());
  set_common(context.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  return context;
}

Result<SslContext> make_verifying_context() {
  auto context = make_client_context();
  if (!context) return context;
  if (SSL_CTX_set_default_verify_paths(context->get()) != 1) {
    return fail(Errc::unavailable,
                "The certificates of trusted authorities cannot be read: " + take_tls_error());
  }
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

std::string take_tls_error() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown TLS error";
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  // The first bytes were no TLS record: another protocol, mostly plain HTTP.
  if (ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER) {
    return "what answers there speaks no TLS; a pScheduler that others ask must not be started with "
           "plain-http";
  }
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "TLS error " + std::to_string(code);
}

}  // namespace pscheduler::adapters
