#include "pscheduler/adapters/http/certificate.hpp"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>

#include "adapters/http/tls.hpp"

namespace pscheduler::adapters {

namespace fs = std::filesystem;

namespace {

constexpr int kX509Version3 = 2;
constexpr long kSecondsPerDay = 24 * 3600;
constexpr long kValidDays = 20 * 365;       // nobody verifies it, but some clients refuse an expired one
constexpr std::size_t kCommonNameMax = 64;  // ub-common-name of RFC 5280

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

tl::unexpected<Error> cannot_make() {
  return fail(Errc::internal, "Cannot make a TLS certificate: " + take_tls_error());
}

bool set_serial(X509* certificate) {
  std::uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

bool set_names(X509* certificate, const std::string& host_name) {
  const auto common_name = host_name.substr(0, kCommonNameMax);
  X509_NAME* name = X509_get_subject_name(certificate);
  if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(common_name.data()),
                                 static_cast<int>(common_name.size()), -1, 0) != 1 ||
      X509_set_issuer_name(certificate, name) != 1) {
    return false;
  }
  boost::system::error_code not_literal;
  boost::asio::ip::make_address(host_name, not_literal);
  const auto alternative = (not_literal ? "DNS:" : "IP:") + host_name;
  std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative.c_str()), &X509_EXTENSION_free);
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool fill(X509* certificate, EVP_PKEY* key, const std::string& host_name) {
  return X509_set_version(certificate, kX509Version3) == 1 && set_serial(certificate) &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -kSecondsPerDay) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kValidDays * kSecondsPerDay) != nullptr &&
         set_names(certificate, host_name) && X509_set_pubkey(certificate, key) == 1 &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

Result<std::string> to_pem(const std::function<bool(BIO*)>& write) {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (!bio || !write(bio.get())) return cannot_make();
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

// Whole or not at all, and on disk before it has its name.
Result<void> write_file(const fs::path& path, const std::string& text, mode_t mode) {
  const auto cannot_write = [&path] {
    return fail(Errc::unavailable, "Cannot write '" + path.string() + "': " + std::strerror(errno));
  };
  const auto temporary = path.string() + ".new";
  ::unlink(temporary.c_str());
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (file < 0) return cannot_write();
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  if (::close(file) != 0 || !written || ::rename(temporary.c_str(), path.c_str()) != 0) {
    return cannot_write();
  }
  return {};
}

}  // namespace

TlsFiles certificate_files(const fs::path& directory) {
  return {directory / "certificate.pem", directory / "key.pem"};
}

std::vector<Error> check_certificate(const TlsFiles& files) {
  std::vector<Error> problems;
  // Each file by itself first: a bad certificate must not hide a bad key.
  for (const auto use : {use_certificate, use_key}) {
    const SslContext context(SSL_CTX_new(TLS_server_method()));
    if (!context) return {Error{Errc::internal, "Cannot set up TLS: " + take_tls_error(), {}}};
    const auto& file = use == use_certificate ? files.certificate : files.key;
    if (auto used = use(context.get(), file); !used) problems.push_back(std::move(used.error()));
  }
  if (!problems.empty()) return problems;
  if (auto together = make_server_context(files.certificate, files.key); !together) {
    problems.push_back(std::move(together.error()));
  }
  return problems;
}

Result<TlsFiles> ensure_certificate(const fs::path& directory, const std::string& host_name) {
  TlsFiles files = certificate_files(directory);
  std::error_code error;
  if (fs::exists(files.certificate, error) && fs::exists(files.key, error)) return files;
  fs::create_directories(directory, error);
  if (error) {
    return fail(Errc::unavailable,
                "Cannot make the directory '" + directory.string() + "': " + error.message());
  }

  ERR_clear_error();
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const Certificate certificate(X509_new(), &X509_free);
  if (!key || !certificate || !fill(certificate.get(), key.get(), host_name)) return cannot_make();
  const auto key_pem = to_pem([&key](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  });
  if (!key_pem) return fail(key_pem.error());
  const auto certificate_pem =
      to_pem([&certificate](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()) == 1; });
  if (!certificate_pem) return fail(certificate_pem.error());

  PSCHEDULER_TRY(write_file(files.key, *key_pem, 0600));
  PSCHEDULER_TRY(write_file(files.certificate, *certificate_pem, 0644));
  return files;
}

}  // namespace pscheduler::adapters
