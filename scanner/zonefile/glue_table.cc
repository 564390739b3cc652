// The hash is the multilinear one over words of 32 bits (Lemire and Kaser, "Strongly universal
// string hashing is fast", 2014): 32 bits, twice, under random keys. Tested by glue_table_test.cc.
#include "scanner/zonefile/glue_table.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <functional>
#include <random>

namespace caascan::zonefile {

GlueTable::GlueTable(size_t memory) : memory_(memory) {
  std::random_device device;
  std::seed_seq seed = {device(), device(), device(), device(), device(), device()};
  std::mt19937_64 random(seed);
  for (auto& half : keys_) std::generate(half.begin(), half.end(), std::ref(random));
}

std::array<uint32_t, 2> GlueTable::HashOf(dns::NameView host) const {
  // No wire form is the beginning of another one: their sizes need no word of their own.
  std::array<uint64_t, 2> sums = {keys_[0][0], keys_[1][0]};
  size_t word_index = 1;
  for (size_t at = 0; at < host.size(); at += 4) {
    uint32_t word = 0;
    for (size_t i = 0; i < 4 && at + i < host.size(); ++i) {
      word |= uint32_t{dns::LowerOctet(host.data()[at + i])} << (8 * i);
    }
    sums[0] += keys_[0][word_index] * word;
    sums[1] += keys_[1][word_index] * word;
    ++word_index;
  }
  return {static_cast<uint32_t>(sums[0] >> 32), static_cast<uint32_t>(sums[1] >> 32)};
}

template <size_t kOctets>
bool GlueTable::AddTo(Entries<kOctets>* entries, dns::NameView host,
                      std::span<const uint8_t> octets) {
  constexpr size_t kCost = sizeof(Entry<kOctets>) + kIndexOctets;
  if (used_ + kCost > memory_) return false;
  used_ += kCost;
  // Pages that are not written to take no memory, and nothing is ever copied.
  if (entries->entries.empty()) entries->entries.reserve(memory_ / kCost);
  Entry<kOctets>& entry = entries->entries.emplace_back();
  entry.hash = HashOf(host);
  std::copy(octets.begin(), octets.end(), entry.address.begin());
  return true;
}

bool GlueTable::Add(dns::NameView host, std::span<const uint8_t> octets) {
  assert(!finished_ && "nothing is added behind Finish()");
  assert(octets.size() == dns::Delegation::kIpv4Octets ||
         octets.size() == dns::Delegation::kIpv6Octets);
  return octets.size() == dns::Delegation::kIpv4Octets ? AddTo(&ipv4_, host, octets)
                                                       : AddTo(&ipv6_, host, octets);
}

template <size_t kOctets>
void GlueTable::Entries<kOctets>::Index() {
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  // About four entries a start, whose own four octets are then one an entry.
  const int bits = std::max(1, static_cast<int>(std::bit_width(entries.size())) - 3);
  shift = 32 - bits;
  starts.assign((size_t{1} << bits) + 1, static_cast<uint32_t>(entries.size()));
  for (auto i = static_cast<uint32_t>(entries.size()); i-- > 0;) {
    starts[entries[i].hash[0] >> shift] = i;
  }
  for (size_t i = starts.size() - 1; i-- > 0;) starts[i] = std::min(starts[i], starts[i + 1]);
}

void GlueTable::Finish() {
  ipv4_.Index();
  ipv6_.Index();
  finished_ = true;
}

template <size_t kOctets>
void GlueTable::Entries<kOctets>::ForEach(
    const std::array<uint32_t, 2>& hash,
    absl::FunctionRef<void(std::span<const uint8_t>)> visit) const {
  const size_t bucket = hash[0] >> shift;
  for (uint32_t i = starts[bucket]; i < starts[bucket + 1]; ++i) {
    if (entries[i].hash == hash) visit(entries[i].address);
  }
}

void GlueTable::ForEach(dns::NameView host,
                        absl::FunctionRef<void(std::span<const uint8_t>)> visit) const {
  assert(finished_ && "the table is whole");
  const std::array<uint32_t, 2> hash = HashOf(host);
  ipv4_.ForEach(hash, visit);
  ipv6_.ForEach(hash, visit);
}

}  // namespace caascan::zonefile
