// What a sound server answers from a zone: RFC 1034 §4.3.2, with RFC 4035 §3.1 for signed ones.
#pragma once

#include <optional>
#include <vector>

#include "tools/caalab/serve/answer.h"
#include "tools/caalab/serve/message_writer.h"
#include "tools/caalab/sign/secure_writer.h"

namespace caascan::lab {

/// Writes the records of one answer. One use.
class ZoneAnswer {
 public:
  /// `plan` changes negative answers. Everything outlives the writer. REQUIRES: place.zone.
  ZoneAnswer(const Question& question, const Place& place, const Plan& plan, Signer* signer,
             MessageWriter* message);

  /// False where the message is full; it then holds only a part.
  bool Write();
  dns::RCode rcode() const { return rcode_; }
  bool authoritative() const { return authoritative_; }

 private:
  /// A proof that comes behind all answers.
  struct Due {
    DenialClaim claim;
    dns::Name name;
    dns::Name closest_encloser;
  };

  bool WriteZone();
  Match FindInThisCopy(dns::NameView relative) const;
  bool WriteMatch(const Match& match, dns::NameView relative, bool first,
                  std::optional<dns::Name>* next);
  bool AddCnameToo(const Match& match, dns::NameView relative);
  Rdata InThisCopy(dns::RRType type, const Rdata& rdata) const;
  bool AddOwned(const Match& match, dns::NameView relative, bool first);
  bool AddDname(const Match& match, dns::NameView relative, bool first,
                std::optional<dns::Name>* next);
  bool AddTargetDenial();
  bool AddReferral(const Match& match);
  bool AddReferralDs(const Match& match, dns::NameView cut);
  bool AddNegative(const Match& match, dns::NameView relative);
  bool AddSoa();
  bool AddProofs();
  /// A question at the zone above for a family's domain.
  bool WriteCut(const Member& member);
  bool AddCutNegative(const Member& member);
  bool AddMemberReferral(const Member& member);
  bool AddMemberDs(const Member& member);
  bool AddMemberGlue(const Member& member, size_t server, const ZoneContext& context);

  const Question& question_;
  const Place& place_;
  const Plan& plan_;
  MessageWriter& message_;
  const ZoneContext zone_;
  SecureWriter secure_;
  std::vector<Due> due_;
  dns::RCode rcode_ = dns::RCode::kNoError;
  bool authoritative_ = true;
};

}  // namespace caascan::lab
