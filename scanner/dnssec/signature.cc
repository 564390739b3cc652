// Each signature is put through the same rules in the same order, the cheap ones first, and
// cryptography last; how far the best one came is remembered as the finding. Tested by
// signature_test.cc.
#include "scanner/dnssec/signature.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "scanner/crypto/algorithm.h"
#include "scanner/dnssec/signature_memo.h"

namespace caascan::dnssec {
namespace {

using dns::NameView;

constexpr size_t kBytesPerUnit = 512;   // Of work: canonical form and digest.
constexpr size_t kRecordsPerUnit = 16;  // Sorting.

/// How far a signature came; the further, the more telling.
enum class Stage : uint8_t {
  kNothing,
  kMalformed,
  kOtherSigner,
  kUnsupported,
  kBadLabels,
  kNoSuchKey,
  kFuture,
  kExpired,
  kBadTimes,
  kTooMuchWork,
  kWrong,
  kGood,
};

struct Failure {
  Finding finding;
  std::string_view detail;
};

Failure FailureOf(Stage stage) {
  switch (stage) {
    case Stage::kNothing:
      return {Finding::kSignatureMissing, "no signature"};
    case Stage::kMalformed:
      return {Finding::kSignatureInvalid, "the RRSIG does not have its form"};
    case Stage::kOtherSigner:
      return {Finding::kSignatureMissing, "no signature by this zone"};
    case Stage::kUnsupported:
      return {Finding::kSignatureMissing, "no signature of an algorithm that can be checked"};
    case Stage::kBadLabels:
      return {Finding::kSignatureInvalid, "the labels count does not fit the owner"};
    case Stage::kNoSuchKey:
      return {Finding::kSignatureInvalid, "the zone has no such key"};
    case Stage::kFuture:
      return {Finding::kSignatureFuture, "the signature is not valid yet"};
    case Stage::kExpired:
      return {Finding::kSignatureExpired, "the signature has expired"};
    case Stage::kBadTimes:
      return {Finding::kSignatureInvalid, "the signature expires before its inception"};
    case Stage::kTooMuchWork:
      return {Finding::kSignatureInvalid, "given up: too many or too costly signatures"};
    case Stage::kWrong:
    case Stage::kGood:
      break;
  }
  return {Finding::kSignatureInvalid, "the signature is wrong"};
}

class SetChecker {
 public:
  SetChecker(const Rrset& set, NameView zone, const Means& means)
      : set_(set), zone_(zone), means_(means) {
    const NameView owner = set.owner;
    owner_labels_ = owner.label_count() - (owner.is_wildcard() ? 1 : 0);
  }

  /// `keys`: a range of crypto::PublicKey.
  template <typename Keys>
  VerifiedSet Check(Keys* keys) {
    if (!set_.owner.view().IsAtOrBelow(zone_)) {
      return Bogus({Finding::kSignatureInvalid, "the owner is outside the zone"});
    }
    bool has_sha1 = false;
    for (const bool sha1 : {false, true}) {
      if (sha1 && !has_sha1) break;
      for (const dns::RecordView& record : set_.signatures) {
        const auto signature = crypto::ReadRrsig(record.rdata);
        const bool over_sha1 = signature && crypto::SignsSha1(signature->algorithm);
        has_sha1 = has_sha1 || over_sha1;
        if (over_sha1 != sha1) continue;
        const Stage stage = signature ? CheckOne(*signature, keys) : Stage::kMalformed;
        if (stage == Stage::kGood) return Secure(*signature);
        if (stage > best_) {
          best_ = stage;
          Note(signature ? &*signature : nullptr);
        }
        if (stage == Stage::kTooMuchWork) return TooMuchWork();
      }
    }
    return Bogus(FailureOf(best_));
  }

 private:
  template <typename Keys>
  Stage CheckOne(const crypto::Rrsig& signature, Keys* keys) {
    if (signature.signer != zone_) return Stage::kOtherSigner;
    if (!crypto::IsSupported(signature.algorithm, means_.policy)) return Stage::kUnsupported;
    if (signature.labels > owner_labels_ || signature.labels < zone_.label_count()) {
      return Stage::kBadLabels;
    }
    const auto fits = [&signature](const crypto::PublicKey& key) {
      return key.tag() == signature.key_tag && key.algorithm() == signature.algorithm;
    };
    if (std::none_of(keys->begin(), keys->end(), fits)) return Stage::kNoSuchKey;
    const auto can_check = [&fits](const crypto::PublicKey& key) {
      return fits(key) && key.is_usable();
    };
    if (std::none_of(keys->begin(), keys->end(), can_check)) return Stage::kUnsupported;
    if (ComesBefore(signature.expiration, signature.inception)) return Stage::kBadTimes;
    if (ComesBefore(means_.now, signature.inception)) {
      const uint32_t validity_s = signature.expiration - signature.inception;
      if (signature.inception - means_.now > InceptionTolerance(validity_s)) return Stage::kFuture;
    } else if (ComesBefore(signature.expiration, means_.now)) {
      return Stage::kExpired;
    }
    Stage stage = Stage::kWrong;
    int tried = 0;
    for (crypto::PublicKey& key : *keys) {
      if (!can_check(key)) continue;
      if (++tried > kMaxKeysPerSignature) break;
      stage = Compute(signature, &key);
      if (stage == Stage::kGood) good_key_ = key.rdata();
      if (stage != Stage::kWrong) break;
    }
    return stage;
  }

  /// The set in canonical form, made once; false where that is too much work.
  bool MakeCanonical() {
    if (rdata_) return true;
    size_t octets = 0;
    for (const dns::RecordView& record : set_.records) octets += record.rdata.size();
    const size_t price = set_.records.size() / kRecordsPerUnit + octets / kBytesPerUnit;
    if (!means_.work->Charge(static_cast<uint32_t>(price))) return false;
    rdata_.emplace(set_);
    return true;
  }

  Stage Compute(const crypto::Rrsig& signature, crypto::PublicKey* key) {
    if (!MakeCanonical()) return GiveUp();
    const size_t size = rdata_->octets() + rdata_->rdata().size() * (set_.owner.view().size() + 10);
    if (!means_.work->Charge(static_cast<uint32_t>(1 + size / kBytesPerUnit))) return GiveUp();
    const std::string data = SignedData(set_, *rdata_, signature);
    const auto bytes =
        std::span<const uint8_t>(reinterpret_cast<const uint8_t*>(data.data()), data.size());
    std::optional<SignatureMemo::Id> id;
    if (means_.memo != nullptr) id = SignatureMemo::IdOf(bytes, signature.signature, key->rdata());
    if (id) {
      if (const auto known = means_.memo->Find(*id)) {
        ++means_.work->remembered;
        return *known ? Stage::kGood : Stage::kWrong;
      }
    }
    if (++checks_ > kMaxChecksPerSet) return Stage::kTooMuchWork;
    if (!means_.work->Charge(key->price())) return GiveUp();
    ++means_.work->checks[signature.algorithm];
    const bool good = key->Verify(bytes, signature.signature);
    if (id) means_.memo->Add(*id, good);
    return good ? Stage::kGood : Stage::kWrong;
  }

  /// What stands behind is not looked at.
  VerifiedSet TooMuchWork() {
    VerifiedSet out = Bogus(FailureOf(best_));
    out.verdict.gave_up = gave_up_;
    return out;
  }

  Stage GiveUp() {
    gave_up_ = true;
    return Stage::kTooMuchWork;
  }

  void Note(const crypto::Rrsig* signature) {
    if (signature == nullptr) return;
    evidence_.key_tag = signature->key_tag;
    evidence_.algorithm = signature->algorithm;
    evidence_.inception = signature->inception;
    evidence_.expiration = signature->expiration;
  }

  Evidence TakeEvidence(std::string_view detail) {
    evidence_.zone = zone_;
    evidence_.owner = set_.owner;
    evidence_.type = set_.type;
    evidence_.detail = detail;
    return std::move(evidence_);
  }

  VerifiedSet Bogus(const Failure& failure) {
    VerifiedSet out;
    out.verdict = Verdict::Bogus(failure.finding, TakeEvidence(failure.detail));
    return out;
  }

  /// Does no signature by this zone, whether it is good or not, end later than soon?
  bool AllEndSoon() const {
    return std::all_of(
        set_.signatures.begin(), set_.signatures.end(), [this](const dns::RecordView& record) {
          const auto signature = crypto::ReadRrsig(record.rdata);
          return !signature || signature->signer != zone_ ||
                 ComesBefore(signature->expiration, means_.now) || EndsSoon(*signature, means_);
        });
  }

  void Remark(const crypto::Rrsig& signature, VerifiedSet* out) {
    const bool future = ComesBefore(means_.now, signature.inception);
    const bool soon = !future && EndsSoon(signature, means_) && AllEndSoon();
    if (!future && !soon && !crypto::SignsSha1(signature.algorithm)) return;
    Note(&signature);
    if (future) {
      evidence_.ahead_s = signature.inception - means_.now;
      out->verdict = Verdict::Remark(
          Finding::kSignatureFuture,
          TakeEvidence(
              "let pass, since clocks differ: validators allow a tenth of the validity, at "
              "least an hour and at most a day"));
    } else if (soon) {
      out->verdict = Verdict::Remark(
          Finding::kExpiring,
          TakeEvidence("the signature ends soon, and none that ends later is there"));
    } else {
      out->verdict =
          Verdict::Remark(Finding::kAlgorithmDeprecated,
                          TakeEvidence("an RSA signature over SHA-1, and no other is good"));
    }
  }

  VerifiedSet Secure(const crypto::Rrsig& signature) {
    VerifiedSet out;
    out.ttl_s = std::min(
        {set_.ttl_s(), dns::TtlSeconds(signature.original_ttl), signature.expiration - means_.now});
    out.labels = signature.labels;
    out.inception = signature.inception;
    out.expiration = signature.expiration;
    out.key = good_key_;
    out.expanded = signature.labels < owner_labels_;
    Remark(signature, &out);
    return out;
  }

  const Rrset& set_;
  const NameView zone_;
  const Means& means_;
  size_t owner_labels_;
  std::optional<CanonicalRdata> rdata_;
  int checks_ = 0;
  bool gave_up_ = false;
  std::span<const uint8_t> good_key_;
  Stage best_ = Stage::kNothing;
  Evidence evidence_;
};

}  // namespace

VerifiedSet VerifyRrset(const Rrset& set, NameView zone, KeySet* keys, const Means& means) {
  assert(!set.empty() && "there is something to verify");
  return SetChecker(set, zone, means).Check(&keys->keys());
}

VerifiedSet VerifyRrsetWith(const Rrset& set, NameView zone, crypto::PublicKey* key,
                            const Means& means) {
  std::span<crypto::PublicKey> one(key, 1);
  return SetChecker(set, zone, means).Check(&one);
}

}  // namespace caascan::dnssec
