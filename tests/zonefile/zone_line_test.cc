#include "scanner/zonefile/zone_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/io/line_reader.h"
#include "tests/zonefile/delegations_text.h"

namespace caascan::zonefile {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> Delegations(std::string_view zone, ZonePlan plan = {}) {
  ZoneLines lines(std::move(plan));
  std::vector<std::string> shown;
  uint64_t number = 0;
  const auto take = [&](ZoneLines::Verdict verdict) {
    if (verdict == ZoneLines::Verdict::kDelegation) {
      const auto delegation = lines.TakeDelegation();
      shown.push_back(delegation ? DelegationText(lines.owner(), *delegation) : lines.owner());
    } else if (verdict == ZoneLines::Verdict::kInvalid) {
      shown.push_back("!" + lines.invalid().text);
    } else if (verdict == ZoneLines::Verdict::kRefused) {
      shown.emplace_back("refused");
    }
    return verdict != ZoneLines::Verdict::kNothing;
  };
  while (!zone.empty()) {
    const size_t end = std::min(zone.find('\n'), zone.size());
    take(lines.Add(zone.substr(0, end), ++number));
    zone.remove_prefix(std::min(end + 1, zone.size()));
  }
  while (take(lines.End())) {
  }
  return shown;
}

ZonePlan Sorted() {
  ZonePlan plan;
  plan.sorter = std::make_unique<ZoneSorter>();
  return plan;
}

constexpr std::string_view kSoa = "com.\t900\tin\tsoa\ta.nic.com. b.nic.com. 1 2 3 4 5\n";

TEST(ZoneLineTest, TtlWithItsTopBitSetCountsAsZero) {  // RFC 2181 §8.
  EXPECT_THAT(
      Delegations(std::string(kSoa) + "a.com. 2147483648 in ns ns.other.net.\n"
                                      "b.com. 4294967295 in ns ns.other.net. ; as ldns reads it\n"
                                      "c.com. 2147483647 in ns ns.other.net.\n"),
      ElementsAre("a.com: ns.other.net 0", "b.com: ns.other.net 0",
                  "c.com: ns.other.net 2147483647"));
}

TEST(ZoneLineTest, CzdsFile) {
  EXPECT_THAT(
      Delegations(std::string(kSoa) +
                  "com.\t172800\tin\tns\ta.nic.com.\n"
                  "com.\t86400\tin\tdnskey\t257 3 8 AwEAAb8=\n"
                  "A.com.\t172800\tin\tns\tNS1.a.com.\n"
                  "a.com.\t172800\tin\tns\tns.other.net.\n"
                  "a.com.\t86400\tin\tds\t1 8 2 " +
                  std::string(64, 'A') +
                  "\n"
                  "a.com.\t86400\tin\trrsig\tds 8 2 86400 20261201 20261101 5 com. AwEAAb8=\n"
                  "ns1.a.com.\t172800\tin\ta\t192.0.2.1\n"
                  "ns1.a.com.\t172800\tin\taaaa\t2001:db8::1\n"
                  "b.com.\t100\tin\tns\tns1.a.com.\n"
                  "0p9.com.\t86400\tin\tnsec3\t1 1 0 - 0P9 NS SOA\n"),
      ElementsAre("a.com: ns1.a.com=192.0.2.1=2001:db8::1 ns.other.net 172800 ds:36",
                  "b.com: ns1.a.com 100"));
}

TEST(ZoneLineTest, FormsOfLines) {
  struct Row {
    const char* what;
    std::string zone;
    std::vector<std::string> delegations;
  };
  const Row rows[] = {
      {"$ORIGIN, $TTL, relative names (RFC 1035 §5.1, RFC 2308 §4)",
       "$ORIGIN com.\n$TTL 1h\n@ SOA a b 1 2 3 4 5\n@ NS a\nx NS ns.x\nns.x A 192.0.2.1\n",
       {"x.com: ns.x.com=192.0.2.1 3600"}},
      {"a relative $ORIGIN",
       "$ORIGIN com.\n$ORIGIN sub\nx 60 IN NS y\n",
       {"x.sub.com: y.sub.com 60"}},
      {"the owner left out",
       "x.com. 60 IN NS a.net.\n\t60 IN NS b.net.\n  NS c.net.\n",
       {"x.com: a.net b.net c.net 60"}},
      {"class in front of the TTL", "x.com. IN 60 NS a.net.\n", {"x.com: a.net 60"}},
      {"comments", "; all\nx.com. 60 IN NS a.net. ; one\n\n   ; two\n", {"x.com: a.net 60"}},
      {"parentheses",
       "com. 60 IN SOA a. b. (\n 1 ; serial\n 2 3 4 5 )\ncom. 60 IN NS a.\nx.com. 60 IN NS ( "
       "a.net. "
       ")\n",
       {"x.com: a.net 60"}},
      {"quoted semicolons and parentheses",
       "t.com. 60 IN TXT \"; (\" \"\\\" )\"\nx.com. 60 IN NS a.\n",
       {"x.com: a 60"}},
      {"escapes", "x\\046y.com. 60 IN NS a.net.\n", {"x\\.y.com: a.net 60"}},
      {"DS in front of NS",
       "x.com. 60 IN DS 1 8 1 " + std::string(40, '0') + "\nx.com. 60 IN NS a.\n",
       {"x.com: a 60 ds:24"}},
      {"a DS alone is no delegation", "x.com. 60 IN DS 1 8 1 " + std::string(40, '0') + "\n", {}},
      {"repeated",
       "x.com. 60 IN NS a.\nx.com. 60 IN NS a.\nX.COM. 50 IN NS b.\n",
       {"x.com: a b 50"}},
      {"repeated with glue in between",
       "x.com. 60 IN NS a.x.com.\na.x.com. 60 IN A 192.0.2.1\nx.com. 50 IN NS b.\n",
       {"x.com: a.x.com=192.0.2.1 b 50"}},
      {"other owners' addresses",
       "x.com. 60 IN NS a.x.com.\nb.x.com. 60 IN A 192.0.2.1\n",
       {"x.com: a.x.com 60"}},
      {"glue from outside the zone is not believed",
       std::string(kSoa) + "x.com. 60 IN NS a.net.\na.net. 60 IN A 192.0.2.1\n",
       {"x.com: a.net 60"}},
      {"other types are not looked into",
       "$ORIGIN com.\nx IN IPSECKEY Y 257 3 8\nx HINFO\nx RESINFO q\nx ALIAS y.\nx 60 IN TYPE65280 "
       "\\# no\n"
       "x IN 60 CAA 0 issue\nx 60 IN NS a.net.\n\tURI 1\n\tNS b.net.\n",
       {"x.com: a.net b.net 60"}},
      {"types by number", "x.com. 60 IN TYPE2 \\# 7 01 61 03 6e 65 74 00\n", {"x.com: a.net 60"}},
      {"carriage returns", "x.com. 60 IN NS a.net.\r\n", {"x.com: a.net 60"}},
      {"the root's own NS", ". 60 IN NS a.\ncom. 60 IN NS a.\n", {"com: a 60"}},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(Delegations(row.zone), testing::ElementsAreArray(row.delegations)) << row.what;
    if (std::string_view(row.what) == "the owner left out") continue;  // The order differs.
    EXPECT_THAT(Delegations(row.zone, Sorted()), testing::ElementsAreArray(row.delegations))
        << row.what << ", sorted";
  }
}

TEST(ZoneLineTest, AnInvalidRecordHasItsFirstLineAndAReason) {
  struct Row {
    std::string zone;
    uint64_t line;
    std::string_view why;
  };
  const Row rows[] = {
      {"x.com. 60 IN NS a.\nx.com.\n", 2, "not a record: it has no known type"},
      {"\nx IN NSX a.\n", 2, "not a record: it has no known type"},
      {"x.com. 60 IN TXT \"open\n", 1, "quote that stays open"},
      {"x.com. 60 IN NS a. )\n", 1, "parenthesis that was not opened"},
      {"x.com. 60 IN NS a.\nx.com. 60 IN NS (\n;\n a. ; one\n", 2, "parenthesis that stays open"},
      {"com. 60 IN SOA ( a\n b. \n1\n ) \"\n", 1, "quote that stays open"},
      {"$TTL soon\n", 1, "$TTL without a time"},
      {"$ORIGIN a..b.\n", 1, "$ORIGIN without a domain name"},
      {"$DATE 1\n", 1, "directive that zone files do not know"},
      {"x.com. 60 IN A 1.2.3\n", 1, "Syntax error, could not parse the RR's rdata"},
  };
  for (const Row& row : rows) {
    ZoneLines lines;
    uint64_t number = 0;
    bool found = false;
    std::string_view rest = row.zone;
    while (!rest.empty() && !found) {
      found = lines.Add(io::TakeLine(&rest), ++number) == ZoneLines::Verdict::kInvalid;
    }
    EXPECT_TRUE(found || lines.End() == ZoneLines::Verdict::kInvalid) << row.zone;
    EXPECT_EQ(lines.invalid().line, row.line) << row.zone;
    EXPECT_EQ(lines.invalid().why, row.why) << row.zone;
  }
}

TEST(ZoneLineTest, DirectivesThatStandForRecordsAreRefused) {
  for (const std::string line :
       {"$INCLUDE other", "$include other sub ; comment", "$GENERATE 1-9 a$ A 192.0.2.$"}) {
    EXPECT_THAT(Delegations("x.com. 60 IN NS a.\n" + line + "\n"),
                ElementsAre("refused", "x.com: a 60"))
        << line;
  }
}

TEST(ZoneLineTest, Owners) {
  struct Row {
    const char* what;
    std::string zone;
    std::vector<std::string> names;
  };
  const std::string soa = "$ORIGIN x.com.\n$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns\n@ NS ns.sub\n";
  const Row rows[] = {
      {"each once, the apex first, in their order",
       soa + "www A 192.0.2.1\nb A 192.0.2.1\nWWW.X.com. 60 IN TXT \"a\"\n CAA 0 issue \";\"\nns A "
             "192.0.2.2\n",
       {"x.com", "b.x.com", "ns.x.com", "www.x.com"}},
      {"every type makes an owner",
       soa + "a HINFO a b\nb.x.com. 60 IN URI 1 1 \"x\"\nc RESINFO q\nd TYPE65280 \\# 0\ne DS 1 8 "
             "1 00\n",
       {"x.com", "a.x.com", "b.x.com", "c.x.com", "d.x.com", "e.x.com"}},
      {"hashes are no names",
       soa + "0p9.x.com. 60 IN NSEC3 1 1 0 - 0p9\n0p9.x.com. 60 IN RRSIG NSEC3 8 2 60 1 1 1 x.com. "
             "AA==\n0p9 RRSIG "
             "NSEC3 8 2 60 1 1 1 x.com. AA==\n",
       {"x.com"}},
      {"a delegation has its servers, and nothing below it comes",
       soa + "sub NS ns.sub\nns.sub A 192.0.2.1\na.sub TXT \"a\"\nb.sub NS n.\nsuc A 192.0.2.1\n",
       {"x.com", "sub.x.com: ns.sub.x.com=192.0.2.1 60", "suc.x.com"}},
      {"what is outside the zone", soa + "y.com. A 192.0.2.1\nx.net. NS n.\n", {"x.com"}},
      {"wildcards and underscores",
       soa + "* A 192.0.2.1\n_sip._tcp SRV 1 1 1 a\n",
       {"x.com", "*.x.com", "_sip._tcp.x.com"}},
      {"without an SOA nothing is known to be outside or below",
       "x.com. NS n.\nwww.x.com. A 192.0.2.1\nx.net. A 192.0.2.1\n",
       {"x.com: n 3600", "www.x.com", "x.net"}},
      {"the root is none",
       ". 60 IN SOA a. b. 1 2 3 4 5\n. 60 IN NS a.\ncom. 60 IN NS a.\n",
       {"com: a 60"}},
      {"an owner that is none",
       soa + "a..b HINFO a b\na..b.x.com. 60 IN MX 1 a\n",
       {"!a..b HINFO a b", "!a..b.x.com. 60 IN MX 1 a", "x.com"}},
  };
  for (const Row& row : rows) {
    ZonePlan plan = Sorted();
    plan.owners = true;
    EXPECT_THAT(Delegations(row.zone, std::move(plan)), testing::ElementsAreArray(row.names))
        << row.what;
  }
}

TEST(ZoneLineTest, TheApexIsNoDelegationWhereverItsSoaStands) {
  const std::string apex =
      "com. 60 IN NS a.nic.com.\ncom. 60 IN DS 1 8 1 " + std::string(40, '0') + "\n";
  const std::string before = "a.com. 60 IN NS a.\n";
  const std::string behind = "x.com. 60 IN NS a.\n";
  const std::string soa(kSoa);
  for (const std::string& zone : {soa + apex + before + behind, before + apex + soa + behind,
                                  before + apex + behind + soa, apex + before + behind + soa}) {
    EXPECT_THAT(Delegations(zone, Sorted()), ElementsAre("a.com: a 60", "x.com: a 60")) << zone;
    dns::Name com;
    ASSERT_EQ(dns::Name::FromText("com", &com), dns::NameError::kNone);
    ZonePlan plan;
    plan.apex = com;
    EXPECT_THAT(Delegations(zone, std::move(plan)), ElementsAre("a.com: a 60", "x.com: a 60"))
        << zone;
  }
  EXPECT_THAT(Delegations(before + apex + soa + behind), ElementsAre("a.com: a 60", "x.com: a 60"));
}

TEST(ZoneLineTest, GlueOutOfATable) {
  const auto glue = [] {
    auto table = std::make_unique<GlueTable>();
    dns::Name host;
    for (const auto& [name, last] :
         std::vector<std::pair<std::string, uint8_t>>{{"ns.b.com", 1}, {"ns.net", 2}}) {
      EXPECT_EQ(dns::Name::FromText(name, &host), dns::NameError::kNone);
      EXPECT_TRUE(table->Add(host, std::vector<uint8_t>{192, 0, 2, last}));
    }
    table->Finish();
    ZonePlan plan;
    plan.glue = std::move(table);
    return plan;
  };
  const std::string zone =
      "a.com. 60 IN NS ns.b.com.\na.com. 60 IN NS ns.net.\nb.com. 60 IN NS NS.b.com.\n"
      "ns.b.com. 60 IN A 192.0.2.1\nns.b.com. 60 IN A 192.0.2.3\n";
  EXPECT_THAT(
      Delegations(std::string(kSoa) + zone, glue()),
      ElementsAre("a.com: ns.b.com=192.0.2.1 ns.net 60", "b.com: ns.b.com=192.0.2.1=192.0.2.3 60"));
}

TEST(ZoneLineTest, ClosingSoa) {
  struct Row {
    const char* what;
    std::string zone;
    bool lacks;
  };
  const std::string soa(kSoa);
  const std::string records = "com. 60 IN NS a.\nx.com. 60 IN NS a.\n";
  const std::string dig = "\n; <<>> DiG 9.18.28 <<>> @192.0.2.1 com. axfr\n; (1 server found)\n";
  const std::string one = "; <<>> DiG 9.18.28 <<>> +onesoa axfr com.\n";
  const std::string failed = "; Transfer failed.\n";
  const Row rows[] = {
      {"one in front", soa + records, false},
      {"none", records, false},
      {"front and end", soa + records + soa, false},
      {"two in front", soa + soa + records, true},
      {"two in front, one at the end", soa + soa + records + soa, false},
      {"nothing but them", soa + soa, false},
      {"two in front, not in one line", soa + "@ IN SOA a. b. (\n1 2 3 4 5 )\n" + records, true},
      {"dig", dig + soa + records + soa + ";; Query time: 1 msec\n", false},
      {"dig, cut", dig + soa + records, true},
      {"dig +onesoa", one + soa + records, false},
      {"dig, failed", dig + soa + records + failed, true},
      {"dig +onesoa, failed", one + soa + records + failed, true},
      {"another query of dig's", "; <<>> DiG 9.18.28 <<>> com. ns\n" + records, false},
      {"a line behind it", dig + soa + records + soa + "broken\n", true},
  };
  for (const Row& row : rows) {
    ZoneLines lines;
    std::string_view rest = row.zone;
    while (!rest.empty()) (void)lines.Add(io::TakeLine(&rest), 1);
    EXPECT_EQ(lines.lacks_closing_soa(), row.lacks) << row.what;
  }
}

TEST(ZoneLineTest, WhatCannotBeReadIsHandedOut) {
  for (const std::string line :
       {"x.com. 60 IN NS", "x.com. 60 IN NS a..b.", "x.com. 60 IN A 1.2.3", "x.com.", "x.com. 60",
        "$DATE 1", "$ORIGIN", "$ORIGIN a..b.", "$TTL", "$TTL soon", "x.com. 60 IN TXT \"open",
        "x.com. 60 IN NS a. )", "x IN NSX a.", "x.com. 60 IN NS a. b.",
        "x.com. 60 IN DS 1 8 1 xyz"}) {
    std::vector<std::string> shown = Delegations(line);
    ASSERT_EQ(shown.size(), 1u) << line;
    EXPECT_EQ(shown[0].front(), '!') << line << " gave " << shown[0];
    shown = Delegations("a.com. 1 IN NS a.\n" + line + "\nb.com. 1 IN NS a.\n");
    EXPECT_EQ(shown.size(), 3u) << line;
  }
  EXPECT_THAT(Delegations("a.com. 60 IN SOA ( a\nb\n"), ElementsAre("!a.com. 60 IN SOA   a b"));
  EXPECT_THAT(Delegations(""), IsEmpty());
}

TEST(ZoneLineTest, OneDelegationIsBounded) {
  std::string zone;
  for (int i = 0; i < 100; ++i) zone += "x.com. 60 IN NS n" + std::to_string(i) + ".x.com.\n";
  for (int i = 0; i < 100; ++i) zone += "n0.x.com. 60 IN A 192.0.2." + std::to_string(i) + "\n";
  const std::vector<std::string> shown = Delegations(zone);
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(std::count(shown[0].begin(), shown[0].end(), '='), 32);
  EXPECT_EQ(std::count(shown[0].begin(), shown[0].end(), ' '), 17);
  std::string endless = "x.com. 60 IN TXT (\n";
  for (int i = 0; i < 3000; ++i) endless += std::string(100, 'x') + "\n";
  EXPECT_GT(Delegations(endless).size(), 1u) << "joined without bound";
}

/// Any byte may stand anywhere.
TEST(ZoneLineTest, EveryFlippedByteAndEveryLength) {
  const std::string line = "x\\046y.com. 60 IN NS ( a.net. ; c\n ) \n\t60 IN DS 1 8 1 00 \"q\"";
  for (size_t i = 0; i < line.size(); ++i) {
    (void)Delegations(line.substr(0, i));
    for (const int flip : {0x01, 0x20, 0x80, 0xFF}) {
      std::string other = line;
      other[i] = static_cast<char>(other[i] ^ flip);
      (void)Delegations(other);
      (void)Delegations(other, Sorted());
      ZonePlan owners = Sorted();
      owners.owners = true;
      (void)Delegations(other, std::move(owners));
    }
    std::string nul = line;
    nul[i] = '\0';
    (void)Delegations(nul);
    (void)Delegations(nul, Sorted());
  }
}

}  // namespace
}  // namespace caascan::zonefile
