// What a zone file says of delegations, brought into the order of its owners.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "scanner/dns/name.h"
#include "scanner/io/record_sorter.h"
#include "scanner/zonefile/delegation_builder.h"
#include "scanner/zonefile/glue_table.h"

namespace caascan::zonefile {

/// Takes NS, DS and address records in any order, and gives the delegations out in the canonical
/// order of names (RFC 4034 §6.1): the same ones however the file is ordered. One thread at a time;
/// memory is that of a RecordSorter and a GlueTable.
///
/// All addresses are found for all hosts, while the table has room for them. The addresses beyond
/// it are found where the host is below the delegation, as glue must be.
class ZoneSorter {
 public:
  /// `folder` and `memory` as RecordSorter takes them.
  explicit ZoneSorter(std::string folder = "", size_t memory = io::RecordSorter::kMemory,
                      size_t glue_memory = GlueTable::kMemory);

  void AddServer(dns::NameView owner, uint32_t ttl_s, dns::NameView host);
  /// RDATA of more than kMaxRdataSize octets is left out: no digest is so long.
  void AddDs(dns::NameView owner, std::string_view rdata);
  /// As DelegationBuilder takes it. RDATA that are too long are left out likewise.
  void AddProof(dns::NameView owner, dns::RRType type, std::string_view rdata);
  void AddAddress(dns::NameView owner, std::span<const uint8_t> octets);
  /// A name that has some record, for a builder that takes owners.
  void AddOwner(dns::NameView owner);
  /// Once, behind all records.
  void Finish();
  /// True where *builder holds the next delegation, whose glue it may look for in glue(). False at
  /// the end, and where status() is not OK. REQUIRES: after Finish().
  bool Next(DelegationBuilder* builder);

  const GlueTable* glue() const { return &glue_; }
  /// DataLoss where the temporary files failed.
  const absl::Status& status() const { return sorter_.status(); }
  /// How much of the records was given out, from 0 to 1.
  double share_given() const;

 private:
  static constexpr size_t kMaxRdataSize = 1024;

  void Add(dns::NameView owner, char kind, std::string_view payload);
  bool Play(std::string_view record, DelegationBuilder* builder) const;

  io::RecordSorter sorter_;
  GlueTable glue_;
  std::string record_;
  uint64_t given_ = 0;
  bool finished_ = false;
  bool flushed_ = false;
};

}  // namespace caascan::zonefile
