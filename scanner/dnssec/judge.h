// What a whole message proves: an answer with its aliases, an empty answer, a delegation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "scanner/dns/message.h"
#include "scanner/dnssec/chain.h"
#include "scanner/dnssec/denial.h"
#include "scanner/dnssec/key_set.h"
#include "scanner/dnssec/verdict.h"
#include "scanner/dnssec/work.h"

namespace caascan::dnssec {

/// A zone whose state is settled. Bogus zones are none of them: nothing in them can be judged.
struct KnownZone {
  dns::NameView apex;
  Security security = Security::kSecure;
  KeySet* keys = nullptr;  // Where secure.
};

/// What the message is said to be; whoever classified it says so, and the judge takes nothing from
/// it but what belongs to that.
enum class Claim : uint8_t {
  kAnswer,    // The type's set stands at `end`.
  kAlias,     // The aliases lead to `end`, which this message does not settle.
  kNoData,    // `end` has no set of the type.
  kNxDomain,  // `end` does not exist.
};

struct Question {
  dns::NameView name;
  dns::RRType type{};
  dns::NameView end;  // `name`, or where the message's aliases lead.
  Claim claim{};
};

/// What is missing for a verdict. A server may serve a zone and zones below it, and then answers
/// for the lower one without ever having referred to it.
struct Missing {
  enum class Kind : uint8_t {
    kNone,
    kKeys,  // A zone below those that are known has signed: its keys are needed.
    kCut,   // Nothing is signed: is there an insecure zone, at or above that name?
  };
  Kind kind = Kind::kNone;
  dns::CompactName name;
};

struct Judgement {
  Verdict verdict;  // The weakest of all that was needed; bogus where something is missing.
  Missing missing;  // If what is missing cannot be had, the verdict stands.
  uint32_t ttl_s = UINT32_MAX;
};

/// Is what the message says of the question proven? `zones`: the zone asked first, then those found
/// below it since. REQUIRES: zones[0] is at or above question.name.
Judgement JudgeAnswer(const dns::Message& message, const Question& question,
                      std::span<const KnownZone> zones, const Means& means);

/// What a message proves of a delegation: a referral, or the answer to a query for its DS.
struct DelegationJudgement {
  enum class Kind : uint8_t {
    kSigned,    // The child is signed by a key that `ds` names.
    kInsecure,  // It is not, or by nothing that can be checked; or its parent is insecure.
    kNoCut,     // No zone begins at that very name.
    kBogus,
  };
  Kind kind = Kind::kBogus;
  DsSet ds;
  Verdict verdict;
  Missing missing;
  uint32_t ttl_s = UINT32_MAX;
};

/// REQUIRES: zones[0] is above `cut`.
DelegationJudgement JudgeDelegation(const dns::Message& message, dns::NameView cut,
                                    std::span<const KnownZone> zones, const Means& means);

/// Keys out of the answer to a query for a zone's DNSKEY set.
VerifiedKeys JudgeKeys(const dns::Message& message, dns::NameView zone, const DsSet& ds,
                       const Means& means);

}  // namespace caascan::dnssec
