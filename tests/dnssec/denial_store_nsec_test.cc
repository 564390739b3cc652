// What the store proves by NSEC records is compared with what the judge says of a reply that has
// the same ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "scanner/dnssec/denial_store.h"
#include "scanner/dnssec/order.h"
#include "tests/dnssec/denial_store_fixture.h"

namespace caascan::dnssec {
namespace {

using std::chrono::seconds;

struct StoreRow {
  const char* what;
  std::vector<std::string> lines;
  const char* asked;
  const char* expected;
};

TEST(DenialStoreNsecTest, Rules) {
  const char apex[] = "example. NSEC c.example. NS SOA RRSIG NSEC DNSKEY";
  const char host[] = "c.example. NSEC m.example. A RRSIG NSEC";
  const char cut[] = "m.example. NSEC p.example. NS RRSIG NSEC";
  const char signed_cut[] = "m.example. NSEC p.example. NS DS RRSIG NSEC";
  const char apex_of_m[] = "m.example. NSEC a.m.example. NS SOA RRSIG NSEC";
  const char dname[] = "m.example. NSEC p.example. DNAME RRSIG NSEC";
  const char last[] = "p.example. NSEC example. A RRSIG NSEC";
  const char above_terminal[] = "c.example. NSEC a.b.d.example. A RRSIG NSEC";
  const char out_of_zone[] = "c.example. NSEC z.other. A RRSIG NSEC";
  const std::vector<StoreRow> rows = {
      // RFC 4035 §5.4, RFC 6840 §4.3.
      {"a delegation", {cut}, "M.example.", "insecure"},
      {"a signed delegation", {signed_cut}, "m.example.", "none"},
      {"no delegation", {host}, "c.example.", "no cut"},
      {"no such name", {host}, "f.example.", "no cut"},
      {"nor one below it", {host}, "a.f.example.", "no cut"},
      {"below a host", {host}, "a.c.example.", "no cut"},
      {"behind the gap", {host}, "n.example.", "none"},
      {"the gap's end", {host}, "m.example.", "none"},
      {"before the gap", {host}, "b.example.", "none"},
      {"the first gap", {apex}, "b.example.", "no cut"},
      {"the last gap", {last}, "z.example.", "no cut"},
      {"before the last gap", {last}, "a.example.", "none"},
      {"the nearest counts", {apex, host, cut, last}, "n.example.", "no cut"},
      {"the names of all", {apex, host, cut, last}, "m.example.", "insecure"},
      {"a name without data", {above_terminal}, "d.example.", "no cut"},
      {"one below it", {above_terminal}, "b.d.example.", "no cut"},
      {"a gap out of the zone", {out_of_zone}, "f.example.", "none"},
      // RFC 4034 §6.1.
      {"not the order of octets", {"c.example. NSEC \\200.example. A"}, "Z.example.", "no cut"},
      {"capitals count as small ones", {"C.example. NSEC M.example. A"}, "d.EXAMPLE.", "no cut"},
      {"order by labels", {"c.example. NSEC d.example. A"}, "z.a.c.example.", "no cut"},
      // RFC 6840 §4.4: the child speaks of its own apex.
      {"the apex of the child", {apex_of_m}, "m.example.", "none"},
      // RFC 6840 §4.1.
      {"below a delegation", {cut}, "a.m.example.", "none"},
      {"below a signed delegation", {signed_cut}, "a.m.example.", "none"},
      {"below a DNAME", {dname}, "a.m.example.", "none"},
      {"beside a delegation", {cut}, "ma.example.", "no cut"},
  };
  for (const StoreRow& row : rows) {
    SCOPED_TRACE(row.what);
    Stored replies;
    for (const std::string& line : row.lines) replies.Add(line);
    EXPECT_EQ(replies.Ask(row.asked), row.expected);
    Stored file;
    for (const std::string& line : row.lines) EXPECT_TRUE(file.AddFile({{line, {}}}));
    EXPECT_EQ(file.Ask(row.asked), "none") << "a file's go with their delegations";
    EXPECT_EQ(file.octets(), 0u);
  }
}

/// A chain of NSEC records over some names, with all that may be wrong with one.
std::vector<SignedLine> RandomChain(std::mt19937* random, const std::vector<std::string>& names) {
  const auto draw = [random](size_t count) { return (*random)() % count; };
  std::vector<std::string> owners = {"example."};
  std::copy_if(names.begin(), names.end(), std::back_inserter(owners),
               [&](const std::string&) { return draw(100) < 60; });
  std::sort(owners.begin(), owners.end(), [](const std::string& a, const std::string& b) {
    return CompareNames(NameOf(a), NameOf(b)) < 0;
  });
  const char* types[] = {"A RRSIG NSEC",     "NS RRSIG NSEC",     "NS RRSIG NSEC",
                         "NS DS RRSIG NSEC", "NS SOA RRSIG NSEC", "DNAME RRSIG NSEC",
                         "CNAME RRSIG NSEC"};
  std::vector<SignedLine> lines;
  for (size_t i = 0; i < owners.size(); ++i) {
    if (draw(100) < 8) continue;  // It was not seen.
    const char* const has = i == 0 ? "NS SOA RRSIG NSEC DNSKEY" : types[draw(std::size(types))];
    lines.push_back(
        {owners[i] + " NSEC " + owners[(i + 1) % owners.size()] + " " + has, AnySigning(random)});
  }
  std::shuffle(lines.begin(), lines.end(), *random);
  return lines;
}

TEST(DenialStoreNsecTest, SaysWhatTheJudgeSays) {
  const std::vector<std::string> names = {
      "a.example.",   "b.example.",   "c.example.",   "d.example.",     "e.example.",
      "x.a.example.", "x.b.example.", "y.c.example.", "y.x.a.example.", "f.example."};
  std::vector<std::string> asked = names;
  asked.insert(asked.end(), {"z.example.", "z.z.example.", "z.a.example.", "0.f.example."});
  size_t proven = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const std::vector<SignedLine> lines = RandomChain(&random, names);
    Stored stored;
    for (const SignedLine& line : lines) stored.Add({line});
    for (const std::string& name : asked) {
      SCOPED_TRACE(name);
      const std::string expected = Judged(lines, name);
      EXPECT_EQ(stored.Ask(name), expected);
      proven += expected != "none" ? 1 : 0;
    }
  }
  EXPECT_GT(proven, 1000u);
}

const char kGap[] = "c.example. NSEC m.example. A RRSIG NSEC";

TEST(DenialStoreNsecTest, WhatDoesNotHoldIsNotKept) {
  Signing spoilt, expired, early, other_key, other_zone, wildcard;
  spoilt.spoilt = true;
  expired.expiration = kNow - 1;
  early.inception = kNow + 600;
  other_key.key = &TestKey::Of(13, 7);
  other_zone.signer = "other.";
  wildcard.signed_owner = "*.example.";
  for (const Signing& wrong : {spoilt, expired, early, other_key, other_zone, wildcard}) {
    Stored stored;
    stored.Add({{kGap, wrong}});
    EXPECT_EQ(stored.Ask("d.example."), "none");
    EXPECT_EQ(stored.octets(), 0u);
    stored.Add(kGap);
    EXPECT_EQ(stored.Ask("d.example."), "no cut");
    stored.Add({{"c.example. NSEC d.example. A RRSIG NSEC", wrong}});
    EXPECT_EQ(stored.Ask("d.example."), "no cut") << "it replaces nothing";
  }
  Stored without_soa;
  without_soa.Add({{kGap, {}}}, "");
  EXPECT_EQ(without_soa.Ask("d.example."), "none");
  Stored of_other;  // The record's own zone is another.
  of_other.Add({{"c.other. NSEC m.other. A RRSIG NSEC", {.signer = "other."}}});
  EXPECT_EQ(of_other.octets(), 0u);
}

TEST(DenialStoreNsecTest, KeepsRecordsForTheSoasMinimum) {  // RFC 9077 §3.
  Stored stored;
  stored.Add({{"c.example. 3600 NSEC m.example. A", {}}});
  EXPECT_EQ(stored.Ask("d.example.", kStart + seconds(890)), "no cut");
  EXPECT_EQ(stored.ttl_s(), 10u) << "what is left";
  EXPECT_EQ(stored.Ask("d.example.", kStart + seconds(900)), "none");
  Stored shorter;
  shorter.Add({{"c.example. 60 NSEC m.example. A", {}}});
  EXPECT_EQ(shorter.Ask("d.example.", kStart + seconds(60)), "none");
}

TEST(DenialStoreNsecTest, ASignatureEndsAndAKeyGoes) {
  Stored stored;
  stored.Add(kGap);
  stored.SetWallClock(kNow + kDay);
  EXPECT_EQ(stored.Ask("d.example."), "no cut");
  EXPECT_EQ(stored.ttl_s(), 0u);
  stored.SetWallClock(kNow + kDay + 1);
  EXPECT_EQ(stored.Ask("d.example."), "none");
  stored.SetWallClock(kNow);
  stored.SetKeys({TestKey::Of(13, 3).Dnskey()});
  EXPECT_EQ(stored.Ask("d.example."), "none");
  stored.Add({{kGap, {.key = &TestKey::Of(13, 3)}}});
  EXPECT_EQ(stored.Ask("d.example."), "no cut");
}

TEST(DenialStoreNsecTest, ANewerGapTakesThePlaceOfWhatIsInIt) {
  Stored stored;
  stored.Add("c.example. NSEC d.example. A");
  const size_t one = stored.octets();
  stored.Add("d.example. NSEC f.example. NS");
  stored.Add("f.example. NSEC m.example. A");
  EXPECT_EQ(stored.Ask("d.example."), "insecure");
  stored.Add(kGap);
  EXPECT_EQ(stored.octets(), one);
  EXPECT_EQ(stored.Ask("d.example."), "no cut");
  stored.Add("m.example. NSEC p.example. A");
  stored.Add("c.example. NSEC example. A");
  EXPECT_EQ(stored.octets(), one) << "to the end of the zone";
  stored.Add("example. NSEC c.example. NS SOA");
  EXPECT_EQ(stored.Ask("z.example."), "no cut") << "what lies before stays";
}

TEST(DenialStoreNsecTest, KeepsAZonesRecordsFromTheFirstNameOnThatDoesNotExist) {
  const SignedLine cut = {"m.example. NSEC p.example. NS RRSIG NSEC", {}};
  Stored stored;
  stored.Add({cut}, kSoa, dns::RCode::kNoError);
  EXPECT_EQ(stored.Ask("m.example."), "none");
  EXPECT_EQ(stored.octets(), 0u);
  EXPECT_EQ(stored.checks(), 0u);
  stored.Add({{kGap, {}}}, kSoa, dns::RCode::kNXDomain);
  stored.Add({cut}, kSoa, dns::RCode::kNoError);
  EXPECT_EQ(stored.Ask("m.example."), "insecure");
  EXPECT_EQ(stored.Ask("n.example."), "no cut");
  Stored spans;
  spans.Add({{"{m.example.}.example. NSEC3 1 1 3 AABB {m.example.}+ NS", {}}}, kSoa,
            dns::RCode::kNoError);
  EXPECT_EQ(spans.Ask("m.example."), "insecure") << "NSEC3 records are kept in any case";
}

TEST(DenialStoreNsecTest, ANewNameInAnOlderGap) {
  Stored stored;
  stored.Add(kGap);
  stored.Add("f.example. NSEC g.example. NS RRSIG NSEC");
  EXPECT_EQ(stored.Ask("f.example."), "insecure");
  EXPECT_EQ(stored.Ask("d.example."), "no cut");
  EXPECT_EQ(stored.Ask("h.example."), "none") << "the nearest record does not speak of it";
}

TEST(DenialStoreNsecTest, BothKindsOfAZoneCount) {  // It changes from one to the other.
  Stored stored;
  stored.Add("c.example. NSEC d.example. A RRSIG NSEC");
  stored.Add("{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ NS");
  EXPECT_EQ(stored.Ask("c.example."), "no cut");
  EXPECT_EQ(stored.Ask("m.example."), "insecure");
  EXPECT_EQ(stored.Ask("p.example."), "none");
}

TEST(DenialStoreNsecTest, ChecksEachRecordOnce) {
  Stored stored;
  stored.Add({{kGap, {}}, {"m.example. NSEC p.example. NS", {}}});
  EXPECT_EQ(stored.checks(), 2u);
  stored.Add({{kGap, {}}, {"m.example. NSEC p.example. NS", {}}});
  EXPECT_EQ(stored.checks(), 2u);
  EXPECT_EQ(stored.Ask("d.example."), "no cut");
  EXPECT_EQ(stored.work().spent, 0u) << "nothing is hashed";
  std::vector<SignedLine> many;
  for (const char* name : {"q", "r", "s", "t", "u"}) {
    many.push_back({std::string(name) + ".example. NSEC z.example. NS", {}});
  }
  stored.Add(many);
  EXPECT_EQ(stored.checks(), 2u + 3u) << "an honest reply has no more";
}

TEST(DenialStoreNsecTest, IsBoundedAndKeepsWhatIsOfUse) {
  constexpr size_t kLimit = 40'000;
  Stored stored(kLimit);
  stored.Add(kGap);
  for (int i = 1000; i < 1400; ++i) {
    const std::string name = "n" + std::to_string(i);
    // Long names lie outside their records.
    stored.Add(name + ".example. NSEC " + name + "." + std::string(60, 'x') + ".example. NS");
    EXPECT_LE(stored.octets(), kLimit);
    EXPECT_EQ(stored.Ask("d.example."), "no cut");
  }
  EXPECT_GT(stored.octets(), kLimit / 4);
  EXPECT_EQ(stored.Ask("n1399.example."), "insecure");
}

}  // namespace
}  // namespace caascan::dnssec
