// Which names ask for the referral to a zone, and which wait for it.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "scanner/async/frame_pool.h"
#include "scanner/async/wait_list.h"
#include "scanner/dns/name.h"

namespace caascan::zones {

/// Names of one domain that start together need the same referral, and so do at a cold start all
/// names of a TLD. The first one leads: it asks the zone above, and the others wait until it gives
/// the lead up. Then they look whether the zone is known, and ask for themselves where it is not:
/// how it ended for the first one says nothing to them.
///
/// Who leads must not wait for what others do: it gives the lead up before any look-up of its own.
/// So no two names wait for each other. One thread.
class ReferralLeads {
 public:
  /// The lead for one zone. Ends by Release() alone.
  struct Lead {
    dns::CompactName cut;
    uint64_t hash = 0;  // Of the cut: it is hashed once.
    async::WaitList waiting;
  };
  using Holder = async::Pooled<Lead>;

  ReferralLeads() = default;
  ReferralLeads(const ReferralLeads&) = delete;
  ReferralLeads& operator=(const ReferralLeads&) = delete;
  ~ReferralLeads() { assert(leads_.empty() && "each lead is given up"); }

  /// The list to wait in, at once; null where none leads for `cut`. Then *lead does.
  /// REQUIRES: *lead is null.
  [[nodiscard]] async::WaitList* Join(dns::NameView cut, Holder* lead) {
    assert(*lead == nullptr && "one at a time");
    const Key key{cut, dns::HashName(cut)};
    if (const auto found = leads_.find(key); found != leads_.end()) return &(*found)->waiting;
    *lead = async::MakePooled<Lead>();
    (*lead)->cut = cut;
    (*lead)->hash = key.hash;
    leads_.insert(lead->get());
    return nullptr;
  }

  /// Resumes those that wait, in the order they came. Nothing where *lead is null, which it is
  /// afterwards.
  void Release(Holder* lead) {
    if (*lead == nullptr) return;
    const Holder ended = std::move(*lead);
    leads_.erase(ended.get());
    ended->waiting.NotifyAll();
  }

 private:
  struct Key {
    dns::NameView cut;
    uint64_t hash = 0;
  };
  static Key KeyOf(const Key& key) { return key; }
  static Key KeyOf(const Lead* lead) { return {lead->cut, lead->hash}; }
  struct Hash {
    using is_transparent = void;
    template <typename K>
    size_t operator()(const K& key) const {
      return static_cast<size_t>(KeyOf(key).hash);
    }
  };
  struct Equal {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return KeyOf(a).cut == KeyOf(b).cut;
    }
  };

  absl::flat_hash_set<Lead*, Hash, Equal> leads_;
};

}  // namespace caascan::zones
