// Which input lines have a record already: sets of millions of names in little memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

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

/// Two lines of 10 million have the same by chance in one run of 10^24, and nobody who does not
/// know the secret can make it more. Any thread.
class Fingerprinter {
 public:
  /// The secret should be random.
  Fingerprinter(uint64_t secret_high, uint64_t secret_low)
      : secret_high_(secret_high), secret_low_(secret_low) {}

  /// Of a record's members; `id` and `order` as their JSON text, empty where absent.
  Fingerprint Of(std::string_view name, std::string_view input, std::string_view id,
                 std::string_view order) const;

 private:
  void Mix(std::string_view text, Fingerprint* state) const;

  const uint64_t secret_high_;
  const uint64_t secret_low_;
};

/// A multiset: filled, sealed, then emptied. 16 bytes an element while it is filled, and 20
/// afterwards. One thread at a time.
class FingerprintSet {
 public:
  void Add(const Fingerprint& fingerprint) { sorted_.push_back(fingerprint); }
  /// Once, before the first Take().
  void Seal();
  /// True as often as the fingerprint was added.
  bool Take(const Fingerprint& fingerprint);
  /// Elements that were added and not taken.
  size_t size() const { return size_; }

 private:
  std::vector<Fingerprint> sorted_;  // Once each, after Seal().
  std::vector<uint32_t> left_;       // How often, each of them.
  size_t size_ = 0;
};

}  // namespace caascan::scan
