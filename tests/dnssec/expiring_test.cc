// Signatures that end soon, and should have been made anew.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scanner/dnssec/signature.h"
#include "tests/dnssec/signed_message.h"

namespace caascan::dnssec {
namespace {

using dns::RRType;
using dns::Section;

constexpr uint32_t kLate = 0xffff'f000;  // Shortly before the 32 bits are used up.

struct EndRow {
  const char* name;
  uint32_t left_s;
  uint32_t validity_s;
  uint32_t expiring_s;
  bool soon;
};

class EndsSoonTest : public testing::TestWithParam<EndRow> {};

TEST_P(EndsSoonTest, WithinTheTimeAndTheLastQuarter) {
  const EndRow& row = GetParam();
  crypto::Rrsig signature{};
  signature.expiration = kLate + row.left_s;
  signature.inception = signature.expiration - row.validity_s;
  const Means means{kLate, nullptr, nullptr, {.expiring_s = row.expiring_s}};
  EXPECT_EQ(EndsSoon(signature, means), row.soon);
}

INSTANTIATE_TEST_SUITE_P(
    Borders, EndsSoonTest,
    testing::Values(EndRow{"InThreeDays", 3 * kDay, 30 * kDay, 7 * kDay, true},
                    EndRow{"InAWeek", 7 * kDay, 30 * kDay, 7 * kDay, false},
                    EndRow{"ASecondLess", 7 * kDay - 1, 30 * kDay, 7 * kDay, true},
                    // Signers that sign for a day or two renew in time.
                    EndRow{"HalfOfTwoDaysIsLeft", kDay, 2 * kDay, 7 * kDay, false},
                    EndRow{"AQuarterOfTwoDaysIsLeft", kDay / 2, 2 * kDay, 7 * kDay, false},
                    EndRow{"LessOfTwoDaysIsLeft", kDay / 2 - 1, 2 * kDay, 7 * kDay, true},
                    EndRow{"NotWanted", 60, 30 * kDay, 0, false}),
    [](const auto& row) { return row.param.name; });

TEST(EndsSoonTest, IsRemarkedUponWhereNoLaterSignatureIsThere) {
  const auto code_of = [](const std::vector<Signing>& signings) {
    SignedMessage message("example.");
    message.Unsigned(Section::kAnswer, {"example. CAA 0 issue \"ca\""});
    const Rrset plain =
        FindRrset(message.message(), Section::kAnswer, NameOf("example"), RRType::kCAA);
    const std::string rdata(Chars(plain.records[0].rdata));
    for (const Signing& signing : signings) {
      message.Signature(Section::kAnswer, "example.", RRType::kCAA, {rdata}, signing,
                        plain.records[0].ttl);
    }
    KeySet keys = KeysOf({TestKey::Of(13).Dnskey(), TestKey::Of(5).Dnskey()});
    const Rrset set =
        FindRrset(message.message(), Section::kAnswer, NameOf("example"), RRType::kCAA);
    Work work;
    const Means means{kNow, &work, nullptr, {.expiring_s = 7 * kDay}};
    const VerifiedSet verified = VerifyRrset(set, NameOf("example"), &keys, means);
    EXPECT_TRUE(verified.verdict.is_secure());
    return CodeText(verified.verdict.finding);
  };
  const Signing soon{.inception = kNow - 27 * kDay, .expiration = kNow + 3 * kDay};
  const Signing later{.inception = kNow - kDay, .expiration = kNow + 29 * kDay};
  const Signing soon5{
      .key = &TestKey::Of(5), .inception = soon.inception, .expiration = soon.expiration};
  EXPECT_EQ(code_of({soon}), "dnssec_expiring");
  EXPECT_EQ(code_of({soon, later}), "");
  EXPECT_EQ(code_of({later, soon}), "");
  EXPECT_EQ(code_of({soon5}), "dnssec_expiring") << "it matters more than SHA-1";
}

}  // namespace
}  // namespace caascan::dnssec
