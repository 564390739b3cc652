// What is known of the zones' security, and how replies are judged by it. No queries: the iterative
// resolver asks for what is missing.
#pragma once

#include <absl/container/inlined_vector.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "caascan/record.h"
#include "scanner/dnssec/chain.h"
#include "scanner/dnssec/denial_store.h"
#include "scanner/dnssec/judge.h"
#include "scanner/dnssec/key_set.h"
#include "scanner/dnssec/signature_memo.h"
#include "scanner/dnssec/verdict.h"
#include "scanner/dnssec/work.h"
#include "scanner/query/answer.h"
#include "scanner/query/classify.h"
#include "scanner/zones/name_cache.h"
#include "scanner/zones/shared_lookup.h"
#include "scanner/zones/trust_anchor.h"
#include "scanner/zones/zone.h"

namespace caascan::zones {

/// One zone's place in the chain of trust. Zones that are insecure for no remarkable reason have
/// none: Zone::trust says so.
struct ZoneTrust {
  bool has_ds = false;      // The parent, or the trust anchor, says that it is signed, by `ds`.
  bool ds_of_file = false;  // That says a zone file, which may be old.
  bool no_cut = false;      // Known: there is no such zone.
  /// Nobody gave its keys, or its DS, for that reason: a failure of the servers, nothing bogus.
  std::optional<Reason> unreachable;
  dnssec::DsSet ds;
  dnssec::Verdict verdict;  // Where known.
  dnssec::KeySet keys;      // Where secure.
  /// Where it has a DS: what is remarkable of the chain from the trust anchor to its keys, though
  /// the chain holds. Nearly always empty.
  std::vector<dnssec::Verdict> remarks;
  std::chrono::nanoseconds known_at{0};
  std::chrono::nanoseconds expires{0};

  /// What it holds outside itself.
  size_t HeapBytes() const;
};
using TrustCache = NameCache<SharedLookup<ZoneTrust>>;

/// The root's keys, as they were found good. A value, of any worker's use.
struct RootTrust {
  std::vector<std::string> dnskeys;  // RDATA.
  std::vector<dnssec::Verdict> remarks;
  std::chrono::nanoseconds known_at{0};
  std::chrono::nanoseconds expires{0};
};

struct ValidatorOptions {
  /// Empty: nothing is validated.
  std::vector<TrustAnchor> anchors;
  /// Seconds since 1970 modulo 2^32; the system's clock where empty.
  std::function<uint32_t()> wall_clock = {};
  crypto::Policy policy = {};
  size_t trust_capacity = 20'000;
  size_t trust_bytes = 32 << 20;
  size_t memo_capacity = 20'000;
  /// Shared by all workers of a scan; null: denials are not used again.
  std::shared_ptr<dnssec::DenialStore> denials = {};
  /// Where it is known already: then the root is not queried for its keys until that expires.
  std::optional<RootTrust> root = {};
};

/// What all of one name's look-ups may cost (dnssec::Work), and of that one zone's DS and keys,
/// which all names below it share.
constexpr uint32_t kWorkPerName = 12'000;
constexpr uint32_t kWorkPerZone = 4'000;

/// How a reply stands.
struct ReplyVerdict {
  dnssec::Verdict verdict;
  dnssec::Missing missing;
  uint32_t ttl_s = UINT32_MAX;
  /// For a referral, or an answer about a DS.
  dnssec::DelegationJudgement::Kind delegation = dnssec::DelegationJudgement::Kind::kBogus;
  dnssec::DsSet ds;
  /// What is remarkable of the chain of trust that the verdict rests on: of the zones whose keys
  /// count, and for a signed delegation of its DS set. Nearly always empty.
  std::vector<dnssec::Verdict> remarks;
};

/// One worker's. Loop thread only.
class Validator {
 public:
  explicit Validator(const ValidatorOptions& options);

  bool enabled() const { return enabled_; }
  /// What is known of a zone: null where it is insecure without further ado, or not known.
  TrustCache::Handle Find(dns::NameView apex) {
    return apex.is_root() ? root_ : trusts_.Find(apex);
  }
  TrustCache::Handle FindOrInsert(dns::NameView apex) {
    return apex.is_root() ? root_ : trusts_.FindOrInsert(apex);
  }
  /// After what is known has changed.
  void Weigh(const TrustCache::Handle& trust) { trusts_.Weigh(trust); }
  bool IsFresh(const SharedLookup<ZoneTrust>& trust, query::Look look,
               std::chrono::nanoseconds now) const;

  /// The state of a zone, as far as it is known.
  DnssecStatus StatusOf(const Zone& zone, dns::NameView apex);
  /// Why the zone's servers, or its parent's, gave nothing to validate with; nullopt where they
  /// did.
  std::optional<Reason> UnreachableReason(const Zone& zone, dns::NameView apex);
  /// Why it is insecure or bogus; nullopt for no remarkable reason.
  std::optional<dnssec::Verdict> VerdictOf(const Zone& zone, dns::NameView apex);

  /// Is there a store of denials? Not where nothing is validated.
  bool has_denials() const { return denials_ != nullptr; }
  /// What JudgeDelegation() would say of a reply that has the store's records about `cut`. nullopt
  /// where they prove nothing, and unless the zone `apex` is known to be secure.
  std::optional<ReplyVerdict> ProveNoDs(dns::NameView apex, dns::NameView cut,
                                        std::chrono::nanoseconds now, dnssec::Work* work);
  /// Keeps what a reply of the zone's servers denies, in the store.
  void KeepDenials(const dns::Message& message, dns::NameView apex, std::chrono::nanoseconds now,
                   dnssec::Work* work);

  /// Judges a delegation to `cut`, in a reply from the servers of `zone`, which is settled.
  ReplyVerdict JudgeDelegation(const dns::Message& message, dns::NameView cut, const Zone& zone,
                               dns::NameView apex, std::chrono::nanoseconds now,
                               dnssec::Work* work);
  /// Judges an answer likewise.
  ReplyVerdict JudgeAnswer(const dns::Message& message, const dnssec::Question& question,
                           const Zone& zone, dns::NameView apex, std::chrono::nanoseconds now,
                           dnssec::Work* work);
  /// Judges a DNSKEY answer of the zone, and keeps the keys in *trust where they are good.
  dnssec::Verdict TakeKeys(const dns::Message& message, dns::NameView apex, ZoneTrust* trust,
                           std::chrono::nanoseconds now, dnssec::Work* work);

  /// What another validator with the same anchors can begin with. nullopt where the root is not
  /// known to be secure.
  std::optional<RootTrust> ShareRoot();

  /// Key tags of the root's keys that may become trust anchors, SEP set and not revoked, and that
  /// no trust anchor names. Empty until the root's keys are known, and where they are not secure.
  std::vector<uint16_t> UnnamedRootKeys();

  /// What a referral that was judged says of the child goes into *child and the trusts.
  void NoteDelegation(ReplyVerdict reply, dns::NameView cut, Zone* child,
                      std::chrono::nanoseconds now);

 private:
  using KnownZones = absl::InlinedVector<dnssec::KnownZone, 4>;

  dnssec::Means MeansOf(dnssec::Work* work);
  /// Zones that lie between `apex` and the names, as they were found before.
  void AddZonesBelow(dns::NameView apex, dns::NameView name, std::chrono::nanoseconds now,
                     KnownZones* out);
  /// Adds those of the pinned zones.
  void AddRemarks(std::vector<dnssec::Verdict>* remarks) const;
  /// False where the zone itself is bogus or unknown; then *verdict says so.
  bool Begin(const Zone& zone, dns::NameView apex, KnownZones* known, dnssec::Verdict* verdict);

  const bool enabled_;
  const std::function<uint32_t()> wall_clock_;
  const crypto::Policy policy_;
  TrustCache trusts_;
  const TrustCache::Handle root_;           // With the trust anchor. Never forgotten.
  std::vector<TrustCache::Handle> pinned_;  // While a judgement uses them.
  dnssec::SignatureMemo memo_;
  const std::shared_ptr<dnssec::DenialStore> denials_;
};

/// What an answer of this kind claims, which its signatures must bear out; nullopt for what is no
/// answer.
std::optional<dnssec::Claim> ClaimOf(query::ResponseKind kind);

/// The finding that stands in a record. REQUIRES: the verdict has one.
Finding FindingOf(const dnssec::Verdict& verdict);

}  // namespace caascan::zones
