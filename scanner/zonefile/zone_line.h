// Zone files of a parent (CZDS), record by record: the delegations in them, one after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "scanner/dns/delegation.h"
#include "scanner/dns/name.h"
#include "scanner/zonefile/glue_table.h"
#include "scanner/zonefile/zone_digest.h"
#include "scanner/zonefile/zone_directive.h"
#include "scanner/zonefile/zone_proof.h"
#include "scanner/zonefile/zone_sorter.h"

namespace caascan::zonefile {

/// How the records of a file come together. See zone_order.h, which finds it out.
struct ZonePlan {
  /// The owner of the SOA, where it is known before.
  std::optional<dns::Name> apex;
  /// Where addresses are found that stand apart from their delegation. Finished; may be null.
  std::unique_ptr<const GlueTable> glue;
  /// Takes all records first, in any order. Null where the file is grouped by owner.
  std::unique_ptr<ZoneSorter> sorter;
  /// Takes all records too. Null where the file has no ZONEMD record.
  std::unique_ptr<ZoneDigest> digest;
  /// Takes denials, in the one reading that comes before the first delegation: in this one with a
  /// sorter. Null where no proofs are wanted, those of delegations neither.
  DenialSink* denials = nullptr;
  /// Give each name that the zone has records at, not its delegations alone. Needs the sorter.
  bool owners = false;
};

/// Takes the lines of one zone file in order and finds its delegations: owners of NS records other
/// than the zone's apex (the owner of the SOA). One thread at a time. Memory is that of the plan.
///
/// Without a sorter a delegation is complete when the next one begins: NS and DS records of one
/// owner must stand together, with nothing but other types in between. Where they do not, the owner
/// comes again. Addresses are taken from where they stand before the next delegation, and out of
/// the table. With a sorter, delegations come at the end, each owner once.
///
/// With ZonePlan::owners, so do the owners of all other records, the apex first: all but the root,
/// owners of NSEC3 records and their RRSIGs (hashes, no names), and, where there is an SOA record,
/// names outside the zone or below a delegation (glue).
class ZoneLines {
 public:
  explicit ZoneLines(ZonePlan plan = {});
  ~ZoneLines();
  ZoneLines(const ZoneLines&) = delete;
  ZoneLines& operator=(const ZoneLines&) = delete;

  enum class Verdict : uint8_t {
    kNothing,     // Go on.
    kDelegation,  // A delegation is complete: owner() and TakeDelegation(). With
                  // ZonePlan::owners, maybe another owner.
    kInvalid,     // No record can be read from the line, or from those that began with it:
                  // invalid().
    kRefused,     // The line stands for records that are not in the file: refused().
  };
  /// What is wrong with a record.
  struct InvalidRecord {
    std::string text;
    std::string_view why;
    uint64_t line = 0;  // The number of its first.
  };
  /// One line without its line feed, and its number.
  Verdict Add(std::string_view line, uint64_t number);
  /// At the end of the file; call it until it says kNothing.
  Verdict End();

  /// The delegated name as text, lower case, no final dot. Until the next call of Add() or End().
  const std::string& owner() const;
  /// Null for an owner that is not delegated.
  std::unique_ptr<dns::Delegation> TakeDelegation();
  /// Of what was refused it has the line alone.
  const InvalidRecord& invalid() const;
  ZoneDirective refused() const;
  /// Was there a record that could be read, so far?
  bool has_records() const;

  /// Does the file, so far, lack the SOA record that a zone transfer ends with (RFC 5936 §2.2)? It
  /// shows by itself that it is one: its first two records are SOA records, or dig's heading says
  /// so, or dig says that the transfer failed.
  bool lacks_closing_soa() const;
  /// Do the records fit the file's ZONEMD record? Once, after End() said kNothing.
  ZoneDigest::Verdict CompareDigest();
  /// DataLoss where the sorter failed: then not all delegations come.
  const absl::Status& status() const;
  /// How much of what was sorted was given out, from 0 to 1; 1 without a sorter.
  double share_given() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace caascan::zonefile
