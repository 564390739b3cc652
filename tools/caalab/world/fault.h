// What a server does wrong on purpose: rules that a description gives, and what they come to for
// one query.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"
#include "tools/caalab/world/zone.h"

namespace caascan::lab {

enum class Transport : uint8_t { kUdp, kTcp };

enum class FaultKind : uint8_t {
  // These decide what is sent; the first that fits a query counts.
  kRcode,             // An empty answer with `rcode`, AA clear.
  kDrop,              // Nothing; over TCP the connection stays open.
  kUnreachable,       // As if the port were closed: ICMP over UDP, a reset over TCP.
  kNotAuthoritative,  // NOERROR, empty, AA clear: a lame server.
  kUpwardReferral,    // Name servers that are not below: a lame server of the old kind.
  kTruncate,          // TC and no records, over UDP only.
  kTruncateAlways,    // TC and no records, over TCP too.
  kRateLimit,         // Over a rate: TC, nothing, or REFUSED, over UDP only.
  kOtherType,         // An A record, whatever type was asked.
  kGarbage,           // The header and question, then octets that cannot be parsed.
  // These change an answer; all that fit apply.
  kAaClear,           // The data, AA clear.
  kRecursive,         // The data, AA clear and RA set: the server is a resolver.
  kTcSet,             // The data, TC set, over TCP too.
  kDelay,             // `delay_ms` later.
  kDuplicate,         // Twice.
  kWrongId,           // Another ID.
  kWrongQuestion,     // Another name in the question.
  kNoQuestion,        // No question.
  kWrongSource,       // From another address.
  kLowerCase,         // The question in lower case: 0x20 lost.
  kEdnsIgnored,       // No OPT, whatever the query had.
  kNoSoa,             // Negative answers without SOA.
  kForeignSoa,        // Negative answers with the SOA of the zone `soa`.
  kNxDomainForEmpty,  // NXDOMAIN where names exist below (RFC 8020 broken).
  kNoData,            // The set is not there, though the zone has it: an old copy of the zone,
  kFewerRecords,      // or of the set only its first record,
  kOtherRecords,      // or there are `sets` instead.
  kNxDomain,          // NXDOMAIN for names that are there.
  kAliasDenial,       // An alias that leads out of the zone comes with this zone's SOA and `rcode`.
  kNoDelegation,      // Delegations are not there: an empty answer of the zone itself.
  kNoDsInReferral,    // Referrals with neither DS nor the proof that there is none,
  kNoDsSignature,     // or with the DS and without its signature.
  kOlderSerial,       // The SOA's serial is one less: an old copy of the zone.
  kCnameToo,          // A name's CNAME comes beside its other data.
  kTrailingGarbage,   // Octets behind the last record.
  kCut,               // The message's last octets are missing.
};

/// Whose NS set an upward referral holds.
enum class ReferralTo : uint8_t {
  kRoot,
  kParent,  // The name above the zone's apex.
  kZone,    // The zone itself.
};

/// When a rule fits, and what it does. All conditions must hold.
struct FaultRule {
  FaultKind kind = FaultKind::kRcode;

  enum class Edns : uint8_t { kAny, kWith, kWithout, kWithOption };
  std::vector<dns::RRType> types;  // Empty: every type.
  bool except_types = false;       // `types` are those it does not fit.
  std::optional<Transport> transport;
  Edns edns = Edns::kAny;
  std::vector<dns::Name> names;  // Relative to the zone's apex; empty: every name.
  bool capitals = false;         // Only where the question's name has a capital letter.
  /// Where not 0: only the first so many queries for a name and type, retries over all servers of
  /// the zone counted together.
  uint32_t first = 0;
  /// Where below 100: only for so many of a hundred queries, by chance.
  double percent = 100;

  dns::RCode rcode = dns::RCode::kServFail;
  uint32_t delay_ms = 0;
  dns::Name soa;
  std::vector<OwnedSet> sets;                  // Of kOtherRecords.
  ReferralTo referral_to = ReferralTo::kRoot;  // Of kUpwardReferral, as `authoritative`:
  bool authoritative = false;                  // is AA set in it?

  // Of kRateLimit: the server's answers a second, all clients and zones together.
  enum class OverLimit : uint8_t { kDrop, kRefused };
  uint32_t per_second = 0;
  OverLimit over_limit = OverLimit::kDrop;
  uint32_t slip = 2;  // Every so manieth answer too many is TC instead; 0 is none.
};

/// What of a query decides whether a rule fits.
struct FaultQuestion {
  dns::RRType type{};
  Transport transport = Transport::kUdp;
  bool edns = false;
  bool edns_option = false;  // Any at all.
  bool capitals = false;     // Has the name any?
  dns::NameView name;        // Relative to the zone's apex.
};

/// Does the rule fit, `first` and `percent` left aside?
bool Fits(const FaultRule& rule, const FaultQuestion& question);

/// Does this kind replace the answer rather than change it?
bool IsDecisive(FaultKind kind);

/// "rcode", "drop" … as descriptions spell them.
std::optional<FaultKind> FaultKindFromText(std::string_view text);

/// Counts the queries for a question, for rules with `first`. Fixed memory however many questions:
/// two of them may share a counter, and then fail fewer times each. One thread.
class TryCounter {
 public:
  /// How often the question of this hash was counted before; counts it.
  uint32_t CountBefore(uint64_t hash) {
    uint8_t& tries = tries_[hash % tries_.size()];
    const uint8_t before = tries;
    if (tries < 255) ++tries;
    return before;
  }

 private:
  std::vector<uint8_t> tries_ = std::vector<uint8_t>(size_t{1} << 22);
};

/// Counts events a second. Fixed memory: two keys may share a counter, and then their limit. One
/// thread.
class RateCounter {
 public:
  /// How many events of this hash there were in this second, this one included.
  uint32_t Count(uint64_t hash, uint64_t second) {
    Slot& slot = slots_[hash % slots_.size()];
    if (slot.second != second) slot = {second, 0};
    return ++slot.count;
  }

 private:
  struct Slot {
    uint64_t second = 0;
    uint32_t count = 0;
  };
  std::vector<Slot> slots_ = std::vector<Slot>(size_t{1} << 16);
};

}  // namespace caascan::lab
