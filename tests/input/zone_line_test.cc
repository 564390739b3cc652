#include "scanner/input/zone_line.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace caascan::input {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string AddressText(std::span<const uint8_t> octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(octets.size() == dns::Delegation::kIpv4Octets ? AF_INET : AF_INET6, octets.data(),
            text.data(), text.size());
  return text.data();
}

/// "owner: host[=address…]… TTL [ds:octets…]".
std::string Show(const std::string& owner, const dns::Delegation& delegation) {
  std::string shown = owner + ":";
  const auto* octets = reinterpret_cast<const uint8_t*>(delegation.hosts.data());
  size_t at = 0;
  for (size_t server = 0; at < delegation.hosts.size(); ++server) {
    size_t size = 0;
    while (octets[at + size] != 0) size += 1u + octets[at + size];
    ++size;  // The root's zero octet.
    const dns::NameView host = dns::NameView::FromTrusted(octets + at, size);
    shown += " " + host.ToText();
    for (const auto& glue : delegation.glue) {
      if (glue.server == server) shown += "=" + AddressText(glue.octets());
    }
    at += size;
  }
  shown += " " + std::to_string(delegation.ttl_s);
  for (const std::string& ds : delegation.ds) shown += " ds:" + std::to_string(ds.size());
  return shown;
}

std::vector<std::string> Delegations(std::string_view zone) {
  ZoneLines lines;
  std::vector<std::string> shown;
  const auto take = [&](ZoneLines::Verdict verdict) {
    if (verdict == ZoneLines::Verdict::kDelegation) {
      shown.push_back(Show(lines.owner(), *lines.TakeDelegation()));
    } else if (verdict == ZoneLines::Verdict::kInvalid) {
      shown.push_back("!" + lines.invalid_text());
    }
    return verdict != ZoneLines::Verdict::kNothing;
  };
  while (!zone.empty()) {
    const size_t end = std::min(zone.find('\n'), zone.size());
    take(lines.Add(zone.substr(0, end)));
    zone.remove_prefix(std::min(end + 1, zone.size()));
  }
  while (take(lines.End())) {
  }
  return shown;
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
       "$ORIGIN com.\nx IN IPSECKEY Y 257 3 8\nx HINFO\nx 60 IN TYPE65280 \\# no\n"
       "x IN 60 CAA 0 issue\nx 60 IN NS a.net.\n\tURI 1\n\tNS b.net.\n",
       {"x.com: a.net b.net 60"}},
      {"types by number", "x.com. 60 IN TYPE2 \\# 7 01 61 03 6e 65 74 00\n", {"x.com: a.net 60"}},
      {"carriage returns", "x.com. 60 IN NS a.net.\r\n", {"x.com: a.net 60"}},
      {"the root's own NS", ". 60 IN NS a.\ncom. 60 IN NS a.\n", {"com: a 60"}},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(Delegations(row.zone), testing::ElementsAreArray(row.delegations)) << row.what;
  }
}

TEST(ZoneLineTest, WhatCannotBeReadIsHandedOut) {
  for (const std::string line :
       {"x.com. 60 IN NS", "x.com. 60 IN NS a..b.", "x.com. 60 IN A 1.2.3", "x.com.", "x.com. 60",
        "$INCLUDE other", "$ORIGIN a..b.", "$TTL soon", "x.com. 60 IN TXT \"open",
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
    }
    std::string nul = line;
    nul[i] = '\0';
    (void)Delegations(nul);
  }
}

}  // namespace
}  // namespace caascan::input
