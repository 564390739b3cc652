// What a zone file proves is judged as a server's reply.
#include "scanner/zones/delegation_proof.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/zones/trust_fixture.h"

namespace caascan::zones {
namespace {

using dns::RRType;
using dnssec::NameOf;
using dnssec::SignedMessage;
using dnssec::Signing;
using dnssec::TestKey;
using Kind = dnssec::DelegationJudgement::Kind;

/// The delegation as a file has it, of a reply's records.
dns::Delegation DelegationOf(const dns::Message& message) {
  dns::Delegation delegation;
  for (const dns::RecordView& record : message.records(dns::Section::kAuthority)) {
    const std::string rdata(dnssec::Chars(record.rdata));
    if (record.type == RRType::kDS) {
      delegation.ds.push_back(rdata);
    } else {
      delegation.proofs.push_back({record.type, rdata});
    }
  }
  return delegation;
}

class DelegationProofTest : public TrustFixture {
 protected:
  DelegationProofTest() { EXPECT_TRUE(TakeRootKeys()); }

  Kind Judge(const dns::Delegation& delegation, const char* name = "example.") {
    const dns::Name cut = NameOf(name);
    const std::string bytes = ProofMessage(cut, delegation);
    dns::Message message;
    EXPECT_EQ(dns::Message::Parse(dnssec::Octets(bytes), &message).error, dns::ParseError::kNone);
    return validator_.JudgeDelegation(message, cut, Zone(), dns::NameView(), now_, &work_)
        .delegation;
  }
};

struct ProofRow {
  const char* what;
  std::string line;  // Empty: the DS.
  Signing signing;
  Kind kind;
};

TEST_F(DelegationProofTest, IsJudged) {
  const Signing good{.signer = "."};
  Signing spoilt = good, expired = good, other_key = good;
  spoilt.spoilt = true;
  expired.inception = dnssec::kNow - 3 * dnssec::kDay;
  expired.expiration = dnssec::kNow - dnssec::kDay;
  other_key.key = &TestKey::Of(13, 7);
  const std::string no_ds = "example. NSEC g. NS RRSIG NSEC";
  const ProofRow rows[] = {
      {"a DS", "", good, Kind::kSigned},
      {"no DS", no_ds, good, Kind::kInsecure},
      {"no delegation", "example. NSEC g. A RRSIG NSEC", good, Kind::kNoCut},
      {"a wrong signature", "", spoilt, Kind::kBogus},
      {"an old one", "", expired, Kind::kBogus},
      {"by another key", "", other_key, Kind::kBogus},
      {"no DS, a wrong signature", no_ds, spoilt, Kind::kBogus},
  };
  for (const ProofRow& row : rows) {
    SCOPED_TRACE(row.what);
    SignedMessage message("example.", RRType::kDS);
    if (row.line.empty()) {
      message.SignedRecords(dns::Section::kAuthority, "example.", RRType::kDS,
                            {TestKey::Of(8).Ds("example.")}, row.signing);
    } else {
      message.Signed(dns::Section::kAuthority, {row.line}, row.signing);
    }
    const dns::Delegation delegation = DelegationOf(message.message());
    EXPECT_EQ(Judge(delegation), row.kind);
    EXPECT_NE(Judge(delegation, "example2."), Kind::kSigned) << "of another zone";
  }
}

TEST(ProofMessageTest, NothingWithoutProofs) {
  dns::Delegation delegation;
  delegation.ds.emplace_back("1234");
  EXPECT_EQ(ProofMessage(NameOf("example."), delegation), "");
}

TEST(ProofMessageTest, LeavesOutWhatIsTooLong) {
  dns::Delegation delegation;
  delegation.ds.assign(16, std::string(60'000, 'x'));
  delegation.proofs.push_back({RRType::kRRSIG, "xx"});
  EXPECT_LT(ProofMessage(NameOf("example."), delegation).size(), 100u);
}

}  // namespace
}  // namespace caascan::zones
