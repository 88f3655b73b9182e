#pragma once
// OpenSSL contexts for the server and the client, and its error queue as text.

#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <string>

#include "pscheduler/base/result.hpp"

namespace pscheduler::adapters {

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;

struct SslDeleter {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using Ssl = std::unique_ptr<SSL, SslDeleter>;

// Presents the certificate chain of one PEM file with the key of another.
Result<SslContext> make_server_context(const std::filesystem::path& certificate,
                                       const std::filesystem::path& key);

// The steps of it. A key must belong to the certificate when the context has one.
Result<void> use_certificate(SSL_CTX* context, const std::filesystem::path& certificate);
Result<void> use_key(SSL_CTX* context, const std::filesystem::path& key);

// Verifies nobody: self-signed certificates are the norm among nodes (spec api.md, 1).
Result<SslContext> make_client_context();

// Verifies servers by the authorities that the system trusts.
Result<SslContext> make_verifying_context();

// The oldest entry of OpenSSL's error queue, which is emptied; "unknown TLS error" when there is none.
std::string take_tls_error();

}  // namespace pscheduler::adapters
