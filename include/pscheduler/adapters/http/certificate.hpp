#pragma once
// The certificate a node shows when it was given none: self-signed, ECDSA P-256, made at the first start.

#include <filesystem>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"

namespace pscheduler::adapters {

struct TlsFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

// certificate.pem and key.pem (readable by the owner alone) in the directory, which is made when it is
// missing. Files that are there are kept; both are made anew when one is missing. unavailable when they
// cannot be written.
Result<TlsFiles> ensure_certificate(const std::filesystem::path& directory, const std::string& host_name);

// The two files that ensure_certificate() makes in a directory, whether they are there or not.
TlsFiles certificate_files(const std::filesystem::path& directory);

// Everything that keeps a server from using a certificate and key: each must be a readable PEM file, the key
// without a passphrase, and they must belong together. Empty when they are good.
std::vector<Error> check_certificate(const TlsFiles& files);

}  // namespace pscheduler::adapters
