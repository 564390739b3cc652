// Tested by validator_test.cc and, end to end against the lab, by dnssec_test.py.
#include "scanner/zones/validator.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "scanner/crypto/rdata.h"

namespace caascan::zones {
namespace {

using dns::NameView;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kMinTrust(60);
constexpr seconds kMaxTrust(86400);
// A patient look does not take an older failure's word for it.
constexpr seconds kFreshFailure(1);

uint32_t SystemSeconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint32_t>(std::chrono::duration_cast<seconds>(now).count() & 0xffffffff);
}

std::span<const uint8_t> Octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

nanoseconds KeepFor(uint32_t ttl_s) {
  return std::clamp<nanoseconds>(seconds(ttl_s), kMinTrust, kMaxTrust);
}

dnssec::Verdict NotKnown(NameView apex) {
  return dnssec::Verdict::Bogus(
      dnssec::Finding::kDenialMissing,
      dnssec::Evidence::About(apex, apex, dns::RRType::kDS,
                              "whether the zone is signed could not be found out"));
}

/// One a finding and zone.
void AddRemark(const dnssec::Verdict& remark, std::vector<dnssec::Verdict>* remarks) {
  const auto same = [&remark](const dnssec::Verdict& other) {
    return other.finding == remark.finding &&
           other.evidence.zone.view() == remark.evidence.zone.view();
  };
  if (std::none_of(remarks->begin(), remarks->end(), same)) remarks->push_back(remark);
}

/// Something about a delegation's parent that is no news about an insecure child. What makes the
/// child insecure names the child.
bool IsOfParentOnly(const dnssec::Verdict& verdict, NameView cut) {
  return verdict.finding == dnssec::Finding::kNsec3Iterations ||
         verdict.finding == dnssec::Finding::kExpiring ||
         (verdict.finding == dnssec::Finding::kAlgorithmDeprecated &&
          verdict.evidence.zone.view() != cut);
}

}  // namespace

Validator::Validator(const ValidatorOptions& options)
    : enabled_(!options.anchors.empty()),
      wall_clock_(options.wall_clock ? options.wall_clock : SystemSeconds),
      policy_(options.policy),
      trusts_(options.trust_capacity, options.trust_bytes),
      root_(trusts_.Insert(NameView())),
      memo_(options.memo_capacity),
      denials_(enabled_ ? options.denials : nullptr) {
  root_->has_ds = true;
  for (const TrustAnchor& anchor : options.anchors) {
    if (!anchor.owner.view().is_root()) continue;
    if (anchor.type == dns::RRType::kDS) {
      root_->ds.Add(Octets(anchor.rdata));
    } else {
      root_->ds.AddKey(anchor.owner, Octets(anchor.rdata));
    }
  }
  if (!enabled_ || !options.root) return;
  for (const std::string& key : options.root->dnskeys) root_->keys.Add(Octets(key), policy_);
  root_->remarks = options.root->remarks;
  root_->known_at = options.root->known_at;
  root_->expires = options.root->expires;
  root_->Keep();
}

bool Validator::IsFresh(const SharedLookup<ZoneTrust>& trust, query::Look look,
                        nanoseconds now) const {
  if (!trust.IsFresh(now)) return false;
  return !(query::IsPatient(look) && trust.verdict.is_bogus() &&
           now - trust.known_at > kFreshFailure);
}

DnssecStatus Validator::StatusOf(const Zone& zone, NameView apex) {
  if (zone.trust == Zone::Trust::kInsecure) return DnssecStatus::kInsecure;
  const TrustCache::Handle trust = Find(apex);
  if (!trust || (!trust->known() && !trust->has_ds)) {
    return DnssecStatus::kIndeterminate;
  }
  if (!trust->known()) return DnssecStatus::kSecure;
  if (trust->verdict.is_bogus()) {
    if (!trust->unreachable) return DnssecStatus::kBogus;
    return trust->has_ds ? DnssecStatus::kSecure : DnssecStatus::kIndeterminate;
  }
  return trust->verdict.is_secure() ? DnssecStatus::kSecure : DnssecStatus::kInsecure;
}

std::optional<Reason> Validator::UnreachableReason(const Zone& zone, NameView apex) {
  if (zone.trust == Zone::Trust::kInsecure) return std::nullopt;
  const TrustCache::Handle trust = Find(apex);
  return trust && trust->verdict.is_bogus() ? trust->unreachable : std::nullopt;
}

std::optional<dnssec::Verdict> Validator::VerdictOf(const Zone& zone, NameView apex) {
  if (zone.trust == Zone::Trust::kInsecure) return std::nullopt;
  const TrustCache::Handle trust = Find(apex);
  if (!trust || !trust->known() || trust->verdict.is_secure()) {
    return std::nullopt;
  }
  return trust->verdict;
}

dnssec::Means Validator::MeansOf(dnssec::Work* work) {
  return {wall_clock_(), work, &memo_, policy_};
}

std::optional<ReplyVerdict> Validator::ProveNoDs(NameView apex, NameView cut, nanoseconds now,
                                                 dnssec::Work* work) {
  if (denials_ == nullptr) return std::nullopt;
  const TrustCache::Handle trust = Find(apex);
  if (!trust || !IsFresh(*trust, query::Look::kFirst, now) || !trust->verdict.is_secure()) {
    return std::nullopt;
  }
  // A zone between has its own keys, and the denial is its own.
  for (NameView name = cut.parent(); name.IsBelow(apex); name = name.parent()) {
    const TrustCache::Handle between = Find(name);
    if (between && !between->no_cut) return std::nullopt;
  }
  const auto proof = denials_->ProveNoDs(apex, cut, &trust->keys, MeansOf(work), now);
  if (!proof) return std::nullopt;
  const bool insecure = proof->proof == dnssec::CutProof::kInsecure;
  ReplyVerdict out;
  out.delegation = insecure ? dnssec::DelegationJudgement::Kind::kInsecure
                            : dnssec::DelegationJudgement::Kind::kNoCut;
  if (insecure) out.verdict.security = dnssec::Security::kInsecure;
  out.ttl_s = proof->ttl_s;
  return out;
}

void Validator::KeepDenials(const dns::Message& message, NameView apex, nanoseconds now,
                            dnssec::Work* work) {
  if (denials_ == nullptr) return;
  const TrustCache::Handle trust = Find(apex);
  if (!trust || !trust->known() || !trust->verdict.is_secure()) return;
  denials_->Add(message, apex, &trust->keys, MeansOf(work), now);
}

void Validator::AddZonesBelow(NameView apex, NameView name, nanoseconds now, KnownZones* out) {
  for (; name.IsBelow(apex); name = name.parent()) {
    TrustCache::Handle trust = Find(name);
    if (!trust || trust->no_cut || trust->verdict.is_bogus() ||
        !IsFresh(*trust, query::Look::kFirst, now)) {
      continue;
    }
    const bool secure = trust->verdict.is_secure();
    out->push_back({trust.name(), trust->verdict.security, secure ? &trust->keys : nullptr});
    pinned_.push_back(std::move(trust));
  }
}

void Validator::AddRemarks(std::vector<dnssec::Verdict>* remarks) const {
  for (const TrustCache::Handle& trust : pinned_) {
    for (const dnssec::Verdict& remark : trust->remarks) AddRemark(remark, remarks);
  }
}

bool Validator::Begin(const Zone& zone, NameView apex, KnownZones* known,
                      dnssec::Verdict* verdict) {
  pinned_.clear();
  if (zone.trust == Zone::Trust::kInsecure) {
    known->push_back({apex, dnssec::Security::kInsecure, nullptr});
    return true;
  }
  TrustCache::Handle trust = Find(apex);
  if (!trust || !trust->known()) {
    *verdict = NotKnown(apex);
    return false;
  }
  if (trust->verdict.is_bogus()) {
    *verdict = trust->verdict;
    return false;
  }
  const bool secure = trust->verdict.is_secure();
  known->push_back({apex, trust->verdict.security, secure ? &trust->keys : nullptr});
  pinned_.push_back(std::move(trust));
  return true;
}

ReplyVerdict Validator::JudgeDelegation(const dns::Message& message, NameView cut, const Zone& zone,
                                        NameView apex, nanoseconds now, dnssec::Work* work) {
  ReplyVerdict out;
  KnownZones known;
  if (!Begin(zone, apex, &known, &out.verdict)) return out;
  if (known[0].security == dnssec::Security::kInsecure) {
    out.delegation = dnssec::DelegationJudgement::Kind::kInsecure;
    if (auto verdict = VerdictOf(zone, apex)) out.verdict = std::move(*verdict);
    out.verdict.security = dnssec::Security::kInsecure;
    return out;
  }
  AddZonesBelow(apex, cut, now, &known);
  dnssec::DelegationJudgement judged = dnssec::JudgeDelegation(message, cut, known, MeansOf(work));
  out.verdict = std::move(judged.verdict);
  out.missing = judged.missing;
  out.ttl_s = judged.ttl_s;
  out.delegation = judged.kind;
  out.ds = std::move(judged.ds);
  if (judged.kind == dnssec::DelegationJudgement::Kind::kSigned) {
    AddRemarks(&out.remarks);
    if (out.verdict.finding != dnssec::Finding::kNone) AddRemark(out.verdict, &out.remarks);
  } else if (!out.verdict.is_bogus() && IsOfParentOnly(out.verdict, cut)) {
    out.verdict.finding = dnssec::Finding::kNone;
  }
  return out;
}

ReplyVerdict Validator::JudgeAnswer(const dns::Message& message, const dnssec::Question& question,
                                    const Zone& zone, NameView apex, nanoseconds now,
                                    dnssec::Work* work) {
  ReplyVerdict out;
  KnownZones known;
  if (!Begin(zone, apex, &known, &out.verdict)) return out;
  if (known[0].security == dnssec::Security::kInsecure) {
    if (auto verdict = VerdictOf(zone, apex)) out.verdict = std::move(*verdict);
    out.verdict.security = dnssec::Security::kInsecure;
    return out;
  }
  AddZonesBelow(apex, question.name, now, &known);
  if (question.end != question.name) AddZonesBelow(apex, question.end, now, &known);
  dnssec::Judgement judged = dnssec::JudgeAnswer(message, question, known, MeansOf(work));
  out.verdict = std::move(judged.verdict);
  out.missing = judged.missing;
  out.ttl_s = judged.ttl_s;
  if (!out.verdict.is_bogus()) AddRemarks(&out.remarks);
  return out;
}

dnssec::Verdict Validator::TakeKeys(const dns::Message& message, NameView apex, ZoneTrust* trust,
                                    nanoseconds now, dnssec::Work* work) {
  dnssec::VerifiedKeys verified = dnssec::JudgeKeys(message, apex, trust->ds, MeansOf(work));
  if (verified.verdict.is_bogus()) return std::move(verified.verdict);
  trust->verdict = verified.verdict;
  trust->keys = std::move(verified.keys);
  // Those of the chain above came with the DS; its own are found anew.
  std::erase_if(trust->remarks, [apex](const dnssec::Verdict& remark) {
    return remark.evidence.zone.view() == apex;
  });
  for (const dnssec::Verdict& remark : verified.remarks) AddRemark(remark, &trust->remarks);
  trust->unreachable.reset();
  trust->known_at = now;
  trust->expires = now + KeepFor(verified.ttl_s);
  return std::move(verified.verdict);
}

std::optional<RootTrust> Validator::ShareRoot() {
  if (!root_->known() || !root_->verdict.is_secure()) return std::nullopt;
  RootTrust out{{}, root_->remarks, root_->known_at, root_->expires};
  for (const crypto::PublicKey& key : root_->keys.keys()) {
    out.dnskeys.emplace_back(reinterpret_cast<const char*>(key.rdata().data()), key.rdata().size());
  }
  return out;
}

std::vector<uint16_t> Validator::UnnamedRootKeys() {
  std::vector<uint16_t> tags;
  if (!root_->known() || !root_->verdict.is_secure()) return tags;
  for (const crypto::PublicKey& key : root_->keys.keys()) {
    const auto dnskey = crypto::ReadDnskey(key.rdata());
    const bool may_anchor = dnskey && (dnskey->flags & crypto::Dnskey::kSecureEntryPoint) != 0;
    if (may_anchor && !root_->ds.Names(NameView(), key.rdata())) tags.push_back(key.tag());
  }
  return tags;
}

void Validator::NoteDelegation(ReplyVerdict reply, NameView cut, Zone* child, nanoseconds now) {
  using Kind = dnssec::DelegationJudgement::Kind;
  if (reply.delegation != Kind::kSigned && reply.delegation != Kind::kInsecure) return;
  if (reply.delegation == Kind::kInsecure && reply.verdict.finding == dnssec::Finding::kNone) {
    child->trust = Zone::Trust::kInsecure;
    return;
  }
  child->trust = Zone::Trust::kSeeTrusts;
  const TrustCache::Handle trust = FindOrInsert(cut);
  if (trust->asking()) return;
  if (!trust->no_cut && IsFresh(*trust, query::Look::kFirst, now)) return;
  trust->Forget();
  trust->has_ds = reply.delegation == Kind::kSigned;
  trust->ds_of_file = false;
  trust->no_cut = false;
  trust->ds = std::move(reply.ds);
  trust->remarks = std::move(reply.remarks);
  if (!trust->has_ds) {
    trust->verdict = std::move(reply.verdict);
    trust->known_at = now;
    trust->expires = now + KeepFor(reply.ttl_s);
    trust->Keep();
  }
  Weigh(trust);
}

std::optional<dnssec::Claim> ClaimOf(query::ResponseKind kind) {
  switch (kind) {
    case query::ResponseKind::kAnswer:
      return dnssec::Claim::kAnswer;
    case query::ResponseKind::kAlias:
      return dnssec::Claim::kAlias;
    case query::ResponseKind::kNoData:
      return dnssec::Claim::kNoData;
    case query::ResponseKind::kNxDomain:
      return dnssec::Claim::kNxDomain;
    default:
      return std::nullopt;
  }
}

Finding FindingOf(const dnssec::Verdict& verdict) {
  const std::optional<FindingCode> code = dnssec::CodeOf(verdict.finding);
  assert(code.has_value());
  Finding finding(*code);
  finding.zone = verdict.evidence.zone.view().ToLowerText();
  finding.evidence = verdict.evidence.ToText();
  return finding;
}

}  // namespace caascan::zones
