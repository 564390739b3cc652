// Denials that are used again (RFC 8198).
#pragma once

#include <absl/container/btree_map.h>
#include <absl/container/inlined_vector.h>
#include <absl/container/node_hash_map.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>

#include "scanner/dns/message.h"
#include "scanner/dns/name.h"
#include "scanner/dnssec/signature_memo.h"

namespace caascan::dnssec {

/// NSEC and NSEC3 records by zone, each with its signatures, and the zones' SOAs: out of them come
/// messages that deny what was not asked for. Such a message is judged like a server's, signatures
/// and all, so a record that is wrong, has expired, or lies can make the store useless and nothing
/// else: who gets a message that does not hold says so by Forget(), and asks a server.
///
/// What it never answers, though its records would tell:
/// - anything positive, a wildcard's expansion too (RFC 8198 §5.3 leaves that open);
/// - that a name in an opt-out span does not exist, or has no data: there it only says that there
///   is no DS (RFC 5155 §8.6, RFC 8198 §5.2);
/// - names below a delegation or a DNAME of the zone (RFC 6840 §4.1), and a DS by the child's own
///   apex record (§4.4);
/// - zones whose SOA was not seen, and NSEC3 with more iterations than `max_iterations`.
///
/// Of one message three sets of a kind are kept at most, of 2 KiB with their signatures.
/// Records are kept for their TTL, at most that of the SOA and its MINIMUM (RFC 9077 §3), and three
/// hours. Bounded by octets: those go first that were not of use since the last time it was full,
/// then every second one that never was, then every second one. Any thread.
class DenialStore {
 public:
  DenialStore(size_t max_octets, uint16_t max_iterations);
  ~DenialStore();

  /// Keeps what the authority section says of names that are not there in `zone`, as its keys sign
  /// it: whether they are good is found when it is used.
  void Add(const dns::Message& message, dns::NameView zone, std::chrono::nanoseconds now);

  /// One record of a message that Compose() made.
  struct Used {
    dns::CompactName owner;
    dns::RRType type{};
  };
  struct Composed {
    std::string message;  // In wire form: the answer of a server of the zone, AA set.
    absl::InlinedVector<Used, 3> used;
    /// Of those whose signatures were found good: to be put into the memo before judging.
    absl::InlinedVector<SignatureMemo::Id, 3> known_good;
  };
  /// Makes the message that denies (name, type). nullopt where the records do not suffice.
  std::optional<Composed> Compose(dns::NameView zone, dns::NameView name, dns::RRType type,
                                  std::chrono::nanoseconds now) const;
  /// These signatures were found good.
  void Confirm(dns::NameView zone, std::span<const GoodSignature> good);
  /// A message did not hold.
  void Forget(dns::NameView zone, std::span<const Used> used);

  size_t octets() const;

 private:
  class Tables;

  mutable std::shared_mutex mutex_;
  const std::unique_ptr<Tables> tables_;
};

}  // namespace caascan::dnssec
