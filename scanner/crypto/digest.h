// OpenSSL's digests, looked up once: the look-up costs more than the digest of a short text. They
// are found whatever OpenSSL's configuration allows. Any thread.
#pragma once

#include <openssl/evp.h>

namespace caascan::crypto {

/// OpenSSL's default provider without the machine's configuration. Lives as long as the program.
OSSL_LIB_CTX* Library();

const EVP_MD* Sha1();
const EVP_MD* Sha256();
const EVP_MD* Sha384();
const EVP_MD* Sha512();

}  // namespace caascan::crypto
