// Tested by chain_test.cc.
#include "scanner/dnssec/chain.h"

#include <algorithm>
#include <utility>

#include "scanner/crypto/algorithm.h"
#include "scanner/crypto/rdata.h"
#include "scanner/dns/heap_bytes.h"
#include "scanner/dnssec/signature.h"

namespace caascan::dnssec {
namespace {

using dns::NameView;

std::span<const uint8_t> Octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// RFC 4034 §5.1.4: the owner's canonical form, then the RDATA.
std::string DigestOfKey(uint8_t digest_type, NameView zone, std::span<const uint8_t> rdata) {
  dns::Name owner(zone);
  owner.ToLower();
  std::string bytes(owner.view().bytes());
  bytes.append(reinterpret_cast<const char*>(rdata.data()), rdata.size());
  return crypto::DigestOf(digest_type, Octets(bytes));
}

constexpr auto kSha1 = static_cast<uint8_t>(crypto::DigestType::kSha1);
constexpr auto kSha256 = static_cast<uint8_t>(crypto::DigestType::kSha256);

}  // namespace

bool DsSet::Record::IsUsable(const crypto::Policy& policy) const {
  return crypto::IsSupported(algorithm, policy) && crypto::IsSupportedDigest(digest_type, policy);
}

bool DsSet::Record::Names(NameView zone, std::span<const uint8_t> dnskey_rdata) const {
  return crypto::KeyTag(dnskey_rdata) == key_tag &&
         DigestOfKey(digest_type, zone, dnskey_rdata) == digest;
}

void DsSet::Add(std::span<const uint8_t> ds_rdata) {
  const auto ds = crypto::ReadDs(ds_rdata);
  if (!ds || records_.size() == kMaxRecords) return;
  records_.push_back(
      {ds->key_tag, ds->algorithm, ds->digest_type,
       std::string(reinterpret_cast<const char*>(ds->digest.data()), ds->digest.size())});
}

void DsSet::AddKey(NameView zone, std::span<const uint8_t> dnskey_rdata) {
  const auto key = crypto::ReadDnskey(dnskey_rdata);
  if (!key || records_.size() == kMaxRecords) return;
  records_.push_back({crypto::KeyTag(dnskey_rdata), key->algorithm, kSha256,
                      DigestOfKey(kSha256, zone, dnskey_rdata)});
}

size_t DsSet::HeapBytes() const {
  size_t bytes = dns::BlockBytes(records_);
  for (const Record& record : records_) bytes += dns::HeapBytes(record.digest);
  return bytes;
}

bool DsSet::IsUsable(const crypto::Policy& policy) const {
  return std::any_of(records_.begin(), records_.end(),
                     [&policy](const Record& record) { return record.IsUsable(policy); });
}

bool DsSet::Names(NameView zone, std::span<const uint8_t> dnskey_rdata) const {
  const auto key = crypto::ReadDnskey(dnskey_rdata);
  if (!key) return false;
  return std::any_of(records_.begin(), records_.end(), [&](const Record& record) {
    return record.algorithm == key->algorithm && crypto::IsSupportedDigest(record.digest_type) &&
           record.Names(zone, dnskey_rdata);
  });
}

Verdict UnsupportedZone(NameView zone, const DsSet& ds) {
  if (ds.IsUsable()) {
    return Verdict::Insecure(
        Finding::kAlgorithmDeprecated,
        Evidence::About(zone, zone, dns::RRType::kDS,
                        "no DS record does without SHA-1, which does not count "
                        "in this scan"));
  }
  return Verdict::Insecure(
      Finding::kAlgorithmUnsupported,
      Evidence::About(zone, zone, dns::RRType::kDS,
                      "no DS record of an algorithm and digest that can be checked"));
}

/// Looks for a DS, a key with its tag and digest, and a signature by this key, in this order. What
/// does without SHA-1 goes first.
class KeyFinder {
 public:
  KeyFinder(const Rrset& dnskeys, NameView zone, const DsSet& ds, const Means& means)
      : dnskeys_(dnskeys), zone_(zone), ds_(ds), means_(means) {
    const auto better = [&means](const DsSet::Record& record) {
      return record.IsUsable(means.policy) && record.digest_type != kSha1;
    };
    ignore_sha1_ = std::any_of(ds.records_.begin(), ds.records_.end(), better);
  }

  VerifiedKeys Find() {
    VerifiedKeys out;
    if (!ds_.IsUsable(means_.policy)) {
      out.verdict = UnsupportedZone(zone_, ds_);
      return out;
    }
    if (dnskeys_.empty()) {
      out.verdict = Bogus(Finding::kNoDnskey, "the zone has no DNSKEY, and its parent a DS");
      return out;
    }
    out.verdict = Bogus(Finding::kDsMismatch, "no DNSKEY is the one that a DS record names");
    for (const dns::RecordView& each : dnskeys_.records) {
      const auto key = crypto::ReadDnskey(each.rdata);
      if (key) out.verdict.evidence.zone_keys.Add({crypto::KeyTag(each.rdata), key->algorithm});
    }
    for (const bool sha1 : {false, true}) {
      for (const DsSet::Record& record : ds_.records_) {
        if (!record.IsUsable(means_.policy) || RestsOnSha1(record) != sha1) continue;
        if (ignore_sha1_ && record.digest_type == kSha1) continue;
        if (TryRecord(record, &out)) return out;
      }
    }
    return out;
  }

 private:
  static bool RestsOnSha1(const DsSet::Record& record) {
    return crypto::SignsSha1(record.algorithm) || record.digest_type == kSha1;
  }

  bool TryRecord(const DsSet::Record& record, VerifiedKeys* out) {
    int tried = 0;
    for (const dns::RecordView& each : dnskeys_.records) {
      const auto key = crypto::ReadDnskey(each.rdata);
      if (!key || key->algorithm != record.algorithm || !key->MaySign() ||
          crypto::KeyTag(each.rdata) != record.key_tag) {
        continue;
      }
      if (++tried > kMaxKeysPerSignature || !means_.work->Charge(2)) break;
      if (!record.Names(zone_, each.rdata)) continue;
      crypto::PublicKey named(each.rdata);
      VerifiedSet verified = VerifyRrsetWith(dnskeys_, zone_, &named, means_);
      out->verdict = std::move(verified.verdict);
      out->ttl_s = verified.ttl_s;
      if (out->verdict.is_secure()) {
        for (const dns::RecordView& trusted : dnskeys_.records) {
          out->keys.Add(trusted.rdata, means_.policy);
        }
        TakeRemarks(record, out);
        return true;
      }
    }
    return false;
  }

  /// What is remarkable of the chain that worked. The verdict itself stays plain.
  void TakeRemarks(const DsSet::Record& record, VerifiedKeys* out) const {
    if (out->verdict.finding == Finding::kSignatureFuture ||
        out->verdict.finding == Finding::kExpiring) {
      out->remarks.push_back(std::move(out->verdict));
    }
    out->verdict = Verdict::Secure();
    NoteIncomplete(out);
    if (!RestsOnSha1(record)) return;
    const bool by_digest = record.digest_type == kSha1;
    Evidence evidence = Evidence::About(
        zone_, zone_, by_digest ? dns::RRType::kDS : dns::RRType::kDNSKEY,
        !by_digest ? "the chain of trust rests on RSA signatures over SHA-1"
        : crypto::SignsSha1(record.algorithm)
            ? "the chain of trust rests on a DS record with digest type 1 (SHA-1), and on RSA "
              "signatures over SHA-1"
            : "the chain of trust rests on a DS record with digest type 1 (SHA-1)");
    evidence.key_tag = record.key_tag;
    evidence.algorithm = record.algorithm;
    out->remarks.push_back(Verdict::Remark(Finding::kAlgorithmDeprecated, std::move(evidence)));
  }

  /// RFC 4035 §2.2: each algorithm of the DS set signs the keys. A trust anchor is no such set.
  void NoteIncomplete(VerifiedKeys* out) const {
    if (zone_.is_root()) return;
    for (const DsSet::Record& record : ds_.records_) {
      const auto by = [&record](const dns::RecordView& each) {
        const auto signature = crypto::ReadRrsig(each.rdata);
        return signature && signature->algorithm == record.algorithm;
      };
      if (std::any_of(dnskeys_.signatures.begin(), dnskeys_.signatures.end(), by)) continue;
      Evidence evidence =
          Evidence::About(zone_, zone_, dns::RRType::kDNSKEY,
                          "a DS record has this algorithm, and no signature over the keys has it");
      evidence.key_tag = record.key_tag;
      evidence.algorithm = record.algorithm;
      out->remarks.push_back(Verdict::Remark(Finding::kAlgorithmIncomplete, std::move(evidence)));
      return;
    }
  }

  Verdict Bogus(Finding finding, std::string_view detail) const {
    Evidence evidence = Evidence::About(zone_, zone_, dns::RRType::kDNSKEY, detail);
    for (const DsSet::Record& record : ds_.records_) {
      if (!record.IsUsable(means_.policy)) continue;
      evidence.key_tag = record.key_tag;
      evidence.algorithm = record.algorithm;
      break;
    }
    return Verdict::Bogus(finding, std::move(evidence));
  }

  const Rrset& dnskeys_;
  const NameView zone_;
  const DsSet& ds_;
  const Means& means_;
  bool ignore_sha1_ = false;
};

VerifiedKeys VerifyKeys(const Rrset& dnskeys, NameView zone, const DsSet& ds, const Means& means) {
  return KeyFinder(dnskeys, zone, ds, means).Find();
}

}  // namespace caascan::dnssec
