#include "scanner/dnssec/verdict.h"

#include <gtest/gtest.h>

#include "tests/dnssec/signed_message.h"

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

TEST(EvidenceTest, SaysHowFarAheadAnInceptionLies) {
  Evidence evidence;
  evidence.ahead_s = 42;
  evidence.detail = "let pass";
  EXPECT_EQ(evidence.ToText(), "zone ., begins in 42 s: let pass");
}

struct WeakenRow {
  const char* name;
  Verdict first;
  Verdict second;
  Security security;
  Finding finding;
};

TEST(VerdictTest, WeakerOneStaysAndWhatIsRemarkableIsKept) {
  const Verdict secure = Verdict::Secure();
  const Verdict old = Verdict::Remark(Finding::kAlgorithmDeprecated, {});
  const Verdict early = Verdict::Remark(Finding::kSignatureFuture, {});
  const Verdict insecure = Verdict::Insecure(Finding::kNone, {});
  const Verdict unknown = Verdict::Insecure(Finding::kAlgorithmUnsupported, {});
  const Verdict bogus = Verdict::Bogus(Finding::kSignatureInvalid, {});
  const Verdict other = Verdict::Bogus(Finding::kSignatureExpired, {});
  const WeakenRow rows[] = {
      {"nothing to tell", secure, secure, Security::kSecure, Finding::kNone},
      {"a remark", secure, old, Security::kSecure, Finding::kAlgorithmDeprecated},
      {"a remark before", old, secure, Security::kSecure, Finding::kAlgorithmDeprecated},
      {"the future goes first", old, early, Security::kSecure, Finding::kSignatureFuture},
      {"the future stays", early, old, Security::kSecure, Finding::kSignatureFuture},
      {"insecure keeps a remark", early, insecure, Security::kInsecure, Finding::kSignatureFuture},
      {"insecure takes a remark", insecure, early, Security::kInsecure, Finding::kSignatureFuture},
      {"insecure with a reason", early, unknown, Security::kInsecure,
       Finding::kAlgorithmUnsupported},
      {"a reason stays", unknown, early, Security::kInsecure, Finding::kAlgorithmUnsupported},
      {"a secure one strengthens nothing", unknown, secure, Security::kInsecure,
       Finding::kAlgorithmUnsupported},
      {"bogus tells its own", early, bogus, Security::kBogus, Finding::kSignatureInvalid},
      {"bogus keeps its own", bogus, early, Security::kBogus, Finding::kSignatureInvalid},
      {"of two bogus ones the first", bogus, other, Security::kBogus, Finding::kSignatureInvalid},
      {"bogus behind insecure", unknown, bogus, Security::kBogus, Finding::kSignatureInvalid},
  };
  for (const WeakenRow& row : rows) {
    SCOPED_TRACE(row.name);
    Verdict verdict = row.first;
    verdict.Weaken(row.second);
    EXPECT_EQ(verdict.security, row.security);
    EXPECT_EQ(CodeText(verdict.finding), CodeText(row.finding));
  }
}

TEST(FindingTest, CodesAreThoseOfTheContract) {
  EXPECT_EQ(CodeText(Finding::kNone), "");
  EXPECT_EQ(CodeText(Finding::kNoDnskey), "dnssec_no_dnskey");
  EXPECT_EQ(CodeText(Finding::kDsMismatch), "dnssec_ds_mismatch");
  EXPECT_EQ(CodeText(Finding::kDenialInvalid), "dnssec_denial_invalid");
  EXPECT_EQ(CodeText(Finding::kNsec3Iterations), "dnssec_nsec3_iterations");
  EXPECT_EQ(CodeText(Finding::kEmptyAnswersOnly), "dnssec_empty_answers_only");
  EXPECT_EQ(CodeText(Finding::kAlgorithmDeprecated), "dnssec_algorithm_deprecated");
}

}  // namespace
}  // namespace caascan::dnssec
