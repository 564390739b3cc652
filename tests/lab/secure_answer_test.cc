// Answers of signed zones: what DO adds, and which records each fault takes away or changes. That
// the signatures verify is Unbound's to say (tests/e2e/secure_lab_test.py).
#include "tools/caalab/sign/secure_writer.h"

#include <gtest/gtest.h>

#include <absl/strings/str_replace.h>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

using dns::RRType;

constexpr std::string_view kZones = R"({"zones": [
  {"zone": ".", "dnssec": true},
  {"zone": "example.com", "dnssec": {SIGNING}, "servers": [{"addresses": ["127.0.0.10"]}],
   "records": ["@ CAA 0 issue \"ca\"", "www A 127.9.0.1", "*.wild CAA 0 issue \"ca\""]},
  {"zone": "signed.example.com", "dnssec": true, "servers": [{"host": "ns.example.net."}]},
  {"zone": "unsigned.example.com", "servers": [{"host": "ns.example.net."}]}]})";

struct SecureRow {
  std::string name;
  std::string signing;  // Of example.com.
  std::string asked;
  bool dnssec_ok;
  std::string types;  // Of all records but the OPT, in order.
};
std::ostream& operator<<(std::ostream& out, const SecureRow& row) { return out << row.name; }

std::string TypesOf(const Answer& answer) {
  std::string out;
  for (const dns::RecordView& record : answer.message.records()) {
    if (record.type == RRType::kOPT) continue;
    out += (out.empty() ? "" : " ") + std::string(dns::TypeName(record.type));
  }
  return out;
}

class SecureAnswerTest : public testing::TestWithParam<SecureRow> {};

TEST_P(SecureAnswerTest, HoldsTheseRecords) {
  const SecureRow& row = GetParam();
  const auto world = WorldOf(absl::StrReplaceAll(kZones.data(), {{"SIGNING", row.signing}}));
  Responder responder(*world);
  const auto answer = AskResponder(
      &responder, {.name = row.asked, .dnssec_ok = row.dnssec_ok, .udp_payload_size = 4096});
  EXPECT_EQ(TypesOf(*answer), row.types);
}

const std::string kApex = "example.com";
const std::string kWww = "www.example.com";
const std::string kNothing = "xnothing.example.com";
const std::string kWild = "any.wild.example.com";
const std::string kNsec3 = R"("denial": "nsec3")";
const std::string kMinimal = R"("denial": "minimal")";

INSTANTIATE_TEST_SUITE_P(
    Rows, SecureAnswerTest,
    testing::Values(
        // RFC 4035 §3.1: nothing for clients that do not ask for it.
        SecureRow{"WithoutDo", "", kApex, false, "CAA"},
        SecureRow{"EmptyWithoutDo", "", kWww, false, "SOA"},
        SecureRow{"ReferralWithoutDo", "", "signed.example.com", false, "NS"},
        // §3.1.1 to §3.1.4.
        SecureRow{"Positive", "", kApex, true, "CAA RRSIG"},
        SecureRow{"NoData", "", kWww, true, "SOA RRSIG NSEC RRSIG"},
        SecureRow{"NxDomain", "", kNothing, true, "SOA RRSIG NSEC RRSIG NSEC RRSIG"},
        SecureRow{"Wildcard", "", kWild, true, "CAA RRSIG NSEC RRSIG"},
        SecureRow{"SecureReferral", "", "signed.example.com", true, "NS DS RRSIG"},
        SecureRow{"InsecureReferral", "", "unsigned.example.com", true, "NS NSEC RRSIG"},
        // RFC 5155 §7.2; RFC 4470.
        SecureRow{"NoDataNsec3", kNsec3, kWww, true, "SOA RRSIG NSEC3 RRSIG"},
        SecureRow{"MinimalNxDomain", kMinimal, kNothing, true, "SOA RRSIG NSEC RRSIG NSEC RRSIG"},
        // Faults.
        SecureRow{"Missing", R"("faults": ["missing"])", kApex, true, "CAA"},
        SecureRow{"MissingOnOthers", R"("faults": [{"fault": "missing", "types": ["A"]}])", kApex,
                  true, "CAA RRSIG"},
        SecureRow{"DenialMissing", R"("faults": ["denial-missing"])", kWww, true, "SOA RRSIG"},
        SecureRow{"DenialUnsigned", R"("faults": [{"fault": "missing", "types": ["NSEC"]}])", kWww,
                  true, "SOA RRSIG NSEC"}),
    [](const auto& test) { return test.param.name; });

TEST(TypeBitmapTest, HasEachTypeOnce) {
  EXPECT_EQ(TypeBitmap({RRType::kCAA, RRType::kA, RRType::kCAA}),
            std::string("\x00\x01\x40\x01\x01\x40", 6));  // RFC 4034 §4.1.2, each type once.
}

constexpr char kFamily[] = R"({"zones": [{"zone": ".", "dnssec": true}], "family": {
  "tlds": {"com": 1}, "tld_servers": 1, "dnssec": {"denial": "nsec3-opt-out"},
  "operators": [{"name": "own", "addresses": 40}],
  "kinds": [{"kind": "only", "weight": 1, "dnssec": SIGNED, "records": ["@ CAA 0 issue \"ca\""],
             "expect": [{"reason": "issuer_not_authorized"}]}]}})";

/// What a family's top-level domain, which has no list of its domains, says of one.
std::unique_ptr<Answer> AskTld(std::string_view is_signed) {
  const auto scenario =
      ParseScenario(absl::StrReplaceAll(kFamily, {{"SIGNED", std::string(is_signed)}}), "test");
  EXPECT_TRUE(scenario.ok()) << scenario.status().message();
  const auto family = Family::Build(*scenario->family, 7);
  const auto world = World::Build(*scenario, family->get());
  Responder responder(**world);
  return AskResponder(&responder,
                      {.name = "domain.com", .server = "127.64.0.3", .dnssec_ok = true});
}

TEST(FamilyTldTest, DelegatesASignedDomainWithItsDs) {
  EXPECT_EQ(TypesOf(*AskTld("true")), "NS NS DS RRSIG A A");
}

/// The DNSKEY record's RDATA of each of two signed zones.
std::vector<std::string> KeysOfTwoZones(std::string_view algorithm) {
  constexpr std::string_view kTwo = R"({"zones": [
    {"zone": ".", "dnssec": true},
    {"zone": "one", "dnssec": {"algorithm": "ALGORITHM"}, "servers": [{"addresses": ["127.0.0.10"]}]},
    {"zone": "two", "dnssec": {"algorithm": "ALGORITHM"}, "servers": [{"addresses": ["127.0.0.10"]}]}]})";
  const auto world =
      WorldOf(absl::StrReplaceAll(kTwo.data(), {{"ALGORITHM", std::string(algorithm)}}));
  Responder responder(*world);
  std::vector<std::string> keys;
  for (const char* zone : {"one", "two", "ONE"}) {
    const auto answer =
        AskResponder(&responder, {.name = zone, .type = RRType::kDNSKEY, .server = "127.0.0.10"});
    for (const dns::RecordView& record : answer->message.records()) {
      if (record.type == RRType::kDNSKEY)
        keys.emplace_back(record.rdata.begin(), record.rdata.end());
    }
  }
  return keys;
}

TEST(ZoneKeyTest, IsSharedOrTheZonesOwn) {
  const auto shared = KeysOfTwoZones("ECDSAP256SHA256");
  ASSERT_EQ(shared.size(), 3u);
  EXPECT_EQ(shared[0], shared[1]);
  const auto own = KeysOfTwoZones("ECDSAP256SHA256-OWN-KEY");
  ASSERT_EQ(own.size(), 3u);
  EXPECT_NE(own[0], own[1]);
  EXPECT_EQ(own[0], own[2]);
}

TEST(FamilyTldTest, ProvesThatADomainIsUnsignedAroundItsHash) {
  // RFC 7129 appendix B: one record matches the closest encloser, one covers the domain.
  const auto answer = AskTld("false");
  EXPECT_EQ(TypesOf(*answer), "NS NS NSEC3 RRSIG NSEC3 RRSIG A A");
  for (const dns::RecordView& record : answer->message.records()) {
    if (record.type != RRType::kNSEC3) continue;
    EXPECT_EQ(record.rdata[1], 1);  // Opt-out.
  }
}

}  // namespace
}  // namespace caascan::lab
