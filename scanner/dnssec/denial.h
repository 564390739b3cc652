// Proofs that something is not there (RFC 4035 §5.4, RFC 5155 §8, RFC 6840 §4).
#pragma once

#include <absl/container/inlined_vector.h>

#include <cstdint>

#include "scanner/dns/message.h"
#include "scanner/dnssec/key_set.h"
#include "scanner/dnssec/rrset.h"
#include "scanner/dnssec/signature.h"
#include "scanner/dnssec/verdict.h"
#include "scanner/dnssec/work.h"

namespace caascan::dnssec {

/// What a message's authority section proves of a delegation.
enum class CutProof : uint8_t {
  kUnproven,
  kInsecure,  // A delegation without DS; or one may be hidden in an opt-out span.
  kNoCut,     // Nothing is delegated at that very name.
};

/// Is an NSEC or NSEC3 record signed by the zone, and no wildcard's expansion? See VerifyRrset().
VerifiedSet VerifyDenial(const Rrset& set, dns::NameView zone, KeySet* keys, const Means& means);

/// The NSEC or NSEC3 records of one message, signed by one zone. Signatures are checked when a
/// record is used, and once. The message and the keys outlive it. One thread.
class Denial {
 public:
  Denial(const dns::Message& message, dns::NameView zone, KeySet* keys, const Means& means)
      : message_(message), zone_(zone), keys_(keys), means_(means) {}

  /// There is no set of this type at `name` (which is in the zone), nor can a wildcard give one.
  /// Insecure: it stands in an opt-out span (RFC 5155 §9.2), or has more iterations than count
  /// (crypto::Policy). `nxdomain`: the RCODE says so. NSEC3 records then must prove it (RFC 5155
  /// §8.4), an opt-out span the wildcard's absence too. Where NSEC records show instead that only
  /// the type does not exist, that is good as well: RFC 4035 §5.4 asks for no RCODE, and other
  /// validators agree.
  Verdict ProveEmpty(dns::NameView name, dns::RRType type, bool nxdomain);

  /// Nothing is closer to `name` than the wildcard below its ancestor of `labels` labels.
  Verdict ProveExpansion(dns::NameView name, size_t labels);

  /// There is no DS at `cut`. The verdict is the reason where that is unproven, and secure or
  /// insecure otherwise.
  CutProof ProveNoDs(dns::NameView cut, Verdict* verdict);

  /// The least that a used record may be kept.
  uint32_t ttl_s() const { return ttl_s_; }

 private:
  template <typename Step>
  Verdict Try(dns::NameView name, dns::RRType type, const Step& step);

  const dns::Message& message_;
  const dns::NameView zone_;
  KeySet* const keys_;
  const Means means_;
  uint32_t ttl_s_ = UINT32_MAX;
};

/// What NSEC and NSEC3 provers share: records whose signatures are checked when first used.
class ProofRecord {
 public:
  /// The set has exactly one record.
  explicit ProofRecord(Rrset set) : set_(std::move(set)) {}

  const Rrset& set() const { return set_; }

 private:
  friend class ProofChecker;
  enum class State : uint8_t { kUnchecked, kGood, kBad };
  Rrset set_;
  State state_ = State::kUnchecked;
};

class ProofChecker {
 public:
  ProofChecker(dns::NameView zone, KeySet* keys, const Means& means)
      : zone_(zone), keys_(keys), means_(means) {}

  /// Is the record signed by the zone, and no wildcard's expansion? The first failure is kept.
  bool IsGood(ProofRecord* record);

  /// What to say of a proof that fails: the first bad signature, or else `detail`.
  Verdict Failed(dns::NameView name, dns::RRType type, std::string_view detail) const;

  dns::NameView zone() const { return zone_; }
  const Means& means() const { return means_; }
  uint32_t ttl_s() const { return ttl_s_; }
  /// What is remarkable of the good records' signatures, the first one's; nullopt where nothing is.
  const std::optional<Verdict>& remark() const { return remark_; }

 private:
  const dns::NameView zone_;
  KeySet* const keys_;
  const Means& means_;
  std::optional<Verdict> failure_;
  std::optional<Verdict> remark_;
  uint32_t ttl_s_ = UINT32_MAX;
};

/// Does the bitmap at a name show that the type is not there (RFC 6840 §4.1, §4.3)? A delegation's
/// parent side speaks for DS alone, and its child side not for DS; a CNAME stands for every type.
bool Denies(const crypto::TypeBitmap& types, dns::RRType type);

/// May the record at `types` be the nearest thing above a name that is not there? Not a delegation,
/// and not a DNAME (RFC 5155 §8.3, RFC 6840 §4.1).
bool MayEnclose(const crypto::TypeBitmap& types);

/// What the record at a delegation's own name says of its DS. kUnproven: nothing, or that there is
/// one.
CutProof CutProofAt(const crypto::TypeBitmap& types);

/// The same, of a message that somebody trusted has validated (AD): by the NSEC or NSEC3 record at
/// the very name. No signature is checked; what an opt-out span may hide is kUnproven.
CutProof VouchedCutProof(const dns::Message& message, dns::NameView cut);

/// The authority section's sets of one type, those of a single record and of the zone's own names.
std::vector<Rrset> ProofSets(const dns::Message& message, dns::RRType type, dns::NameView zone);

}  // namespace caascan::dnssec
