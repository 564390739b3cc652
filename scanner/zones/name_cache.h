// A least-recently-used cache keyed by domain name, whose entries can be pinned.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cassert>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "scanner/async/fixed_pool.h"
#include "scanner/async/list.h"
#include "scanner/dns/name.h"

namespace caascan::zones {

/// Entries live while they are in the cache or pinned by a Handle; an evicted entry that is pinned
/// lives on until its last Handle goes, unseen by Find. Handles end before their cache. The cache
/// is bounded by entries and by bytes: while there are too many of either, the least recently used
/// entry is evicted, one that is not pinned where there is such a one among the oldest.
///
/// An entry is weighed when its first Handles have gone, and at Weigh(), which must be called
/// after a change. One that is larger than a sixteenth of all is evicted at once: what is said of
/// one name must not push out what is known of many.
///
/// One thread. V is default-constructed. `size_t V::HeapBytes() const` says how much it holds
/// outside itself; a V that is trivially copyable holds nothing.
template <typename V>
class NameCache {
  struct LruTag {};
  struct Entry : async::ListNode<LruTag> {
    dns::CompactName key;
    uint32_t references = 0;  // The cache's own included.
    bool weighed = false;
    size_t weight = 0;
    NameCache* cache = nullptr;
    V value;

    dns::NameView name() const { return key; }
  };

 public:
  /// Pins one entry. Movable and copyable; empty by default.
  class Handle {
   public:
    Handle() = default;
    Handle(const Handle& other) : entry_(other.entry_) {
      if (entry_ != nullptr) ++entry_->references;
    }
    Handle(Handle&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
    Handle& operator=(Handle other) noexcept {
      std::swap(entry_, other.entry_);
      return *this;
    }
    ~Handle() { Release(entry_); }

    explicit operator bool() const { return entry_ != nullptr; }
    V* operator->() const { return &entry_->value; }
    V& operator*() const { return entry_->value; }
    /// The key; as long as the handle.
    dns::NameView name() const { return entry_->name(); }

   private:
    friend class NameCache;
    explicit Handle(Entry* entry) : entry_(entry) { ++entry_->references; }
    Entry* entry_ = nullptr;
  };

  NameCache(size_t capacity, size_t max_bytes) : capacity_(capacity), max_bytes_(max_bytes) {}
  NameCache(const NameCache&) = delete;
  NameCache& operator=(const NameCache&) = delete;
  ~NameCache() {
    while (!lru_.empty()) Evict(lru_.front());
  }

  size_t size() const { return entries_.size(); }
  /// What the entries weigh, as far as they were weighed.
  size_t bytes() const { return bytes_; }

  /// Empty where absent. What is found becomes the most recently used.
  Handle Find(dns::NameView name) {
    const auto it = entries_.find(name);
    if (it == entries_.end()) return Handle();
    Touch(*it);
    return Handle(*it);
  }

  /// The present entry, or a new one with a default value.
  Handle FindOrInsert(dns::NameView name) {
    if (Handle found = Find(name)) return found;
    return Insert(name);
  }

  /// Puts a new entry in, in place of a present one (whose handles keep the old value).
  Handle Insert(dns::NameView name) {
    if (const auto it = entries_.find(name); it != entries_.end()) Evict(*it);
    auto* entry = new (pool_.Take()) Entry;
    entry->cache = this;
    entry->key = name;
    entry->references = 1;
    entries_.insert(entry);
    lru_.PushBack(entry);
    Handle handle(entry);
    entry->weight = kEntryBytes;
    bytes_ += kEntryBytes;
    while (is_too_large() && entries_.size() > 1) EvictOldest(entry);
    return handle;
  }

  /// After its value has changed. May evict it, and others.
  void Weigh(const Handle& handle) { Weigh(handle.entry_); }

  void Erase(dns::NameView name) {
    if (const auto it = entries_.find(name); it != entries_.end()) Evict(*it);
  }

 private:
  static dns::NameView NameOf(dns::NameView name) { return name; }
  static dns::NameView NameOf(const Entry* entry) { return entry->name(); }
  struct Hash {
    using is_transparent = void;
    template <typename K>
    size_t operator()(const K& key) const {
      return static_cast<size_t>(dns::HashName(NameOf(key)));
    }
  };
  struct Equal {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return NameOf(a) == NameOf(b);
    }
  };

  static constexpr size_t kEntryBytes = sizeof(Entry) + sizeof(void*) + 1;  // With its slot.
  static constexpr size_t kLargestPart = 16;

  static size_t HeapBytesOf(const V& value) {
    if constexpr (std::is_trivially_copyable_v<V>) {
      return 0;
    } else {
      return value.HeapBytes();
    }
  }

  bool is_too_large() const { return entries_.size() > capacity_ || bytes_ > max_bytes_; }

  void Weigh(Entry* entry) {
    entry->weighed = true;
    if (!entry->linked()) return;  // Evicted meanwhile.
    bytes_ -= entry->weight;
    entry->weight = kEntryBytes + entry->key.heap_bytes() + HeapBytesOf(entry->value);
    bytes_ += entry->weight;
    if (entry->weight > max_bytes_ / kLargestPart) return Evict(entry);
    while (bytes_ > max_bytes_) EvictOldest(entry);
  }

  static void Release(Entry* entry) {
    if (entry == nullptr) return;
    NameCache* cache = entry->cache;
    if (--entry->references == 0) {
      entry->~Entry();
      cache->pool_.Give(entry);
    } else if (entry->references == 1 && !entry->weighed) {
      cache->Weigh(entry);
    }
  }

  void Touch(Entry* entry) {
    entry->Unlink();
    lru_.PushBack(entry);
  }

  /// Of those that no Handle pins, unless many are pinned: who works on one looks for it again.
  /// REQUIRES: there are others than `keep`.
  void EvictOldest(const Entry* keep) {
    assert(entries_.size() > 1 && "there is another one to evict");
    int looks = 16;
    while (lru_.front() == keep || (lru_.front()->references > 1 && looks-- > 0)) {
      Touch(lru_.front());
    }
    Evict(lru_.front());
  }

  void Evict(Entry* entry) {
    entries_.erase(entry);
    entry->Unlink();
    bytes_ -= entry->weight;
    entry->weighed = true;  // It counts no more.
    Release(entry);
  }

  const size_t capacity_;
  const size_t max_bytes_;
  size_t bytes_ = 0;
  async::FixedPool pool_{sizeof(Entry)};
  absl::flat_hash_set<Entry*, Hash, Equal> entries_;
  async::List<Entry, LruTag> lru_;  // Least recently used first.
};

}  // namespace caascan::zones
