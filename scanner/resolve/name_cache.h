// A least-recently-used cache keyed by domain name, whose entries can be pinned.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cassert>
#include <cstdint>
#include <memory>
#include <utility>

#include "scanner/dns/name.h"
#include "scanner/net/fixed_pool.h"
#include "scanner/net/list.h"

namespace caascan::resolve {

/// Entries live while they are in the cache or pinned by a Handle; an evicted entry that is pinned
/// lives on until its last Handle goes, unseen by Find. Handles end before their cache. Capacity
/// counts entries. One thread. V is default-constructed.
template <typename V>
class NameCache {
  struct LruTag {};
  struct Entry : net::ListNode<LruTag> {
    dns::CompactName key;
    uint32_t references = 0;  // The cache's own included.
    net::FixedPool* pool = nullptr;
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

  explicit NameCache(size_t capacity) : capacity_(capacity) {}
  NameCache(const NameCache&) = delete;
  NameCache& operator=(const NameCache&) = delete;
  ~NameCache() {
    while (!lru_.empty()) Evict(lru_.front());
  }

  size_t size() const { return entries_.size(); }

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
    entry->pool = &pool_;
    entry->key = name;
    entry->references = 1;
    entries_.insert(entry);
    lru_.PushBack(entry);
    Handle handle(entry);
    while (entries_.size() > capacity_ && lru_.front() != entry) Evict(lru_.front());
    return handle;
  }

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

  static void Release(Entry* entry) {
    if (entry == nullptr || --entry->references != 0) return;
    net::FixedPool* pool = entry->pool;
    entry->~Entry();
    pool->Give(entry);
  }

  void Touch(Entry* entry) {
    entry->Unlink();
    lru_.PushBack(entry);
  }

  void Evict(Entry* entry) {
    entries_.erase(entry);
    entry->Unlink();
    Release(entry);
  }

  const size_t capacity_;
  net::FixedPool pool_{sizeof(Entry)};
  absl::flat_hash_set<Entry*, Hash, Equal> entries_;
  net::List<Entry, LruTag> lru_;  // Least recently used first.
};

}  // namespace caascan::resolve
