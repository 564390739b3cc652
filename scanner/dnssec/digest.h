// OpenSSL's digests, looked up once: the look-up costs more than the digest of a short text.
#pragma once

#include <openssl/evp.h>

namespace caascan::dnssec {

const EVP_MD* Sha1();
const EVP_MD* Sha256();
const EVP_MD* Sha384();
const EVP_MD* Sha512();

}  // namespace caascan::dnssec
