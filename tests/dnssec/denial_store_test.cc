// What the store proves is compared with what the judge says of a reply that has the same records.
#include "scanner/dnssec/denial_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "scanner/dnssec/nsec3.h"
#include "tests/dnssec/denial_store_fixture.h"

namespace caascan::dnssec {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

const char kApex[] = "{example.}.example. NSEC3 1 0 3 AABB {example.}+ NS SOA RRSIG DNSKEY";
const char kOptOut[] = "{m.example.}-.example. NSEC3 1 1 3 AABB {m.example.}+ A";

struct StoreRow {
  const char* what;
  std::vector<std::string> lines;
  const char* asked;
  const char* expected;
};

TEST(DenialStoreTest, Rules) {
  const char cover[] = "{m.example.}-.example. NSEC3 1 0 3 AABB {m.example.}+ A";
  const char match[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ A RRSIG";
  const char cut[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ NS";
  const char signed_cut[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ NS DS RRSIG";
  const char apex_of_m[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ NS SOA RRSIG";
  const char dname[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ DNAME RRSIG";
  const char below[] = "{x.m.example.}-.example. NSEC3 1 1 3 AABB {x.m.example.}+ A";
  const char costly[] = "{m.example.}.example. NSEC3 1 0 151 AABB {m.example.}+ NS RRSIG";
  const char other_hash[] = "{m.example.}.example. NSEC3 2 0 3 AABB {m.example.}+ NS RRSIG";
  const char other_salt[] = "{m.example.}.example. NSEC3 1 0 3 AACC {m.example.}+ NS RRSIG";
  const char whole_circle[] = "{example.}.example. NSEC3 1 1 3 AABB {example.} NS SOA RRSIG DNSKEY";
  const std::vector<StoreRow> rows = {
      // RFC 5155 §8.6.
      {"in an opt-out span", {kApex, kOptOut}, "M.example.", "insecure"},
      {"below a name in one", {kApex, kOptOut}, "a.b.m.example.", "insecure"},
      {"the only span of a zone", {whole_circle}, "m.example.", "insecure"},
      {"no such name", {kApex, cover}, "m.example.", "no cut"},
      {"no closest encloser", {kOptOut}, "m.example.", "none"},
      {"no span", {kApex}, "m.example.", "none"},
      {"a delegation", {cut}, "m.example.", "insecure"},
      {"no delegation", {match}, "m.example.", "no cut"},
      {"a signed delegation", {signed_cut}, "m.example.", "none"},
      // RFC 6840 §4.4: the child speaks of its own apex.
      {"the apex of the child", {apex_of_m}, "m.example.", "none"},
      // RFC 6840 §4.1.
      {"below a delegation", {kApex, cut, below}, "x.m.example.", "none"},
      {"below a DNAME", {kApex, dname, below}, "x.m.example.", "none"},
      // RFC 9276 §3.2, RFC 5155 §8.1.
      {"more iterations than count", {costly}, "m.example.", "none"},
      {"an unknown hash algorithm", {other_hash}, "m.example.", "none"},
  };
  for (const StoreRow& row : rows) {
    SCOPED_TRACE(row.what);
    Stored replies;
    for (const std::string& line : row.lines) replies.Add(line);
    EXPECT_EQ(replies.Ask(row.asked), row.expected);
    for (const bool from_the_end : {false, true}) {
      Stored file;
      for (const std::string& line : row.lines) file.AddFile({{line, {}}}, from_the_end);
      EXPECT_EQ(file.Ask(row.asked), row.expected);
    }
  }
  Stored stored;
  stored.Add(cut);
  stored.Add(other_salt);
  EXPECT_EQ(stored.Ask("m.example."), "none") << "new parameters take the place of old ones";
  Stored file;
  file.AddFile({{cut, {}}, {other_salt, {}}});
  EXPECT_EQ(file.Ask("m.example."), "insecure") << "a file's first ones count";
  file.Add(other_salt);
  EXPECT_EQ(file.Ask("m.example."), "none") << "but a server's go before them";
}

/// A chain of NSEC3 records over some names, with all that may be wrong with one.
class RandomChain {
 public:
  explicit RandomChain(unsigned seed) : random_(seed) {
    const std::vector<std::string> names = {
        "a.example.",   "b.example.",   "c.example.",   "d.example.",     "e.example.",
        "x.a.example.", "x.b.example.", "y.c.example.", "y.x.a.example.", "f.example."};
    std::vector<std::string> hashes = {HashLabel("example.", "AABB", 3, 0)};
    for (const std::string& name : names) {
      if (Chance(60)) hashes.push_back(HashLabel(name, "AABB", 3, 0));
    }
    std::sort(hashes.begin() + 1, hashes.end());
    const std::string apex = hashes[0];
    std::sort(hashes.begin(), hashes.end());
    const char* types[] = {"A RRSIG",      "NS",          "NS",          "NS DS RRSIG",
                           "NS SOA RRSIG", "DNAME RRSIG", "CNAME RRSIG", ""};
    const bool opt_out = Chance(60);
    for (size_t i = 0; i < hashes.size(); ++i) {
      if (Chance(8)) continue;  // It was not seen.
      const std::string& next = hashes[(i + 1) % hashes.size()];
      const bool is_apex = hashes[i] == apex;
      lines_.push_back({hashes[i] + ".example. NSEC3 1 " + (Chance(90) == opt_out ? "1" : "0") +
                            " 3 AABB " + next + " " +
                            (is_apex ? "NS SOA RRSIG DNSKEY" : types[Draw(std::size(types))]),
                        AnySigning(&random_)});
    }
    asked_ = names;
    asked_.insert(asked_.end(), {"z.example.", "z.z.example.", "z.a.example.", "z.f.example."});
  }

  const std::vector<SignedLine>& lines() const { return lines_; }
  const std::vector<std::string>& asked() const { return asked_; }

 private:
  unsigned Draw(size_t count) { return static_cast<unsigned>(random_() % count); }
  bool Chance(unsigned percent) { return Draw(100) < percent; }

  std::mt19937 random_;
  std::vector<SignedLine> lines_;
  std::vector<std::string> asked_;
};

TEST(DenialStoreTest, SaysWhatTheJudgeSays) {
  size_t proven = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    const RandomChain chain(seed);
    Stored replies, file, reversed;
    for (const SignedLine& line : chain.lines()) replies.Add({line});
    EXPECT_TRUE(file.AddFile(chain.lines()));
    EXPECT_TRUE(reversed.AddFile(chain.lines(), /*from_the_end=*/true));
    for (const std::string& asked : chain.asked()) {
      SCOPED_TRACE(asked);
      const std::string expected = Judged(chain.lines(), asked);
      EXPECT_EQ(replies.Ask(asked), expected);
      EXPECT_EQ(file.Ask(asked), expected);
      EXPECT_EQ(reversed.Ask(asked), expected);
      proven += expected != "none" ? 1 : 0;
    }
  }
  EXPECT_GT(proven, 500u);
}

TEST(DenialStoreTest, KeepsNothingWithoutTheZonesSoa) {
  Stored stored;
  stored.Add({{kApex, {}}, {kOptOut, {}}}, "");
  EXPECT_EQ(stored.Ask("m.example."), "none");
  EXPECT_EQ(stored.octets(), 0u);
}

TEST(DenialStoreTest, KeepsRecordsForTheSoasMinimum) {  // RFC 9077 §3.
  const std::string ttl = "3600 NSEC3 ";
  const auto with_ttl = [](std::string line, const std::string& type) {
    return line.replace(line.find("NSEC3 "), 6, type);
  };
  Stored stored;
  stored.Add({{with_ttl(kApex, ttl), {}}, {with_ttl(kOptOut, ttl), {}}});
  EXPECT_EQ(stored.Ask("m.example.", kStart + seconds(890)), "insecure");
  EXPECT_EQ(stored.ttl_s(), 10u) << "what is left";
  EXPECT_EQ(stored.Ask("m.example.", kStart + seconds(900)), "none");
  Stored shorter;
  shorter.Add({{with_ttl(kApex, ttl), {}}, {with_ttl(kOptOut, "60 NSEC3 "), {}}});
  EXPECT_EQ(shorter.Ask("m.example.", kStart + seconds(60)), "none");
  Stored file;
  file.AddFile({{kApex, {}}, {kOptOut, {}}});
  EXPECT_EQ(file.Ask("m.example.", kStart + seconds(100'000)), "insecure");
}

TEST(DenialStoreTest, ASignatureEndsAndAKeyGoes) {
  for (const bool from_file : {false, true}) {
    SCOPED_TRACE(from_file);
    Stored stored;
    const std::vector<SignedLine> lines = {{kApex, {}}, {kOptOut, {}}};
    if (from_file) {
      stored.AddFile(lines);
    } else {
      stored.Add(lines);
    }
    EXPECT_EQ(stored.Ask("m.example."), "insecure");
    EXPECT_EQ(stored.work().signature_checks(), from_file ? 2u : 0u);
    EXPECT_EQ(stored.Ask("m.example."), "insecure");
    EXPECT_EQ(stored.work().signature_checks(), 0u) << "each is checked once";
    stored.SetWallClock(kNow + kDay);
    EXPECT_EQ(stored.Ask("m.example."), "insecure");
    EXPECT_EQ(stored.ttl_s(), 0u);
    stored.SetWallClock(kNow + kDay + 1);
    EXPECT_EQ(stored.Ask("m.example."), "none");
    stored.SetWallClock(kNow - kDay - 1);
    EXPECT_EQ(stored.Ask("m.example."), "none") << "the clock was set back";
    stored.SetWallClock(kNow);
    stored.SetKeys({TestKey::Of(13, 3).Dnskey()});
    EXPECT_EQ(stored.Ask("m.example."), "none");
    stored.SetKeys({TestKey::Of(13, 3).Dnskey(), TestKey::Of(13).Dnskey()});
    EXPECT_EQ(stored.Ask("m.example."), "insecure");
    // By the new key.
    stored.SetKeys({TestKey::Of(13, 3).Dnskey()});
    const Signing by_new{.key = &TestKey::Of(13, 3)};
    stored.Add({{kApex, by_new}, {kOptOut, by_new}});
    EXPECT_EQ(stored.Ask("m.example."), "insecure");
  }
}

TEST(DenialStoreTest, WhatIsWronglySignedIsForgottenAndReplaced) {
  const Signing wrong{.spoilt = true};
  Stored stored;
  EXPECT_TRUE(stored.AddFile({{kApex, wrong}, {kOptOut, wrong}}));
  EXPECT_EQ(stored.Ask("m.example."), "none");
  EXPECT_EQ(stored.Ask("m.example."), "none");
  EXPECT_EQ(stored.work().signature_checks(), 0u) << "none is checked twice";
  stored.Add({{kApex, {}}, {kOptOut, {}}});
  EXPECT_EQ(stored.Ask("m.example."), "insecure");
}

TEST(DenialStoreTest, ANewerSpanTakesThePlaceOfWhatIsInIt) {
  Stored stored;
  const char cut[] = "{m.example.}.example. NSEC3 1 1 3 AABB {m.example.}+ NS";
  const char whole[] = "{example.}.example. NSEC3 1 1 3 AABB {example.} NS SOA RRSIG DNSKEY";
  stored.Add(cut);
  const size_t before = stored.octets();
  stored.Add(whole);
  EXPECT_EQ(stored.octets(), before);
  EXPECT_EQ(stored.Ask("m.example."), "insecure");
  EXPECT_EQ(stored.Ask("n.example."), "insecure");
}

TEST(DenialStoreTest, AFileMayBeReadTwice) {
  Stored once, twice;
  once.AddFile({{kApex, {}}, {kOptOut, {}}});
  twice.AddFile({{kApex, {}}, {kOptOut, {}}}, /*from_the_end=*/false, /*times=*/2);
  EXPECT_EQ(twice.octets(), once.octets());
  EXPECT_EQ(twice.Ask("m.example."), "insecure");
}

TEST(DenialStoreTest, ALookUpChecksFewRecords) {
  Stored stored;
  std::vector<SignedLine> lines = {{kApex, {}}};
  // Spans that all have the name in them, the nearest last, each wrongly signed.
  for (const char digit : std::string("123456789")) {
    const std::string owner = HashLabel("m.example.", "AABB", 3, 0).substr(0, 28) + "000" + digit;
    lines.push_back({owner + ".example. NSEC3 1 1 3 AABB {m.example.}+ A", {.spoilt = true}});
  }
  stored.AddFile(lines);
  EXPECT_EQ(stored.Ask("m.example."), "none");
  EXPECT_EQ(stored.work().signature_checks(), 4u);
}

TEST(DenialStoreTest, EndsWhereTheWorkDoes) {
  Stored stored;
  stored.Add({{kApex, {}}, {kOptOut, {}}});
  stored.SetLimit(4);
  EXPECT_EQ(stored.Ask("m.example."), "insecure") << "two hashes";
  EXPECT_EQ(stored.work().spent, 4u);
  stored.SetLimit(3);
  EXPECT_EQ(stored.Ask("m.example."), "none");
  Stored file;
  file.AddFile({{kApex, {}}, {kOptOut, {}}});
  file.SetLimit(10);
  EXPECT_EQ(file.Ask("m.example."), "none");
  file.SetLimit(Work::kUnlimited);
  EXPECT_EQ(file.Ask("m.example."), "insecure") << "what a limit cut short says nothing";
}

TEST(DenialStoreTest, KeepsLittleOfOneMessage) {
  Stored stored;
  stored.Add(kApex);
  const size_t before = stored.octets();
  std::vector<SignedLine> lines;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    const std::string hash = "{" + std::string(name) + ".example.}";
    lines.push_back({hash + ".example. NSEC3 1 1 3 AABB " + hash + "+ NS", {}});
  }
  stored.Add(lines);
  EXPECT_LE(stored.octets() - before, 3u * 200);
  EXPECT_EQ(stored.checks(), 1u + 3u);
  stored.Add(lines);
  EXPECT_EQ(stored.checks(), 1u + 3u) << "what is there is not checked again";
}

/// A span right at the name's hash.
SignedLine Cut(int number) {
  const std::string hash = "{n" + std::to_string(number) + ".example.}";
  return {hash + ".example. NSEC3 1 1 3 AABB " + hash + "+ NS", {}};
}

TEST(DenialStoreTest, IsBoundedAndKeepsWhatIsOfUse) {
  constexpr size_t kLimit = 40'000;
  Stored stored(kLimit);
  stored.Add("{m.example.}.example. NSEC3 1 1 3 AABB {m.example.}+ NS");
  for (int i = 0; i < 800; ++i) {
    stored.Add({Cut(i)});
    EXPECT_LE(stored.octets(), kLimit);
    EXPECT_EQ(stored.Ask("m.example."), "insecure");
  }
  EXPECT_GT(stored.octets(), kLimit / 4);
  EXPECT_EQ(stored.Ask("n799.example."), "insecure");
}

TEST(DenialStoreTest, AFileLeavesRoomForServers) {
  constexpr size_t kLimit = 40'000;
  Stored stored(kLimit);
  int kept = 0;
  while (stored.AddFile({Cut(kept)})) ++kept;
  EXPECT_GT(kept, 50);
  EXPECT_LE(stored.octets(), kLimit);
  EXPECT_EQ(stored.Ask("n0.example."), "insecure");
  EXPECT_EQ(stored.Ask("n" + std::to_string(kept + 1) + ".example."), "none");
  stored.Add({Cut(kept + 1)});
  EXPECT_EQ(stored.Ask("n" + std::to_string(kept + 1) + ".example."), "insecure");
  EXPECT_EQ(stored.Ask("n0.example."), "insecure");
}

}  // namespace
}  // namespace caascan::dnssec
