#include "scanner/dnssec/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scanner/crypto/algorithm.h"
#include "scanner/crypto/rdata.h"
#include "scanner/dnssec/judge.h"
#include "scanner/dnssec/signature.h"
#include "tests/dnssec/signed_message.h"

namespace caascan::dnssec {
namespace {

using dns::RRType;
using dns::Section;

const TestKey& K(uint8_t algorithm, int index = 0) { return TestKey::Of(algorithm, index); }

struct ChainRow {
  std::string name;
  std::vector<std::string> ds;
  std::vector<std::string> dnskeys;
  std::vector<Signing> signings;
  Security security;
  std::string code;
  size_t keys = 0;
  std::string remark = {};
  crypto::Policy policy = {};
  std::string other_remark = {};
};

VerifiedKeys Verify(const ChainRow& row, Work* work) {
  SignedMessage message("example.", RRType::kDNSKEY);
  if (!row.dnskeys.empty()) {
    for (const std::string& key : row.dnskeys) {
      message.Record(Section::kAnswer, "example.", RRType::kDNSKEY, key);
    }
    for (const Signing& signing : row.signings) {
      message.Signature(Section::kAnswer, "example.", RRType::kDNSKEY, row.dnskeys, signing);
    }
  }
  DsSet ds;
  for (const std::string& rdata : row.ds) ds.Add(Octets(rdata));
  return JudgeKeys(message.message(), NameOf("example"), ds, {kNow, work, nullptr, row.policy});
}

std::string OtherAlgorithm(std::string ds) {
  ds[2] = '\xc8';
  return ds;
}

std::string OtherDigestType(std::string ds) {
  ds[3] = '\x03';  // GOST R 34.11-94.
  return ds;
}

std::string Spoilt(std::string ds) {
  ds.back() = static_cast<char>(ds.back() ^ 1);
  return ds;
}

/// SHA-256, at example.
std::string DsOf(const std::string& dnskey) {
  std::string out;
  const uint16_t tag = crypto::KeyTag(Octets(dnskey));
  out.push_back(static_cast<char>(tag >> 8));
  out.push_back(static_cast<char>(tag & 0xff));
  out.push_back(dnskey[3]);
  out.push_back('\2');
  return out + crypto::DigestOf(2, Octets(std::string(NameOf("example").view().bytes()) + dnskey));
}

const std::string kKey = K(13).Dnskey();
const std::string kDs1 = K(13).Ds("example.", 1);
const std::string kDs2 = K(13).Ds("example.", 2);
const std::string kDs4 = K(13).Ds("example.", 4);
const Signing kGood{};
const Signing kBy8{.key = &K(8)};
const Signing kBy5{.key = &K(5)};
const Signing kBy7{.key = &K(7)};
const crypto::Policy kNoSha1{.accept_sha1 = false};
constexpr char kDeprecated[] = "dnssec_algorithm_deprecated";
const uint16_t kRevoked = 257 | 0x80;
const std::vector<ChainRow> kRows = {
    {"SHA-1", {kDs1}, {kKey}, {kGood}, Security::kSecure, "", 1, kDeprecated},
    {"SHA-1 and SHA-256, RFC 4509 §3", {kDs1, kDs2}, {kKey}, {kGood}, Security::kSecure, "", 1},
    {"SHA-1 does not count",
     {kDs1},
     {kKey},
     {kGood},
     Security::kInsecure,
     kDeprecated,
     0,
     "",
     kNoSha1},
    {"SHA-1 does not count, SHA-256 does",
     {kDs1, kDs2},
     {kKey},
     {kGood},
     Security::kSecure,
     "",
     1,
     "",
     kNoSha1},
    {"algorithm 5",
     {K(5).Ds("example.")},
     {K(5).Dnskey()},
     {kBy5},
     Security::kSecure,
     "",
     1,
     kDeprecated},
    {"algorithm 7",
     {K(7).Ds("example.")},
     {K(7).Dnskey()},
     {kBy7},
     Security::kSecure,
     "",
     1,
     kDeprecated},
    {"algorithm 5 does not count",
     {K(5).Ds("example.")},
     {K(5).Dnskey()},
     {kBy5},
     Security::kInsecure,
     kDeprecated,
     0,
     "",
     kNoSha1},
    {"algorithms 5 and 13 both work",
     {K(5).Ds("example."), kDs2},
     {K(5).Dnskey(), kKey},
     {kBy5, kGood},
     Security::kSecure,
     "",
     2},
    {"algorithms 5 and 13, the better one has no signature",
     {K(5).Ds("example."), kDs2},
     {K(5).Dnskey(), kKey},
     {kBy5},
     Security::kSecure,
     "",
     2,
     kDeprecated,
     {},
     "dnssec_algorithm_incomplete"},
    {"algorithms 5 and 13, 5 does not count",
     {K(5).Ds("example."), kDs2},
     {K(5).Dnskey(), kKey},
     {kBy5, kGood},
     Security::kSecure,
     "",
     1,
     "",
     kNoSha1},
    {"algorithms 5 and 13, 5 does not count, 13 has no signature",
     {K(5).Ds("example."), kDs2},
     {K(5).Dnskey(), kKey},
     {kBy5},
     Security::kBogus,
     "dnssec_signature_missing",
     0,
     "",
     kNoSha1},
    {"unknown algorithm only, and SHA-1 does not count",
     {OtherAlgorithm(kDs2)},
     {kKey},
     {kGood},
     Security::kInsecure,
     "dnssec_algorithm_unsupported",
     0,
     "",
     kNoSha1},
    {"SHA-256", {kDs2}, {kKey}, {kGood}, Security::kSecure, "", 1},
    {"SHA-384", {kDs4}, {kKey}, {kGood}, Security::kSecure, "", 1},
    {"zone-signing key beside it",
     {kDs2},
     {kKey, K(13, 1).Dnskey(256)},
     {kGood},
     Security::kSecure,
     "",
     2},
    {"key that may not sign beside it",
     {kDs2},
     {kKey, K(13, 1).Dnskey(1)},
     {kGood},
     Security::kSecure,
     "",
     1},
    {"no key", {kDs2}, {}, {}, Security::kBogus, "dnssec_no_dnskey"},
    {"another key",
     {kDs2},
     {K(13, 1).Dnskey()},
     {{.key = &K(13, 1)}},
     Security::kBogus,
     "dnssec_ds_mismatch"},
    {"another digest", {Spoilt(kDs2)}, {kKey}, {kGood}, Security::kBogus, "dnssec_ds_mismatch"},
    {"digest cut short",
     {kDs2.substr(0, 20)},
     {kKey},
     {kGood},
     Security::kBogus,
     "dnssec_ds_mismatch"},
    {"DS of one of two keys", {Spoilt(kDs2), kDs2}, {kKey}, {kGood}, Security::kSecure, "", 1},
    {"signed by another key only",
     {kDs2},
     {kKey, K(8).Dnskey()},
     {kBy8},
     Security::kBogus,
     "dnssec_signature_invalid"},
    {"not signed", {kDs2}, {kKey}, {}, Security::kBogus, "dnssec_signature_missing"},
    {"expired",
     {kDs2},
     {kKey},
     {{.expiration = kNow - 1}},
     Security::kBogus,
     "dnssec_signature_expired"},
    {"not yet valid",
     {kDs2},
     {kKey},
     {{.inception = kNow + kDay / 2}},
     Security::kBogus,
     "dnssec_signature_future"},
    {"not yet valid, but within the tolerance",
     {kDs2},
     {kKey},
     {{.inception = kNow + 1}},
     Security::kSecure,
     "",
     1,
     "dnssec_signature_future"},
    {"spoilt", {kDs2}, {kKey}, {{.spoilt = true}}, Security::kBogus, "dnssec_signature_invalid"},
    {"revoked key, RFC 5011 §2.1",
     {K(13).Ds("example.", 2, kRevoked)},
     {K(13).Dnskey(kRevoked)},
     {{.flags = kRevoked}},
     Security::kBogus,
     "dnssec_ds_mismatch"},
    {"DS of a key that is no zone key",
     {K(13).Ds("example.", 2, 1)},
     {K(13).Dnskey(1)},
     {{.flags = 1}},
     Security::kBogus,
     "dnssec_ds_mismatch"},
    {"unknown algorithm only",
     {OtherAlgorithm(kDs2)},
     {kKey},
     {kGood},
     Security::kInsecure,
     "dnssec_algorithm_unsupported"},
    {"unknown digest only",
     {OtherDigestType(kDs2)},
     {kKey},
     {kGood},
     Security::kInsecure,
     "dnssec_algorithm_unsupported"},
    {"unknown ones beside, RFC 6840 §5.2",
     {OtherAlgorithm(kDs2), OtherDigestType(kDs2), kDs2},
     {kKey},
     {kGood},
     Security::kSecure,
     "",
     1,
     "dnssec_algorithm_incomplete"},
    {"an unknown digest beside",
     {OtherDigestType(kDs2), kDs2},
     {kKey},
     {kGood},
     Security::kSecure,
     "",
     1},
    {"SHA-1 does not count beside SHA-256, RFC 4509 §3",
     {Spoilt(kDs2), kDs1},
     {kKey},
     {kGood},
     Security::kBogus,
     "dnssec_ds_mismatch"},
    {"SHA-1 counts beside an unknown digest",
     {OtherDigestType(kDs2), kDs1},
     {kKey},
     {kGood},
     Security::kSecure,
     "",
     1,
     kDeprecated},
    {"two algorithms, one chain is enough, RFC 6840 §5.11",
     {K(8).Ds("example."), kDs2},
     {kKey, K(8).Dnskey()},
     {kGood},
     Security::kSecure,
     "",
     2,
     "dnssec_algorithm_incomplete"},
    {"two algorithms that both sign, RFC 4035 §2.2",
     {K(8).Ds("example."), kDs2},
     {kKey, K(8).Dnskey()},
     {kGood, {.key = &K(8)}},
     Security::kSecure,
     "",
     2},
};
TEST(ChainTest, RulesOfRfc4035Section52) {
  for (const ChainRow& row : kRows) {
    SCOPED_TRACE(row.name);
    Work work;
    VerifiedKeys out = Verify(row, &work);
    EXPECT_EQ(out.verdict.security, row.security);
    EXPECT_EQ(CodeText(out.verdict.finding), row.code);
    EXPECT_EQ(out.keys.keys().size(), row.keys);
    std::vector<std::string> remarks;
    for (const Verdict& remark : out.remarks) {
      remarks.push_back(CodeText(remark.finding));
      EXPECT_TRUE(remark.is_secure());
      EXPECT_EQ(remark.evidence.zone.view().ToText(), "example");
    }
    std::vector<std::string> wanted = {row.remark, row.other_remark};
    std::erase(wanted, "");
    EXPECT_THAT(remarks, testing::UnorderedElementsAreArray(wanted));
    EXPECT_EQ(out.verdict.evidence.zone.view().ToText(),
              row.security == Security::kSecure ? "." : "example");
  }
}

TEST(ChainTest, RemarkSaysWhatIsDeprecated) {
  const auto remark = [](const std::string& ds, const TestKey& key) {
    Work work;
    const VerifiedKeys out = Verify({.name = "",
                                     .ds = {ds},
                                     .dnskeys = {key.Dnskey()},
                                     .signings = {{.key = &key}},
                                     .security = Security::kSecure,
                                     .code = ""},
                                    &work);
    EXPECT_EQ(out.remarks.size(), 1u);
    return out.remarks.empty() ? "" : out.remarks[0].evidence.ToText();
  };
  const std::string key13 = "key " + std::to_string(K(13).tag()) + ", algorithm 13: ";
  const std::string key5 = "key " + std::to_string(K(5).tag()) + ", algorithm 5: ";
  EXPECT_EQ(remark(kDs1, K(13)),
            "zone example, example DS, " + key13 +
                "the chain of trust rests on a DS record with digest type 1 (SHA-1)");
  EXPECT_EQ(remark(K(5).Ds("example."), K(5)),
            "zone example, example DNSKEY, " + key5 +
                "the chain of trust rests on RSA signatures over SHA-1");
  EXPECT_EQ(remark(K(5).Ds("example.", 1), K(5)),
            "zone example, example DS, " + key5 +
                "the chain of trust rests on a DS record with digest type 1 (SHA-1), and on RSA "
                "signatures over SHA-1");
}

TEST(ChainTest, NamesItsKeys) {
  DsSet ds;
  for (const std::string& rdata : {kDs1, OtherDigestType(K(8).Ds("example."))})
    ds.Add(Octets(rdata));
  const dns::Name example = NameOf("example");
  EXPECT_TRUE(ds.Names(example, Octets(kKey)));
  EXPECT_FALSE(ds.Names(NameOf("other"), Octets(kKey)));
  EXPECT_FALSE(ds.Names(example, Octets(K(13, 1).Dnskey())));
  EXPECT_FALSE(ds.Names(example, Octets(K(13).Dnskey(256)))) << "another tag and digest";
  EXPECT_FALSE(ds.Names(example, Octets(K(8).Dnskey()))) << "by a digest that nobody can check";
  EXPECT_FALSE(ds.Names(example, Octets("\1")));
}

TEST(ChainTest, MismatchNamesTheKeyThatTheParentWants) {
  Work work;
  const VerifiedKeys out = Verify({.name = "",
                                   .ds = {K(13).Ds("example.")},
                                   .dnskeys = {K(13, 1).Dnskey(), K(8).Dnskey()},
                                   .signings = {},
                                   .security = {},
                                   .code = ""},
                                  &work);
  EXPECT_EQ(out.verdict.evidence.key_tag, K(13).tag());
  EXPECT_EQ(out.verdict.evidence.algorithm, 13);
  const std::string ecdsa = "key " + std::to_string(K(13, 1).tag()) + " of algorithm 13";
  const std::string rsa = "key " + std::to_string(K(8).tag()) + " of algorithm 8";
  EXPECT_THAT(out.verdict.evidence.ToText(),
              testing::AnyOf(testing::EndsWith("; the zone has " + ecdsa + ", " + rsa),
                             testing::EndsWith("; the zone has " + rsa + ", " + ecdsa)));
}

TEST(ZoneKeysTest, LeavesOutThoseBeyondTheFirst) {
  ZoneKeys keys;
  EXPECT_TRUE(keys.empty());
  for (uint16_t tag = 1; tag <= 8; ++tag) keys.Add({tag, 13});
  EXPECT_THAT(keys.ToText(), testing::StartsWith("key 1 of algorithm 13, key 2 of algorithm 13"));
  EXPECT_THAT(keys.ToText(), testing::EndsWith("key 4 of algorithm 13, and 4 more"));
}

TEST(ChainTest, ManyCollidingKeysAreBounded) {
  ChainRow row{.name = "",
               .ds = {},
               .dnskeys = Colliding(K(8).Dnskey(), 30),
               .signings = {},
               .security = {},
               .code = ""};
  for (const std::string& key : row.dnskeys) row.ds.push_back(DsOf(key));
  for (uint32_t i = 0; i < 20; ++i) {
    row.signings.push_back({.key = &K(8), .inception = kNow - kDay - i, .spoilt = true});
  }
  Work work;
  work.limit = 10'000;
  EXPECT_EQ(CodeText(Verify(row, &work).verdict.finding), "dnssec_signature_invalid");
  EXPECT_LE(work.signature_checks(), 32u * kMaxChecksPerSet);
  EXPECT_LE(work.spent, work.limit);
}

// IANA's root-anchors: the digests of the two root keys are known.

constexpr char kKsk2017[] =
    ". IN DNSKEY 257 3 8 "
    "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFl"
    "ExOLAJr5emLvN7SWXgnLh4+"
    "B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0j"
    "LHwVN8efS3rCj/EWgvIWgb9tarpVUDK/"
    "b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA"
    "4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU=";
constexpr char kKsk2024[] =
    ". IN DNSKEY 257 3 8 "
    "AwEAAa96jeuknZlaeSrvyAJj6ZHv28hhOKkx3rLGXVaC6rXTsDc449/cidltpkyGwCJNnOAlFNK"
    "F2jBosZBU5eeHspaQWOmOElZsjICMQMC3aeHbGiShvZsx4wMYSjH8e7Vrhbu6irwCzVBApESjbUdpWWmEnhathWu1jo+"
    "siF"
    "UiRAAxm9qyJNg/wOZqqzL/dL/q8PkcRU5oUKEpUge71M3ej2/"
    "7CPqpdVwuMoTvoB+ZOT4YeGyxMvHmbrxlFzGOHOijtzN+u"
    "1TQNatX2XBuzZNQ1K+s2CXkPIZo7s6JgZyvaBevYtxPvYLw4z9mR7K2vaF18UYH9Z9GNUUeayffKC73PYc=";

TEST(ChainTest, RootKeysHaveTheirPublishedTagsAndDigests) {
  const struct {
    const char* key;
    const char* ds;
    uint16_t tag;
  } rows[] = {
      {kKsk2017,
       ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D", 20326},
      {kKsk2024,
       ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16", 38696},
  };
  for (const auto& row : rows) {
    SignedMessage message(".", RRType::kDNSKEY);
    message.Unsigned(Section::kAnswer, {row.key}).Unsigned(Section::kAuthority, {row.ds});
    const dns::Message& whole = message.message();
    const Rrset keys = FindRrset(whole, Section::kAnswer, dns::NameView(), RRType::kDNSKEY);
    const Rrset ds = FindRrset(whole, Section::kAuthority, dns::NameView(), RRType::kDS);
    EXPECT_EQ(crypto::KeyTag(keys.records[0].rdata), row.tag);
    for (const bool by_key : {false, true}) {
      DsSet anchor;
      if (by_key) {
        anchor.AddKey(dns::NameView(), keys.records[0].rdata);
      } else {
        anchor.Add(ds.records[0].rdata);
      }
      Work work;
      const VerifiedKeys out = VerifyKeys(keys, dns::NameView(), anchor, {kNow, &work, nullptr});
      EXPECT_EQ(CodeText(out.verdict.finding), "dnssec_signature_missing")
          << "the digest fits; only the signature is not there";
    }
  }
}

}  // namespace
}  // namespace caascan::dnssec
