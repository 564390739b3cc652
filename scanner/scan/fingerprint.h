// Which input lines have a record already: sets of millions of names in little memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/statusor.h>

#include "caascan/caa.h"

struct evp_mac_ctx_st;

namespace caascan::scan {

/// 128 bits that stand for one input line. Good within one run: they depend on a secret.
struct Fingerprint {
  uint64_t high = 0;
  uint64_t low = 0;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
  friend bool operator<(const Fingerprint& a, const Fingerprint& b) {
    return a.high != b.high ? a.high < b.high : a.low < b.low;
  }
};

/// SipHash-2-4 with 128 bits under a secret, without which no two lines can be made to have the
/// same. By chance two of 10 million do in one run of 10^24. One thread at a time.
class Fingerprinter {
 public:
  /// The secret should be random. Unimplemented where OpenSSL lacks SipHash.
  static absl::StatusOr<Fingerprinter> Create(uint64_t secret_high, uint64_t secret_low);

  /// Of a record's members; `id` and `order` as their JSON text, empty where absent.
  Fingerprint Of(std::string_view name, std::string_view input, Purpose purpose,
                 std::string_view id, std::string_view order,
                 std::optional<uint32_t> rank = std::nullopt);

 private:
  struct FreeContext {
    void operator()(evp_mac_ctx_st* context) const;
  };
  using Context = std::unique_ptr<evp_mac_ctx_st, FreeContext>;

  Fingerprinter(std::array<uint64_t, 2> key, Context context)
      : key_(key), context_(std::move(context)) {}

  std::array<uint64_t, 2> key_;
  Context context_;   // Begun anew for each line.
  std::string text_;  // The line at hand; kept for its memory.
};

/// A multiset: filled, sealed, then emptied. Of many elements each takes at most 20 octets while it
/// is filled, and 20 afterwards; at no time more than 24. One thread at a time.
class FingerprintSet {
 public:
  FingerprintSet() : parts_(kParts) {}

  void Add(const Fingerprint& fingerprint);
  /// Once, before the first Take().
  void Seal();
  /// True as often as the fingerprint was added.
  bool Take(const Fingerprint& fingerprint);
  /// Elements that were added and not taken.
  size_t size() const { return size_; }
  /// What it holds outside itself.
  size_t heap_bytes() const;

 private:
  // So many that what one of them takes for a moment, while it grows or is sealed, is little.
  static constexpr size_t kParts = 256;

  struct Part {
    std::vector<Fingerprint> sorted;  // Once each, after Seal().
    std::vector<uint32_t> left;       // How often, each of them.

    void Seal();
  };

  Part& PartOf(const Fingerprint& fingerprint) { return parts_[fingerprint.high % kParts]; }

  std::vector<Part> parts_;
  size_t size_ = 0;
  bool sealed_ = false;
};

}  // namespace caascan::scan
