// Addresses of hosts in a zone file, to be found by the host's name wherever they stand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <absl/functional/function_ref.h>

#include "scanner/dns/delegation.h"
#include "scanner/dns/name.h"

namespace caascan::zonefile {

/// One zone file's address records. One thread at a time. Hosts are kept as hashes of 64 bits by a
/// random key: two names meet with a chance of 2^-64, by chance or on purpose. Memory is bounded:
/// an IPv4 address takes 13 octets, an IPv6 address 29, those of a host's name none.
class GlueTable {
 public:
  static constexpr size_t kMemory = size_t{32} << 20;

  explicit GlueTable(size_t memory = kMemory);

  /// False where it is not kept for want of memory. REQUIRES: before Finish(); `octets` are an A or
  /// AAAA record's RDATA.
  bool Add(dns::NameView host, std::span<const uint8_t> octets);
  /// Once, behind the last Add().
  void Finish();
  /// Calls `visit` for each address of the host, in the order of their octets, IPv4 first; equal
  /// ones once. REQUIRES: after Finish().
  void ForEach(dns::NameView host, absl::FunctionRef<void(std::span<const uint8_t>)> visit) const;

 private:
  template <size_t kOctets>
  struct Entry {
    std::array<uint32_t, 2> hash;  // The upper half first.
    std::array<uint8_t, kOctets> address;
    friend bool operator==(const Entry&, const Entry&) = default;
    friend bool operator<(const Entry& a, const Entry& b) {
      return a.hash != b.hash ? a.hash < b.hash : a.address < b.address;
    }
  };
  template <size_t kOctets>
  struct Entries {
    std::vector<Entry<kOctets>> entries;
    std::vector<uint32_t> starts;  // Of those whose hashes begin with the same bits.
    int shift = 0;                 // What is left of a hash's upper half are those bits.

    void Index();
    void ForEach(const std::array<uint32_t, 2>& hash,
                 absl::FunctionRef<void(std::span<const uint8_t>)> visit) const;
  };
  static constexpr size_t kIndexOctets = 1;  // An address.

  std::array<uint32_t, 2> HashOf(dns::NameView host) const;
  template <size_t kOctets>
  bool AddTo(Entries<kOctets>* entries, dns::NameView host, std::span<const uint8_t> octets);

  const size_t memory_;
  size_t used_ = 0;
  bool finished_ = false;
  std::array<std::array<uint64_t, 65>, 2> keys_;
  Entries<dns::Delegation::kIpv4Octets> ipv4_;
  Entries<dns::Delegation::kIpv6Octets> ipv6_;
};

}  // namespace caascan::zonefile
