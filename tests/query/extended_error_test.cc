#include "scanner/query/extended_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/net/reply.h"

namespace caascan::query {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct CauseRow {
  const char* name;
  uint16_t code;
  const char* text;
  const char* finding;
};

class CauseTest : public testing::TestWithParam<CauseRow> {};

INSTANTIATE_TEST_SUITE_P(
    Rows, CauseTest,
    testing::Values(
        // RFC 8914 §4: codes that say which it was.
        CauseRow{"UnsupportedAlgorithm", 1, "", "dnssec_algorithm_unsupported"},
        CauseRow{"UnsupportedDigest", 2, "", "dnssec_algorithm_unsupported"},
        CauseRow{"SignatureExpired", 7, "", "dnssec_signature_expired"},
        CauseRow{"SignatureNotYetValid", 8, "", "dnssec_signature_future"},
        CauseRow{"SignaturesMissing", 10, "", "dnssec_signature_missing"},
        CauseRow{"NsecMissing", 12, "", "dnssec_denial_missing"},
        CauseRow{"Iterations", 27, "", "dnssec_nsec3_iterations"},
        // §4.10: a DS, and no DNSKEY that fits: not that there is none at all.
        CauseRow{"NoFittingKey", 9, "no SEP matching the DS found for a.example.",
                 "dnssec_ds_mismatch"},
        CauseRow{"NoFittingKeyUnsaid", 9, "", "dnssec_ds_mismatch"},
        // What Unbound 1.17 says.
        CauseRow{"UnboundNoKey", 9,
                 "validation failure <a. CAA IN>: No DNSKEY record from 192.0.2.1",
                 "dnssec_no_dnskey"},
        CauseRow{"UnboundMismatch", 9,
                 "validation failure <a. CAA IN>: DS hash mismatches key from 192.0.2.1",
                 "dnssec_ds_mismatch"},
        CauseRow{"UnboundKeySignature", 9,
                 "validation failure <a. CAA IN>: signature crypto failed from 192.0.2.1",
                 "dnssec_signature_invalid"},
        CauseRow{"UnboundSignature", 6,
                 "validation failure <a. CAA IN>: signature crypto failed from 192.0.2.1",
                 "dnssec_signature_invalid"},
        CauseRow{"UnboundAgain", 6,
                 "key for validation a. is marked as invalid because of a previous validation "
                 "failure <a. CAA IN>: DS hash mismatches key from 192.0.2.1",
                 "dnssec_ds_mismatch"},
        CauseRow{"UnboundExpiredAgain", 6, "a previous validation failure <a.>: signature expired",
                 "dnssec_signature_expired"},
        // §4.7: validation failed, and that is all.
        CauseRow{"Bogus", 6, "", ""}, CauseRow{"UnboundProof", 6, "nodata proof failed", ""},
        CauseRow{"BogusWithNoKeyInItsText", 6, "no DNSKEY", ""},
        // Nothing about signatures, whatever the text.
        CauseRow{"Other", 0, "signature crypto failed", ""}, CauseRow{"Indeterminate", 5, "", ""},
        CauseRow{"CachedError", 13, "", ""},
        CauseRow{"NoReachableAuthority", 22, "signature crypto failed", ""},
        CauseRow{"Unassigned", 49152, "no DNSKEY", ""}),
    [](const auto& row) { return row.param.name; });

TEST_P(CauseTest, NamesNoMoreThanTheErrorSays) {
  const ToldError error = {GetParam().code, GetParam().text};
  EXPECT_EQ(dnssec::CodeOf(CauseOf(error)), FindFindingCode(GetParam().finding));
  const auto finding = MakeFinding(error, async::Address::FromText("192.0.2.53", 53).value());
  ASSERT_EQ(finding.has_value(), *GetParam().finding != '\0');
  if (!finding) return;
  EXPECT_EQ(FindingCodeText(finding->code), GetParam().finding);
  EXPECT_EQ(finding->address, "") << "the resolver is not at fault";
}

struct ReasonRow {
  const char* name;
  std::vector<ToldError> errors;
  const char* reason;  // Empty: the plain one stands.
};

class ToldReasonTest : public testing::TestWithParam<ReasonRow> {};

INSTANTIATE_TEST_SUITE_P(
    Rows, ToldReasonTest,
    testing::Values(
        ReasonRow{"Nothing", {}, ""},
        // RFC 8914 §4.23.
        ReasonRow{"NoReachableAuthority", {{22, ""}}, "no_response"},
        ReasonRow{"WithItsZone", {{22, "at delegation a.example."}}, "no_response"},
        // §4.24: an error that may be of any kind.
        ReasonRow{"NetworkError", {{23, ""}}, "unreachable"},
        ReasonRow{
            "NetworkTimeout", {{23, "192.0.2.1:53 timed out for a.example CAA"}}, "no_response"},
        ReasonRow{"Both",
                  {{22, "at delegation a.example."}, {23, "192.0.2.1:53 timed out"}},
                  "no_response"},
        ReasonRow{"BothTheOtherWayRound", {{23, ""}, {22, ""}}, "no_response"},
        // Who says REFUSED was reached.
        ReasonRow{"Refused", {{23, "192.0.2.1:53 rcode=REFUSED for a.example CAA"}}, ""},
        ReasonRow{"OneRefused",
                  {{22, "at delegation a.example."},
                   {23, "192.0.2.1:53 rcode=REFUSED for a.example CAA"}},
                  ""},
        ReasonRow{"Lame", {{22, "all servers are lame"}}, ""}, ReasonRow{"Bogus", {{6, ""}}, ""},
        ReasonRow{"CachedError", {{13, ""}}, ""}),
    [](const auto& row) { return row.param.name; });

TEST_P(ToldReasonTest, IsOneOnlyWhereNobodyWasReached) {
  const std::optional<Reason> reason = ReasonOf(GetParam().errors);
  EXPECT_EQ(reason ? ReasonCode(*reason) : "", GetParam().reason);
}

TEST(ToldErrorTest, InWords) {
  const ToldError errors[] = {{7, "too old"}, {22, ""}, {49152, "ours"}};
  EXPECT_EQ(ToldErrorsText(errors),
            "EDE 7 (Signature Expired): too old; EDE 22 (No Reachable Authority); EDE 49152: ours");
  EXPECT_EQ(ToldErrorsText({}), "");
  EXPECT_EQ(MakeFinding(errors[0], async::Address::FromText("192.0.2.53", 53).value())->evidence,
            "resolver 192.0.2.53: EDE 7 (Signature Expired): too old");
}

/// A reply with an OPT record of these options.
std::vector<ToldError> Read(const std::vector<uint8_t>& options) {
  std::vector<uint8_t> bytes = {0x12, 0x34, 0x81, 0x80, 0, 1, 0, 0, 0, 0,
                                0,    1,    1,    'a',  0, 1, 1, 0, 1};
  bytes.insert(bytes.end(), {0, 0, 41, 4, 208, 0, 0, 0, 0});
  bytes.push_back(static_cast<uint8_t>(options.size() >> 8));
  bytes.push_back(static_cast<uint8_t>(options.size()));
  bytes.insert(bytes.end(), options.begin(), options.end());
  dns::Message message;
  EXPECT_EQ(dns::Message::Parse(bytes, &message).error, dns::ParseError::kNone);
  return ReadToldErrors(message);
}

TEST(ToldErrorTest, AllOfThemAreReadInOrderAndOtherOptionsSkipped) {
  const auto errors = Read({0, 10, 0, 2, 1, 2, 0, 15, 0, 4, 0, 7, 'a', 0, 0, 15, 0, 2, 0, 22});
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(ToldErrorsText(errors),
            "EDE 7 (Signature Expired): a; EDE 22 (No Reachable Authority)");
}

TEST(ToldErrorTest, HostileTextIsMadePrintableAndShort) {
  const auto errors = Read({0, 15, 0, 7, 0, 6, 27, '\\', 0xff, 'x', 0});
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].text, "\\027\\\\\\255x");
  const std::string text = std::string({0, 15, 3, 2, 0, 6}) + std::string(768, '\7');
  const auto longest = Read({text.begin(), text.end()});
  ASSERT_THAT(longest, SizeIs(1));
  EXPECT_LE(longest[0].text.size(), kMaxToldText + 3);
}

TEST(ToldErrorTest, BrokenOptionsAndFloodsEndTheReading) {
  EXPECT_THAT(Read({}), IsEmpty());
  EXPECT_THAT(Read({0, 15, 0, 1, 0}), IsEmpty()) << "shorter than a code";
  EXPECT_THAT(Read({0, 15, 0, 9, 0, 6}), IsEmpty()) << "runs over the end";
  EXPECT_THAT(Read({0, 15, 0}), IsEmpty());
  std::vector<uint8_t> flood;
  for (int i = 0; i < 100; ++i) flood.insert(flood.end(), {0, 15, 0, 2, 0, 6});
  EXPECT_THAT(Read(flood), SizeIs(kMaxToldErrors));
}

}  // namespace
}  // namespace caascan::query
