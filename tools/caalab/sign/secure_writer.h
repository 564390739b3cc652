// The DNSSEC side of an answer: signatures behind record sets, proofs behind empty answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scanner/dns/message.h"
#include "tools/caalab/serve/message_writer.h"
#include "tools/caalab/sign/denial.h"
#include "tools/caalab/sign/presigned.h"
#include "tools/caalab/sign/signer.h"
#include "tools/caalab/world/zone.h"

namespace caascan::lab {

/// Adds to one message what a signed zone owes a client that set DO (RFC 4035 §3.1). For an
/// unsigned zone, or without DO, every method does nothing and succeeds. False where the message is
/// full.
/// Another one than that: of the DS of SigningFault::kExtraDs.
SigningAlgorithm OtherAlgorithm(SigningAlgorithm algorithm);

class SecureWriter {
 public:
  /// `signer` may be null for worlds that sign nothing, `zone` for clients that did not set DO.
  /// Everything outlives the writer.
  SecureWriter(MessageWriter* message, Signer* signer, const Zone* zone, const ZoneContext& context,
               dns::RRType asked)
      : message_(message),
        signer_(signer),
        zone_(zone),
        context_(context),
        signing_(signer == nullptr || zone == nullptr ? nullptr : zone->signing()),
        presigned_(zone == nullptr ? nullptr : zone->presigned()),
        asked_(asked) {}

  bool is_active() const { return signing_ != nullptr || presigned_ != nullptr; }
  /// From now on the answer is an empty one, for faults that strike those only.
  void SetEmptyAnswer() { empty_ = true; }

  /// The RRSIG of a set at `owner`; `signed_owner` is the wildcard's where one was expanded. `ttl`
  /// is what the set was sent with, where that is not its own.
  bool AddSignature(dns::Section section, dns::NameView owner, const RRset& set,
                    dns::NameView signed_owner, std::optional<uint32_t> ttl = std::nullopt);
  /// A proof, signed, to the authority section.
  bool AddProof(const DenialQuestion& question);
  enum class Signature : uint8_t { kThere, kLeftOut };
  /// A delegation's DS set, signed, from a child's signing. Nothing where the child has no DS.
  bool AddDs(dns::Section section, dns::NameView cut, const SigningDescription& child,
             Signature signature = Signature::kThere);

 private:
  /// What the zone's file has: signatures over a set at a relative owner, proofs.
  bool AddStored(dns::Section section, dns::NameView owner, const RRset& set,
                 const RRset* signatures, uint32_t ttl);
  bool AddStoredProof(const DenialQuestion& question);
  bool Sign(dns::Section section, dns::NameView owner, ToSign set, uint32_t ttl);

  MessageWriter* const message_;
  Signer* const signer_;
  const Zone* const zone_;
  const ZoneContext& context_;
  const SigningDescription* const signing_;  // At most one of these two is there.
  const Presigned* const presigned_;
  const dns::RRType asked_;
  bool empty_ = false;
};

/// What the faults of a zone's signing make of the signature over a set of this type; nullopt where
/// there shall be none. `empty_answer`: is the set part of one?
std::optional<SignatureShape> SignatureShapeOf(const SigningDescription& signing, dns::RRType type,
                                               bool empty_answer);

/// A record's RDATA without compression; empty where a name in it grows too long.
std::string ExpandRdata(const Rdata& rdata, const ZoneContext& zone);

}  // namespace caascan::lab
