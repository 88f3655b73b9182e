#include "credentials.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>
#include <string_view>

namespace pscheduler::plugins {
namespace {

constexpr unsigned int kKeyBits = 2048;
constexpr std::size_t kNameLength = 20;
constexpr std::string_view kAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kPunctuation = "!#$%&*+-./:;<=>?@^_~";

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Encoder = std::unique_ptr<OSSL_ENCODER_CTX, decltype(&OSSL_ENCODER_CTX_free)>;

tl::unexpected<Error> no_luck(std::string_view what) {
  return fail(Errc::unavailable, fmt::format("OpenSSL could not make {}.", what));
}

Result<std::string> random_text(std::string_view characters) {
  std::string text;
  // Bytes beyond a multiple of the number of characters would make the first ones likelier.
  const auto limit = 256 - 256 % characters.size();
  while (text.size() < kNameLength) {
    std::array<unsigned char, 64> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return no_luck("random numbers");
    for (const auto byte : bytes) {
      if (byte < limit && text.size() < kNameLength) text += characters[byte % characters.size()];
    }
  }
  return text;
}

std::string content_of(BIO* bio) {
  char* data = nullptr;
  const auto length = BIO_get_mem_data(bio, &data);
  return length > 0 ? std::string(data, static_cast<std::size_t>(length)) : std::string();
}

// The form whose first line is BEGIN RSA PRIVATE KEY, which every iperf3 reads.
std::string private_text(EVP_PKEY* key) {
  const Encoder encoder(OSSL_ENCODER_CTX_new_for_pkey(key, EVP_PKEY_KEYPAIR, "PEM", "type-specific", nullptr),
                        &OSSL_ENCODER_CTX_free);
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (!encoder || !bio || OSSL_ENCODER_to_bio(encoder.get(), bio.get()) != 1) return {};
  return content_of(bio.get());
}

std::string public_text(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (!bio || PEM_write_bio_PUBKEY(bio.get(), key) != 1) return {};
  return content_of(bio.get());
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) return {};
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace

Result<Credentials> make_credentials() {
  const Key key(EVP_RSA_gen(kKeyBits), &EVP_PKEY_free);
  if (!key) return no_luck("a key");
  auto username = random_text(kAlphanumeric);
  if (!username) return fail(std::move(username.error()));
  auto password = random_text(std::string(kAlphanumeric) + std::string(kPunctuation));
  if (!password) return fail(std::move(password.error()));
  Credentials made{private_text(key.get()), public_text(key.get()), *username, *password, {}};
  const auto hash = sha256_hex(fmt::format("{{{}}}{}", *username, *password));
  if (made.private_key.empty() || made.public_key.empty() || hash.empty()) return no_luck("credentials");
  made.users = fmt::format("{},{}\n", *username, hash);
  return made;
}

}  // namespace pscheduler::plugins
