// Counts by key where the keys come from strangers: exact while there are few, bounded in memory
// and honest about its error where there are many.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/hash/hash.h>
#include <absl/strings/string_view.h>

#include "scanner/record/short_text.h"

namespace caascan::counts {

/// A table of rows by key, at most `capacity` of them. Once a further key comes, the rows of the
/// smallest weight, a quarter of all at least, are forgotten together with what they counted. So
/// every row's weight is exact or too small by `missed()` at most, a key that is not there weighs
/// that much at most, and both hold after merging, too (the lossy counting of Manku and Motwani
/// with the error measured rather than given). No row ever counts too much.
///
/// Rows lie in one vector and keys in one string, which MoveInto() leaves in place: a table that is
/// emptied every other moment costs no memory anew. A small table in front, by a few bytes of the
/// key, finds the keys that come all the time without hashing them.
///
/// `Row` has `uint64_t weight() const` and `void Merge(const Row&)`. A value; one thread at a time.
template <typename Row>
class BoundedTable {
 public:
  /// Keys are cut to so many bytes, so that memory is bounded whatever they hold.
  static constexpr size_t kMaxKeySize = 256;

  /// REQUIRES: 0 < capacity < 2^32 - 1.
  explicit BoundedTable(size_t capacity) : capacity_(capacity) {
    assert(capacity > 0 && capacity < kNone && "the index holds places as 32-bit numbers");
  }

  /// The key's row, a new one where there is none. Valid until the next call.
  Row* Find(std::string_view key) {
    key = key.substr(0, kMaxKeySize);
    uint32_t& recent = recent_[RecentSlot(key)];
    if (recent >= entries_.size() || !record::IsSame(KeyOf(entries_[recent]), key)) {
      recent = FindHashed(key, absl::HashOf(absl::string_view(key.data(), key.size())));
    }
    return &entries_[recent].row;
  }

  void Merge(const BoundedTable& other) {
    for (const Entry& entry : other.entries_) {
      entries_[FindHashed(other.KeyOf(entry), entry.hash)].row.Merge(entry.row);
    }
    missed_ += other.missed_;
  }

  /// Adds all to `sum` and leaves this table empty.
  void MoveInto(BoundedTable* sum) {
    sum->Merge(*this);
    entries_.clear();
    keys_.clear();
    missed_ = 0;
    std::fill(index_.begin(), index_.end(), kNone);
  }

  /// By how much a weight may be too small at most; 0 means that all are exact.
  uint64_t missed() const { return missed_; }
  /// Takes over an error of counts made elsewhere.
  void AddMissed(uint64_t missed) { missed_ += missed; }
  size_t size() const { return entries_.size(); }

  /// All rows, the heaviest first, equals by key. Views hold until the table changes.
  std::vector<std::pair<std::string_view, const Row*>> Sorted() const {
    std::vector<std::pair<std::string_view, const Row*>> sorted;
    sorted.reserve(entries_.size());
    for (const Entry& entry : entries_) sorted.emplace_back(KeyOf(entry), &entry.row);
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
      const uint64_t weight_a = a.second->weight();
      const uint64_t weight_b = b.second->weight();
      return weight_a != weight_b ? weight_a > weight_b : a.first < b.first;
    });
    return sorted;
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr size_t kRecent = 128;

  struct Entry {
    uint64_t hash = 0;
    uint32_t key_at = 0;
    uint32_t key_size = 0;
    Row row;
  };

  std::string_view KeyOf(const Entry& entry) const {
    return std::string_view(keys_).substr(entry.key_at, entry.key_size);
  }

  /// Any number below kRecent will do; this one differs between most keys that records hold.
  static size_t RecentSlot(std::string_view key) {
    if (key.empty()) return 0;
    const auto at = [key](size_t i) { return static_cast<unsigned char>(key[i]); };
    return (key.size() * 5 + at(0) * 3u + at(key.size() / 2) * 7u + at(key.size() - 1)) % kRecent;
  }

  /// Where the key stands in the index, or the free place where it belongs. REQUIRES: index_ has a
  /// free place.
  size_t Locate(std::string_view key, uint64_t hash) const {
    assert(entries_.size() < index_.size() && "a search ends at a free place");
    const size_t mask = index_.size() - 1;
    size_t at = hash & mask;
    while (index_[at] != kNone) {
      const Entry& entry = entries_[index_[at]];
      if (entry.hash == hash && record::IsSame(KeyOf(entry), key)) break;
      at = (at + 1) & mask;
    }
    return at;
  }

  /// The entry of the key, a new one where there is none.
  uint32_t FindHashed(std::string_view key, uint64_t hash) {
    if (index_.empty()) Reindex();
    size_t at = Locate(key, hash);
    if (index_[at] != kNone) return index_[at];
    if (entries_.size() >= capacity_) Forget();
    if (entries_.size() * 2 >= index_.size()) Reindex();
    at = Locate(key, hash);
    index_[at] = static_cast<uint32_t>(entries_.size());
    Entry& entry = entries_.emplace_back();
    entry.hash = hash;
    entry.key_at = static_cast<uint32_t>(keys_.size());
    entry.key_size = static_cast<uint32_t>(key.size());
    keys_.append(key);
    return index_[at];
  }

  /// Makes the index anew, with room for twice the entries.
  void Reindex() {
    constexpr size_t kLeast = 16;
    size_t size = std::max(index_.size(), kLeast);
    while (size < entries_.size() * 4) size *= 2;
    index_.assign(size, kNone);
    for (uint32_t i = 0; i < entries_.size(); ++i) {
      size_t at = entries_[i].hash & (size - 1);
      while (index_[at] != kNone) at = (at + 1) & (size - 1);
      index_[at] = i;
    }
  }

  void Forget() {
    std::vector<uint64_t> weights;
    weights.reserve(entries_.size());
    for (const Entry& entry : entries_) weights.push_back(entry.row.weight());
    const auto quarter = weights.begin() + static_cast<std::ptrdiff_t>((weights.size() - 1) / 4);
    std::nth_element(weights.begin(), quarter, weights.end());
    const uint64_t limit = *quarter;
    std::erase_if(entries_, [limit](const Entry& entry) { return entry.row.weight() <= limit; });
    std::string kept;
    for (Entry& entry : entries_) {
      const std::string_view key = KeyOf(entry);
      entry.key_at = static_cast<uint32_t>(kept.size());
      kept.append(key);
    }
    keys_.swap(kept);
    Reindex();
    missed_ += limit;
  }

  size_t capacity_;
  uint64_t missed_ = 0;
  std::vector<Entry> entries_;
  std::string keys_;
  std::vector<uint32_t> index_;  // Entries by hash, linear probing; its size is a power of 2.
  std::array<uint32_t, kRecent> recent_{};  // Entries that were found last, or anything.
};

}  // namespace caascan::counts
