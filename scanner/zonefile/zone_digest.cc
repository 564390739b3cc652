// A record sorts by its owner, its type and its RDATA (RFC 8976 §3.3.1); its TTL stands behind
// them. Tested by zone_digest_test.cc.
#include "scanner/zonefile/zone_digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <memory>
#include <utility>

#include "scanner/crypto/digest.h"
#include "scanner/crypto/openssl_ptr.h"
#include "scanner/dns/wire.h"
#include "scanner/zonefile/canonical_key.h"

namespace caascan::zonefile {
namespace {

constexpr uint16_t kZonemd = 63;
constexpr uint8_t kSimple = 1;
constexpr uint8_t kSha384 = 1;
constexpr uint8_t kSha512 = 2;
// In a ZONEMD record's RDATA.
constexpr size_t kSerialSize = 4;
constexpr size_t kSchemeAt = 4;
constexpr size_t kAlgorithmAt = 5;
constexpr size_t kDigestAt = 6;

/// One of OpenSSL's digests, as octets are added to it.
class RunningDigest {
 public:
  explicit RunningDigest(const EVP_MD* digest) : context_(EVP_MD_CTX_new()) {
    sound_ = context_ != nullptr && EVP_DigestInit_ex(context_.get(), digest, nullptr) == 1;
  }
  void Add(std::string_view octets) {
    sound_ = sound_ && EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) == 1;
  }
  /// Empty where OpenSSL failed.
  std::string End() {
    std::array<uint8_t, EVP_MAX_MD_SIZE> octets{};
    unsigned size = 0;
    sound_ = sound_ && EVP_DigestFinal_ex(context_.get(), octets.data(), &size) == 1;
    return {reinterpret_cast<const char*>(octets.data()), sound_ ? size : 0};
  }

 private:
  crypto::DigestContextPtr context_;
  bool sound_ = false;
};

bool IsUnderstood(std::string_view rdata) {
  if (rdata.size() <= kDigestAt || rdata[kSchemeAt] != kSimple) return false;
  const size_t size = rdata.size() - kDigestAt;
  return (rdata[kAlgorithmAt] == kSha384 && size == 48) ||
         (rdata[kAlgorithmAt] == kSha512 && size == 64);
}

}  // namespace

void ZoneDigest::Add(ldns_rr* rr) {
  ldns_rr2canonical(rr);
  const dns::NameView owner = dns::NameView::FromTrusted(ldns_rdf_data(ldns_rr_owner(rr)),
                                                         ldns_rdf_size(ldns_rr_owner(rr)));
  const auto type = static_cast<uint16_t>(ldns_rr_get_type(rr));
  rdata_.clear();
  for (size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(rr, i);
    rdata_.append(reinterpret_cast<const char*>(ldns_rdf_data(field)), ldns_rdf_size(field));
  }
  if (type == LDNS_RR_TYPE_SOA && !apex_.has_value() && rdata_.size() > 5 * kSerialSize) {
    apex_ = dns::Name(owner);
    serial_ = rdata_.substr(rdata_.size() - 5 * kSerialSize, kSerialSize);
  }
  if (type == kZonemd && claims_.size() < kMaxClaims) claims_.push_back({dns::Name(owner), rdata_});
  record_.clear();
  AppendNameKey(owner, &record_);
  dns::Append16(type, &record_);
  AppendOctetsKey(rdata_, &record_);
  dns::Append32(ldns_rr_ttl(rr), &record_);
  if (record_.size() > io::RecordSorter::kMaxRecordSize || rdata_.size() > UINT16_MAX) {
    Spoil();
  } else {
    sorter_.Add(record_);
  }
}

/// What the digest does not cover: other zones' records, and the ZONEMD records with their
/// signatures.
bool ZoneDigest::IsLeftOut(dns::NameView owner, uint16_t type, std::string_view rdata) const {
  if (!owner.IsAtOrBelow(*apex_)) return true;
  if (owner != apex_->view()) return false;
  return type == kZonemd || (type == LDNS_RR_TYPE_RRSIG && rdata.size() >= sizeof(uint16_t) &&
                             dns::Read16(rdata) == kZonemd);
}

/// The claims that a digest can be compared with (RFC 8976 §4): of the SOA's serial number, and the
/// only one of their algorithm.
std::vector<std::string> ZoneDigest::UsableClaims() const {
  std::vector<std::string> usable;
  for (const Claim& claim : claims_) {
    const auto rivals = [&claim](const Claim& other) {
      return other.owner == claim.owner && other.rdata != claim.rdata &&
             IsUnderstood(other.rdata) && other.rdata[kAlgorithmAt] == claim.rdata[kAlgorithmAt];
    };
    if (claim.owner == *apex_ && IsUnderstood(claim.rdata) && claim.rdata.starts_with(serial_) &&
        std::none_of(claims_.begin(), claims_.end(), rivals)) {
      usable.push_back(claim.rdata);
    }
  }
  return usable;
}

ZoneDigest::Verdict ZoneDigest::Compare() {
  const auto counts = [this](const Claim& claim) {
    return apex_.has_value() && claim.owner == *apex_ && IsUnderstood(claim.rdata);
  };
  if (std::none_of(claims_.begin(), claims_.end(), counts)) return Verdict::kNothing;
  if (spoilt_) return Verdict::kUnknown;
  const std::vector<std::string> usable = UsableClaims();
  if (usable.empty()) return Verdict::kDiffers;
  RunningDigest sha384(crypto::Sha384());
  RunningDigest sha512(crypto::Sha512());
  sorter_.Finish();
  std::string_view record;
  std::string wire;
  while (sorter_.Next(&record)) {
    const dns::Name owner = TakeNameKey(&record);
    const uint16_t type = dns::Read16(record);
    record.remove_prefix(sizeof(type));
    TakeOctetsKey(&record, &rdata_);
    if (IsLeftOut(owner, type, rdata_)) continue;
    wire.assign(owner.view().bytes());
    dns::Append16(type, &wire);
    dns::Append16(dns::kClassIn, &wire);
    wire.append(record);  // The TTL.
    dns::Append16(static_cast<uint32_t>(rdata_.size()), &wire);
    wire.append(rdata_);
    sha384.Add(wire);
    sha512.Add(wire);
  }
  if (!status().ok()) return Verdict::kUnknown;
  const std::array<std::string, 2> digests = {sha384.End(), sha512.End()};
  const auto fits = [&digests](std::string_view claim) {
    return claim.substr(kDigestAt) == digests.at(claim[kAlgorithmAt] == kSha384 ? 0 : 1);
  };
  return std::any_of(usable.begin(), usable.end(), fits) ? Verdict::kFits : Verdict::kDiffers;
}

}  // namespace caascan::zonefile
