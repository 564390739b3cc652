// Records of several messages go into a store, and what comes out is judged like a server's answer.
#include "scanner/dnssec/denial_store.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/dnssec/denial_rows.h"

namespace caascan::dnssec {
namespace {

using dns::RRType;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr nanoseconds kStart = seconds(1000);
const char kSoa[] = "example. 3600 SOA ns.example. host.example. 1 2 3 4 900";

SignedMessage Denying(const std::string& line, const std::string& soa = kSoa) {
  Row row{"", {line}, "x.example.", ""};
  if (!soa.empty()) row.lines.push_back(soa);
  return MessageOf(row);
}

class Stored {
 public:
  explicit Stored(size_t octets = 1 << 20) : store_(octets, 150) {}

  void Add(const std::string& line, const std::string& soa = kSoa, nanoseconds now = kStart) {
    SignedMessage message = Denying(line, soa);
    store_.Add(message.message(), zone_, now);
  }

  /// What the store says, and the judge of it: "none" where the store says nothing.
  std::string Ask(const char* name, RRType type, nanoseconds now = kStart) {
    const dns::Name asked = NameOf(name);
    composed_ = store_.Compose(zone_, asked, type, now);
    if (!composed_) return "none";
    dns::Message message;
    EXPECT_EQ(dns::Message::Parse(Octets(composed_->message), &message).error,
              dns::ParseError::kNone);
    EXPECT_TRUE(message.question_name().Equals(asked));
    EXPECT_EQ(message.question_type(), type);
    EXPECT_TRUE(message.authoritative());
    const bool nxdomain = message.rcode() == dns::RCode::kNXDomain;
    for (const auto& id : composed_->known_good) memo_->Add(id, true);
    work_ = Work();
    good_.clear();
    KeySet keys = KeysOf({TestKey::Of(13).Dnskey()});
    Denial denial(message, zone_, &keys, {kNow, &work_, memo_.get(), {}, &good_});
    const Row row{"", {}, name, "", type};
    ttl_s_ = 0;
    const std::string proven = type == RRType::kDS ? NoDs(&denial, row)
                               : nxdomain          ? "nxdomain " + NxDomain(&denial, row)
                                                   : "nodata " + NoData(&denial, row);
    ttl_s_ = denial.ttl_s();
    return proven;
  }

  DenialStore* store() { return &store_; }
  const dns::Name& zone() const { return zone_; }
  const std::vector<GoodSignature>& good() const { return good_; }
  const DenialStore::Composed& composed() const { return *composed_; }
  const Work& work() const { return work_; }
  void ForgetMemo() { memo_ = std::make_unique<SignatureMemo>(); }
  uint32_t ttl_s() const { return ttl_s_; }

 private:
  DenialStore store_;
  const dns::Name zone_ = NameOf("example.");
  std::optional<DenialStore::Composed> composed_;
  std::unique_ptr<SignatureMemo> memo_ = std::make_unique<SignatureMemo>();
  std::vector<GoodSignature> good_;
  Work work_;
  uint32_t ttl_s_ = 0;
};

struct StoreRow {
  const char* what;
  std::vector<std::string> lines;
  const char* asked;
  RRType type;
  const char* expected;
};

void CheckRows(const std::vector<StoreRow>& rows) {
  for (const StoreRow& row : rows) {
    SCOPED_TRACE(row.what);
    Stored stored;
    for (const std::string& line : row.lines) stored.Add(line);
    EXPECT_EQ(stored.Ask(row.asked, row.type), row.expected);
  }
}

TEST(DenialStoreTest, Nsec) {
  const char apex[] = "example. NSEC b.example. NS SOA RRSIG NSEC DNSKEY";
  const char gap[] = "b.example. NSEC f.example. A RRSIG NSEC";
  const char cut[] = "f.example. NSEC h.example. NS RRSIG NSEC";
  const char dname[] = "f.example. NSEC h.example. DNAME RRSIG NSEC";
  const char ent[] = "h.example. NSEC a.j.example. A RRSIG NSEC";
  const char last[] = "m.example. NSEC example. A RRSIG NSEC";
  const char caa[] = "b.example. NSEC f.example. CAA RRSIG NSEC";
  const char alias[] = "b.example. NSEC f.example. CNAME RRSIG NSEC";
  const char wildcard[] = "*.example. NSEC b.example. A RRSIG NSEC";
  const char with_wildcard[] = "example. NSEC *.example. NS SOA RRSIG NSEC DNSKEY";
  const char wildcard_caa[] = "*.example. NSEC b.example. CAA RRSIG NSEC";
  CheckRows({
      {"no such type", {gap}, "B.example.", RRType::kCAA, "nodata secure"},
      {"the type is there", {caa}, "b.example.", RRType::kCAA, "none"},
      {"an alias is there", {alias}, "b.example.", RRType::kCAA, "none"},
      {"no such name", {apex, gap}, "c.example.", RRType::kCAA, "nxdomain secure"},
      {"below a name that is there", {gap}, "x.b.example.", RRType::kCAA, "nxdomain secure"},
      {"the apex's gap alone", {apex}, "a.example.", RRType::kCAA, "nxdomain secure"},
      {"nothing of the wildcard", {gap}, "c.example.", RRType::kCAA, "none"},
      {"behind the last name", {apex, last}, "z.example.", RRType::kCAA, "nxdomain secure"},
      {"an empty non-terminal", {ent}, "j.example.", RRType::kCAA, "nodata secure"},
      {"a wildcard without the type", {wildcard, gap}, "c.example.", RRType::kCAA, "nodata secure"},
      {"a wildcard with the type", {wildcard_caa, gap}, "c.example.", RRType::kCAA, "none"},
      {"a wildcard's own apex", {with_wildcard, gap}, "c.example.", RRType::kCAA, "none"},
      {"a delegation has no data here", {cut}, "f.example.", RRType::kCAA, "none"},
      {"nor has anything below it", {apex, cut}, "x.f.example.", RRType::kCAA, "none"},
      {"nor below a DNAME", {apex, dname}, "x.f.example.", RRType::kCAA, "none"},
      {"no DS at a delegation", {cut}, "f.example.", RRType::kDS, "insecure cut"},
      {"no cut at a name", {gap}, "b.example.", RRType::kDS, "no cut"},
      {"no cut where nothing is", {apex, gap}, "c.example.", RRType::kDS, "no cut"},
      {"the apex itself says nothing of its DS", {apex}, "example.", RRType::kDS, "none"},
      {"before all that is known", {last}, "c.example.", RRType::kCAA, "none"},
  });
}

TEST(DenialStoreTest, Nsec3) {
  const char apex[] = "{example.}.example. NSEC3 1 0 3 AABB {example.}+ NS SOA RRSIG DNSKEY";
  const char cover[] = "{m.example.}-.example. NSEC3 1 0 3 AABB {m.example.}+ A";
  const char opt_out[] = "{m.example.}-.example. NSEC3 1 1 3 AABB {m.example.}+ A";
  const char no_wildcard[] = "{*.example.}-.example. NSEC3 1 0 3 AABB {*.example.}+ A";
  const char match[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ A RRSIG";
  const char cut[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ NS";
  const char signed_cut[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ NS DS RRSIG";
  const char caa[] = "{m.example.}.example. NSEC3 1 0 3 AABB {m.example.}+ CAA RRSIG";
  const char wildcard[] = "{*.example.}.example. NSEC3 1 0 3 AABB {*.example.}+ A RRSIG";
  const char costly[] = "{m.example.}.example. NSEC3 1 0 151 AABB {m.example.}+ A RRSIG";
  const char other_salt[] = "{m.example.}.example. NSEC3 1 0 3 AACC {m.example.}+ A RRSIG";
  const char whole_circle[] = "{example.}.example. NSEC3 1 1 3 AABB {example.} NS SOA RRSIG DNSKEY";
  CheckRows({
      {"no such type", {match}, "M.example.", RRType::kCAA, "nodata secure"},
      {"the type is there", {caa}, "m.example.", RRType::kCAA, "none"},
      {"no such name", {apex, cover, no_wildcard}, "m.example.", RRType::kCAA, "nxdomain secure"},
      {"nor below it",
       {apex, cover, no_wildcard},
       "a.b.m.example.",
       RRType::kCAA,
       "nxdomain secure"},
      {"nothing of the wildcard", {apex, cover}, "m.example.", RRType::kCAA, "none"},
      {"no closest encloser", {cover, no_wildcard}, "m.example.", RRType::kCAA, "none"},
      {"a wildcard without the type",
       {apex, cover, wildcard},
       "m.example.",
       RRType::kCAA,
       "nodata secure"},
      // RFC 8198 §5.2: an opt-out span says nothing of what is there.
      {"in an opt-out span", {apex, opt_out, no_wildcard}, "m.example.", RRType::kCAA, "none"},
      {"no DS in an opt-out span", {apex, opt_out}, "m.example.", RRType::kDS, "insecure cut"},
      {"nor below one", {whole_circle}, "m.example.", RRType::kDS, "insecure cut"},
      {"no DS at a delegation", {cut}, "m.example.", RRType::kDS, "insecure cut"},
      {"a signed delegation", {signed_cut}, "m.example.", RRType::kDS, "none"},
      {"a delegation has no data here", {cut}, "m.example.", RRType::kCAA, "none"},
      {"nor has what is below it", {apex, cut, no_wildcard}, "x.m.example.", RRType::kCAA, "none"},
      {"more iterations than count", {costly}, "m.example.", RRType::kCAA, "none"},
      {"new parameters take the place of old ones",
       {match, other_salt},
       "m.example.",
       RRType::kCAA,
       "none"},
  });
}

TEST(DenialStoreTest, SaysNothingWithoutTheZonesSoa) {
  Stored stored;
  stored.Add("b.example. NSEC f.example. A RRSIG NSEC", "");
  EXPECT_EQ(stored.Ask("b.example.", RRType::kCAA), "none");
  EXPECT_EQ(stored.store()->octets(), 0u);
  stored.Add("example. NSEC b.example. NS SOA RRSIG NSEC DNSKEY");
  stored.Add("b.example. NSEC f.example. A RRSIG NSEC", "");
  EXPECT_EQ(stored.Ask("b.example.", RRType::kCAA), "nodata secure");
}

TEST(DenialStoreTest, KeepsRecordsForTheSoasMinimum) {  // RFC 9077 §3.
  Stored stored;
  stored.Add("b.example. 3600 NSEC f.example. A RRSIG NSEC");
  EXPECT_EQ(stored.Ask("b.example.", RRType::kCAA, kStart + seconds(890)), "nodata secure");
  EXPECT_EQ(stored.ttl_s(), 10u) << "what is left";
  EXPECT_EQ(stored.Ask("b.example.", RRType::kCAA, kStart + seconds(900)), "none");
  Stored shorter;
  shorter.Add("b.example. 60 NSEC f.example. A RRSIG NSEC");
  EXPECT_EQ(shorter.Ask("b.example.", RRType::kCAA, kStart + seconds(60)), "none");
}

TEST(DenialStoreTest, WhatIsWronglySignedIsNeverBelieved) {
  for (const char* mark : {"!", "?"}) {
    Stored stored;
    stored.Add(std::string(mark) + "b.example. NSEC f.example. A RRSIG NSEC");
    const std::string said = stored.Ask("b.example.", RRType::kCAA);
    EXPECT_TRUE(said == "none" || said == "nodata bogus dnssec_signature_invalid") << said;
    if (said == "none") continue;
    stored.store()->Forget(stored.zone(), stored.composed().used);
    EXPECT_EQ(stored.Ask("b.example.", RRType::kCAA), "none");
    // A good one takes its place.
    stored.Add("b.example. NSEC f.example. A RRSIG NSEC");
    EXPECT_EQ(stored.Ask("b.example.", RRType::kCAA), "nodata secure");
  }
}

TEST(DenialStoreTest, TakesNoRecordsOfOtherZones) {
  Stored stored;
  SignedMessage message("x.example.");
  message.Signed(dns::Section::kAuthority, {kSoa}, {.signer = "example."});
  message.Signed(dns::Section::kAuthority, {"b.example. NSEC f.example. A RRSIG NSEC"},
                 {.signer = "b.example."});
  message.Signed(dns::Section::kAuthority, {"b.other. NSEC f.other. A RRSIG NSEC"},
                 {.signer = "other."});
  stored.store()->Add(message.message(), stored.zone(), kStart);
  EXPECT_EQ(stored.Ask("b.example.", RRType::kCAA), "none");
}

TEST(DenialStoreTest, ASignatureIsCheckedOnceForAllThatUseIt) {
  Stored stored;
  stored.Add("b.example. NSEC f.example. A RRSIG NSEC");
  EXPECT_EQ(stored.Ask("b.example.", RRType::kCAA), "nodata secure");
  EXPECT_EQ(stored.work().signature_checks(), 1u);
  ASSERT_EQ(stored.good().size(), 1u);
  stored.ForgetMemo();
  EXPECT_EQ(stored.Ask("b.example.", RRType::kCAA), "nodata secure");
  EXPECT_EQ(stored.work().signature_checks(), 1u) << "nothing was confirmed";
  stored.store()->Confirm(stored.zone(), stored.good());
  stored.ForgetMemo();
  EXPECT_EQ(stored.Ask("b.example.", RRType::kCAA), "nodata secure");
  EXPECT_EQ(stored.work().signature_checks(), 0u);
  // The same record once more is as good as it was.
  stored.Add("b.example. NSEC f.example. A RRSIG NSEC");
  stored.ForgetMemo();
  EXPECT_EQ(stored.Ask("b.example.", RRType::kCAA), "nodata secure");
}

TEST(DenialStoreTest, KeepsLittleOfOneMessage) {
  Stored stored;
  stored.Add("example. NSEC b.example. NS SOA RRSIG NSEC DNSKEY");
  const size_t before = stored.store()->octets();
  SignedMessage message("x.example.");
  for (int i = 0; i < 12; ++i) {
    message.Signed(dns::Section::kAuthority,
                   {"n" + std::to_string(10 + i) + ".example. NSEC p.example. A RRSIG NSEC"});
  }
  stored.store()->Add(message.message(), stored.zone(), kStart);
  EXPECT_LE(stored.store()->octets() - before, 3u * 600);
  EXPECT_EQ(stored.Ask("n12.example.", RRType::kCAA), "nodata secure");

  const size_t with_three = stored.store()->octets();
  std::string types;
  for (int i = 0; i < 256; ++i) types += " TYPE" + std::to_string(256 * i + 255);
  stored.Add("o.example. NSEC p.example. A RRSIG NSEC" + types, "");
  EXPECT_EQ(stored.store()->octets(), with_three) << "8 KiB of type bits";
}

TEST(DenialStoreTest, IsBoundedAndKeepsWhatIsOfUse) {
  constexpr size_t kLimit = 100'000;
  Stored stored(kLimit);
  stored.Add("example. NSEC b.example. NS SOA RRSIG NSEC DNSKEY");
  const auto name = [](int i) { return "n" + std::to_string(1000 + i) + ".example."; };
  for (int i = 0; i < 800; ++i) {
    stored.Add(name(i) + " NSEC " + name(i + 1) + " A RRSIG NSEC", "");
    EXPECT_LE(stored.store()->octets(), kLimit);
    EXPECT_EQ(stored.Ask("example.", RRType::kCAA), "nodata secure");
  }
  EXPECT_GT(stored.store()->octets(), kLimit / 4);
  EXPECT_EQ(stored.Ask(name(799).c_str(), RRType::kCAA), "nodata secure");
}

}  // namespace
}  // namespace caascan::dnssec
