// What a look-up gives, and what it leaves behind as evidence.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "caascan/record.h"
#include "scanner/dns/name.h"
#include "scanner/net/exchange.h"
#include "scanner/query/budget.h"
#include "scanner/query/tap.h"

namespace caascan::query {

/// An extended error of a resolver (RFC 8914): see extended_error.h.
struct ToldError {
  uint16_t info_code = 0;
  std::string text;  // Printable ASCII; may be empty.
};

/// What one server address did with one query. Kept for failures always, for successes where the
/// user wants them.
struct Attempt {
  std::optional<dns::CompactName> host;  // nullopt where the server was given by address.
  net::PeerRef peer;                     // nullptr for kUnresolved.
  ServerResult result = ServerResult::kTimeout;
  uint16_t rcode = 0;
  bool answered = false;      // Then rtt holds.
  bool local_fault = false;   // Our own side could not send.
  bool blocklisted = false;   // The user does not want it to be asked.
  bool bogus = false;         // Its answer does not validate.
  bool over_tcp = false;      // The last query went so.
  bool by_resolver = false;   // A recursive resolver of the scan, and none of the zone's servers.
  bool no_such_host = false;  // kUnresolved: NXDOMAIN for its name,
  bool unproven = false;      // or nobody who might know its address told,
  bool unheard = false;       // since he was silent.
  bool is_alias = false;      // kUnresolved: its name is an alias,
  bool lacks_glue = false;    // or it lies inside the zone, and nothing else leads there,
  bool circular = false;      // or in a zone whose servers lie in the first one: see `detail`.
  uint8_t denied_labels = 0;  // no_such_host: so many labels of `host` has the zone that said so.
  /// Its only addresses are of a family that this scan does not use, or this machine cannot.
  bool other_family = false;
  std::chrono::nanoseconds rtt{0};
  net::Mismatches mismatches;
  std::string detail;           // What is wrong and where; or `told` in words.
  std::vector<ToldError> told;  // By a resolver.
};

/// Things that ordinary answers show by themselves; a finding's code each (misbehaviour.md).
struct Observation {
  enum class Kind : uint8_t {
    kDataWithoutAuthority,  // lame_not_authoritative, and yet usable.
    kNegativeWithoutSoa,
    kNegativeSoaWrongZone,
    kEdnsFormerr,
    kEdnsBadvers,
    kEdnsNotEchoed,
    kEdnsOptionRejected,
    kQuestionChanged,
    kQuestionMissing,
    kCaseChanged,
    kSourceChanged,
    kCnameWithOtherData,
    kTruncatedNoTcp,
    kSpecialAddress,
    kRateLimited,
    kCaseSensitive,
    kGlueMismatch,
    kResolverLies,
    kResolverDown,
    kNxdomainAboveExisting,
  };
  Kind kind{};
  std::optional<dns::CompactName> host;
  net::PeerRef peer = nullptr;
  std::string evidence = {};
};

/// How the look-up of a server's addresses ended.
enum class HostEnd : uint8_t {
  kKnown,        // Its addresses are known, or that it has none.
  kUnproven,     // Whoever might have told failed,
  kUnheard,      // or was silent.
  kCircle,       // It hangs on what is being resolved by way of it.
  kCutShort,     // Our own limits, or the scan's end.
  kLocalFault,   // Our own side could not send.
  kBlocklisted,  // The user does not want it to be asked.
};

/// Which look at a name this is.
enum class Look : uint8_t {
  kFirst,    // The usual tries. What fails is looked at again.
  kOnly,     // The usual tries, and no further look.
  kPatient,  // A further look, before a server is blamed: with many more tries.
  kSurvey,   // Of all of a zone's servers: as many tries, but no answer is decided by it.
};

/// Do servers that are silent have many more tries than usual?
constexpr bool IsPatient(Look look) { return look == Look::kPatient || look == Look::kSurvey; }

/// Does what this look finds go into the record? Then every doubt is followed up (README.md).
constexpr bool IsLast(Look look) { return look == Look::kOnly || look == Look::kPatient; }

/// One name's account over all its look-ups: what it may spend, which look it is, and the evidence.
/// Owned by the name's investigation; one thread.
struct Account {
  // More of them would say no more of a name's servers.
  static constexpr size_t kMaxAttempts = 256;

  Budget budget;
  Look look = Look::kFirst;
  /// Answers that names share serve it if they were asked for from here on.
  std::chrono::nanoseconds not_before{0};

  /// Sees each of its exchanges; null: nothing does. Outlives the account.
  ExchangeTap* tap = nullptr;

  // The evidence.
  bool keep_all_attempts = false;  // Those that were successes too.
  std::vector<Attempt> attempts;   // Of the look-ups so far, in order.
  std::vector<Observation> observations;
  uint32_t retries = 0;           // Queries beyond the first of a look-up in one zone.
  uint32_t failures_on_wire = 0;  // Passes whose look-up failed, and not for want of an address.
  /// Of this pass: each server's name is looked for once. What has come of it otherwise is in the
  /// resolver's cache. Null where there is none, as nearly always.
  std::unique_ptr<absl::flat_hash_map<std::string, HostEnd>> lost_hosts;
};

enum class LookupStatus : uint8_t {
  kRecords,
  kEmpty,  // NODATA or NXDOMAIN: the same to CAA (RFC 8659 §3).
  kFailed,
  kPutOff,  // To be begun again later: `busy` says when.
};

/// What a look-up does where all servers that it needs next are busy.
enum class WhenBusy : uint8_t { kWait, kPutOff };

/// The end of one CAA look-up, aliases followed.
struct CaaAnswer {
  LookupStatus status = LookupStatus::kFailed;
  /// kEmpty, and kFailed as kNoSuchTld: NXDOMAIN was the answer. Behind aliases it is the last
  /// target that does not exist (RFC 2308 §2.1, RFC 6604 §3), else the name and all below (RFC
  /// 8020).
  bool nxdomain = false;
  bool nxname = false;  // kEmpty: compact denial says the same of the last target (RFC 9824).
  Reason failure = Reason::kStopped;  // For kFailed; a plain form, before probes refine it.
  net::PeerRef busy;                  // For kPutOff: the server for which it would have waited.
  CaaRrset rrset;                     // For kRecords.
  std::vector<dns::CompactName>
      cname;  // Alias targets in order; like all names here in lower case.
  /// The deepest zone seen of those that answered or failed. Resolvers do not name it.
  std::optional<dns::CompactName> zone;
  /// Whose delegation led to these servers, where that is a zone above `zone`: they serve both.
  std::optional<dns::CompactName> delegated_zone;
  /// kFailed for want of a signed zone's keys, which none of its servers gave: that zone.
  std::optional<dns::CompactName> keyless_zone;
  std::string operator_name;  // Who runs them, where known.
  DnssecStatus dnssec = DnssecStatus::kUnchecked;
  std::vector<Finding> findings;  // Of validation, and of probes.
  /// kFailed: every zone that the look-up went through, those of aliases included, is proven
  /// insecure; and the zone that failed was asked at least twice (BR 4.2.2.1).
  bool all_insecure = false;
  bool retried = false;
  bool on_wire = false;  // Likewise: at least once.
  bool gave_up = false;  // kFailed: our own limits on computing ended it.
  /// For kFailed: the servers of `zone`; else the one that answered, where the account keeps all.
  std::vector<Attempt> attempts;
  uint32_t ttl_s = 0;  // How long it may be kept.

  /// The name that was looked up does not exist. One that is an alias exists, wherever that leads.
  bool denies_name() const { return (nxdomain || nxname) && cname.empty(); }
  /// It failed by one of our own limits: it says nothing of the servers, nor to other names.
  bool ended_by_us() const {
    return status == LookupStatus::kFailed && (IsOwnLimit(failure) || gave_up);
  }
  /// What it holds outside itself, its share of the peers included.
  size_t HeapBytes() const;
};

/// The end of one TXT look-up, aliases followed.
struct TextAnswer {
  LookupStatus status = LookupStatus::kFailed;  // Never kPutOff.
  Reason failure = Reason::kStopped;            // For kFailed; a plain form.
  DnssecStatus dnssec = DnssecStatus::kUnchecked;
  bool ended_by_us = false;        // It failed by one of our own limits.
  uint32_t ttl_s = 0;              // Of the set; or how long the empty answer holds.
  std::vector<std::string> texts;  // For kRecords: each record's strings joined; any octets.
};

/// Puts how the look-up of any type ended, its records aside, into *answer.
void TakeEnd(const CaaAnswer& end, TextAnswer* answer);

/// The name as an answer keeps it.
dns::CompactName LowerCase(dns::NameView name);

/// As records have it: without the final dot; empty where there is no name.
std::string NameText(const std::optional<dns::CompactName>& name);
std::vector<std::string> NameTexts(const std::vector<dns::CompactName>& names);

}  // namespace caascan::query
