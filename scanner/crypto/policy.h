// What the user lets count as a proof, where validators differ.
#pragma once

#include <cstdint>

namespace caascan::crypto {

/// A value.
struct Policy {
  /// Do signatures over SHA-1 (algorithms 5 and 7) and SHA-1 digests in DS records count? Where
  /// they do not, they are as good as unknown ones: zones that have nothing else are insecure (RFC
  /// 4035 §5.2, RFC 9905).
  bool accept_sha1 = true;
  /// NSEC3 with more iterations shows nothing: what it should prove is insecure, once a signature
  /// over such a record has been found right (RFC 9276 §3.2).
  uint16_t max_nsec3_iterations = 150;
  /// A signature is remarked upon that ends within so many seconds; 0: none is.
  uint32_t expiring_s = 0;
};

}  // namespace caascan::crypto
