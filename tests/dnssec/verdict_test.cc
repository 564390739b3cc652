#include "scanner/dnssec/verdict.h"

#include <gtest/gtest.h>

namespace caascan::dnssec {
namespace {

TEST(EvidenceTest, NamesWhatIsKnown) {
  Evidence evidence;
  dns::Name name;
  (void)dns::Name::FromText("example.com", &name);
  evidence.zone = name;
  EXPECT_EQ(evidence.ToText(), "zone example.com");
  evidence.owner = name;
  evidence.type = dns::RRType::kCAA;
  evidence.key_tag = 4711;
  evidence.algorithm = 13;
  evidence.inception = 1'767'225'600;
  evidence.expiration = 1'769'904'000;
  evidence.detail = "the signature has expired";
  EXPECT_EQ(evidence.ToText(),
            "zone example.com, example.com CAA, key 4711, algorithm 13, 2026-01-01T00:00:00Z to "
            "2026-02-01T00:00:00Z: the signature has expired");
}

TEST(FindingTest, CodesAreThoseOfTheContract) {
  EXPECT_EQ(FindingCode(Finding::kNone), "");
  EXPECT_EQ(FindingCode(Finding::kNoDnskey), "dnssec_no_dnskey");
  EXPECT_EQ(FindingCode(Finding::kDsMismatch), "dnssec_ds_mismatch");
  EXPECT_EQ(FindingCode(Finding::kDenialInvalid), "dnssec_denial_invalid");
  EXPECT_EQ(FindingCode(Finding::kNsec3Iterations), "dnssec_nsec3_iterations");
  EXPECT_EQ(FindingCode(Finding::kEmptyAnswersOnly), "dnssec_empty_answers_only");
}

}  // namespace
}  // namespace caascan::dnssec
