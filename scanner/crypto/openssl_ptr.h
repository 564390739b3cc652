// Owners of OpenSSL's objects that several sources need.
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>

#include <memory>

namespace caascan::crypto {

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using NumberPtr = std::unique_ptr<BIGNUM, FreeNumber>;

struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, FreeDigestContext>;

}  // namespace caascan::crypto
