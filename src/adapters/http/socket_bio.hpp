#pragma once
// OpenSSL's way to a non-blocking socket that never raises SIGPIPE, unlike its own socket BIO.

#include <openssl/bio.h>

namespace pscheduler::adapters {

// Does not own the descriptor; nullptr when memory is out.
BIO* new_socket_bio(int descriptor);

}  // namespace pscheduler::adapters
