// What a signed zone file proves of its delegations.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "scanner/dns/codes.h"
#include "scanner/dns/name.h"

namespace caascan::zonefile {

/// Takes the NSEC3 records of a zone file and the RRSIG records over them, in the order of the
/// file. Nothing about them is verified. Called by the thread that reads the input.
class DenialSink {
 public:
  /// `zone` is the owner of the file's SOA record.
  virtual void TakeDenial(dns::NameView zone, dns::NameView owner, dns::RRType type,
                          std::span<const uint8_t> rdata) = 0;
  /// Such a record cannot be read: it is left out.
  virtual void NoteUnreadable() = 0;

 protected:
  ~DenialSink() = default;
};

enum class ProofKind : uint8_t {
  kNone,
  kOfDelegation,  // NSEC, or an RRSIG over DS or NSEC: about the owner's own DS.
  kOfSpan,        // NSEC3, or an RRSIG over it.
};
/// By a record's texts: the type, and what follows it.
ProofKind ProofKindOf(std::string_view type, std::string_view rdata);

struct ProofRecord {
  dns::Name owner;
  dns::RRType type{};
  std::string rdata;  // In wire form.
};
/// Reads such a record. `owner` is absolute. nullopt where it does not have its form.
std::optional<ProofRecord> ReadProof(std::string_view owner, std::string_view type,
                                     std::string_view rdata);

/// Gives a record of ProofKind::kOfSpan to the sink. Without `apex` it is left out.
void TakeSpan(std::string_view owner, std::string_view type, std::string_view rdata,
              const std::optional<dns::Name>& apex, DenialSink* sink);

}  // namespace caascan::zonefile
