#include "scanner/zonefile/zone_digest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/io/line_reader.h"
#include "scanner/zonefile/zone_line.h"

namespace caascan::zonefile {
namespace {

using Verdict = ZoneDigest::Verdict;

Verdict Compare(std::string_view zone, size_t memory = io::RecordSorter::kMemory) {
  ZonePlan plan;
  plan.digest = std::make_unique<ZoneDigest>("", memory);
  ZoneLines lines(std::move(plan));
  while (!zone.empty()) (void)lines.Add(io::TakeLine(&zone), 1);
  while (lines.End() != ZoneLines::Verdict::kNothing) {
  }
  return lines.CompareDigest();
}

std::string Replaced(std::string text, std::string_view old, std::string_view with) {
  const size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return at == std::string::npos ? text : text.replace(at, old.size(), with);
}

// RFC 8976, Appendix A.1.
const std::string kSimple =
    "$ORIGIN .\n"
    "example. 86400 IN SOA ns1.example. admin.example. 2018031900 1800 900 604800 86400\n"
    "         86400 IN NS ns1.example.\n"
    "         86400 IN NS ns2.example.\n"
    "         86400 IN ZONEMD 2018031900 1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3\n"
    "ns1.example. 3600 IN A 203.0.113.63\n"
    "ns2.example. 3600 IN AAAA 2001:db8::63\n";

std::string Simple() {
  return Replaced(kSimple, "c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3",
                  "c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3 "
                  "a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c");
}

// RFC 8976, Appendix A.2.
const std::string kComplex = R"($ORIGIN example.
@             86400  IN  SOA     ns1 admin 2018031900 (
                                 1800 900 604800 86400 )
              86400  IN  NS      ns1
              86400  IN  NS      ns2
              86400  IN  ZONEMD  2018031900 1 1 (
                                 a3b69bad980a3504
                                 e1cffcb0fd6397f9
                                 3848071c93151f55
                                 2ae2f6b1711d4bd2
                                 d8b39808226d7b9d
                                 b71e34b72077f8fe )
ns1           3600   IN  A       203.0.113.63
NS2           3600   IN  AAAA    2001:db8::63
occluded.sub  7200   IN  TXT     "I'm occluded but must be digested"
sub           7200   IN  NS      ns1
duplicate     300    IN  TXT     "I must be digested just once"
duplicate     300    IN  TXT     "I must be digested just once"
foo.test.     555    IN  TXT     "out-of-zone data must be excluded"
UPPERCASE     3600   IN  TXT     "canonicalize uppercase owner names"
*             777    IN  PTR     dont-forget-about-wildcards
mail          3600   IN  MX      20 MAIL1
mail          3600   IN  MX      10 Mail2.Example.
sortme        3600   IN  AAAA    2001:db8::5:61
sortme        3600   IN  AAAA    2001:db8::3:62
sortme        3600   IN  AAAA    2001:db8::4:63
sortme        3600   IN  AAAA    2001:db8::1:65
sortme        3600   IN  AAAA    2001:db8::2:64
non-apex      900    IN  ZONEMD  2018031900 1 1 (
                                 616c6c6f77656420
                                 6275742069676e6f
                                 7265642e20616c6c
                                 6f77656420627574
                                 2069676e6f726564
                                 2e20616c6c6f7765 )
)";

TEST(ZoneDigestTest, ExamplesOfTheRfc) {
  EXPECT_EQ(Compare(Simple()), Verdict::kFits);
  EXPECT_EQ(Compare(kComplex), Verdict::kFits);
  EXPECT_EQ(Compare(kComplex, 4096), Verdict::kFits) << "on disk";
}

TEST(ZoneDigestTest, WhatFits) {
  const std::string simple = Simple();
  struct Row {
    const char* what;
    std::string zone;
    Verdict verdict;
  };
  const std::string zonemd = "example. 86400 IN ZONEMD 2018031900 ";
  const std::string other_digest(96, '0');
  const Row rows[] = {
      {"another address", Replaced(simple, "203.0.113.63", "203.0.113.64"), Verdict::kDiffers},
      {"another TTL", Replaced(simple, "3600 IN A ", "3601 IN A "), Verdict::kDiffers},
      {"a record more", simple + "x.example. 60 IN NS a.\n", Verdict::kDiffers},
      {"a record of another zone more", simple + "x.test. 60 IN NS a.\n", Verdict::kFits},
      {"the SOA again, as a transfer ends",
       simple + "example. 86400 IN SOA NS1.example. ADMIN.example. 2018031900 1800 900 604800 "
                "86400\n",
       Verdict::kFits},
      {"signatures of the ZONEMD record",
       simple + "example. 86400 IN RRSIG ZONEMD 8 1 86400 20261201000000 20261101000000 5 example. "
                "AwEAAb8=\n",
       Verdict::kFits},
      {"signatures of others",
       simple + "example. 86400 IN RRSIG SOA 8 1 86400 20261201000000 20261101000000 5 example. "
                "AwEAAb8=\n",
       Verdict::kDiffers},
      {"the class in front of the TTL",
       Replaced(simple, "ns1.example. 3600 IN A ", "ns1.example. IN 3600 A "), Verdict::kFits},
      {"a TTL by $TTL",
       "$TTL 3600\n" + Replaced(simple, "ns1.example. 3600 IN A ", "ns1.example. IN A "),
       Verdict::kFits},
      {"a TTL that is not known", Replaced(simple, "ns1.example. 3600 IN A ", "ns1.example. IN A "),
       Verdict::kUnknown},
      {"a line that is no record", simple + "broken\n", Verdict::kUnknown},
      {"another class", simple + "x.example. 60 CH TXT a\n", Verdict::kUnknown},
      {"another serial number", Replaced(simple, "admin.example. 2018031900", "admin.example. 1"),
       Verdict::kDiffers},
      {"an unknown scheme", Replaced(simple, "2018031900 1 1", "2018031900 240 1"),
       Verdict::kNothing},
      {"an unknown digest", Replaced(simple, "2018031900 1 1", "2018031900 1 240"),
       Verdict::kNothing},
      {"an unknown one beside it", simple + zonemd + "1 240 " + other_digest + "\n",
       Verdict::kFits},
      {"one more of the same digest", simple + zonemd + "1 1 " + other_digest + "\n",
       Verdict::kDiffers},
      {"the same again", simple + Simple(), Verdict::kFits},
      {"SHA-512 beside it, which differs",
       simple + zonemd + "1 2 " + other_digest + std::string(32, '0') + "\n", Verdict::kFits},
      {"no ZONEMD", Replaced(simple, "IN ZONEMD", "IN TYPE65280 \\# no\nx. 1 IN ZONEMD"),
       Verdict::kNothing},
      {"no SOA", Replaced(simple, "IN SOA", "IN HINFO"), Verdict::kNothing},
      {"nothing", "", Verdict::kNothing},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Compare(row.zone), row.verdict) << row.what;
  }
}

TEST(ZoneDigestTest, Sha512) {
  // RFC 8976, Appendix A.3, has both digests.
  const std::string zone =
      "example. 86400 IN SOA ns1.example. admin.example. 2018031900 1800 900 604800 86400\n"
      "example. 86400 IN NS ns1.example.\n"
      "example. 86400 IN NS ns2.example.\n"
      "ns1.example. 3600 IN A 203.0.113.63\n"
      "ns2.example. 86400 IN TXT \"This example has multiple digests\"\n"
      "NS2.EXAMPLE. 3600 IN AAAA 2001:db8::63\n";
  const std::string sha512 =
      "example. 86400 IN ZONEMD 2018031900 1 2 08cfa1115c7b948c4163a901270395ea226a930cd2cbcf2fa9a5"
      "e6eb85f37c8a4e114d884e66f176eab121cb02db7d652e0cc4827e7a3204f166b47e5613fd27\n";
  EXPECT_EQ(Compare(zone + sha512), Verdict::kFits);
  EXPECT_EQ(Compare(zone + Replaced(sha512, "08cf", "18cf")), Verdict::kDiffers);
}

TEST(ZoneDigestTest, AnyOrder) {
  std::vector<std::string> lines;
  std::string_view rest = std::string_view(kComplex).substr(kComplex.find("sub   "));
  const std::string front = kComplex.substr(0, kComplex.find("sub   "));
  const std::string back = kComplex.substr(kComplex.find("non-apex"));
  rest.remove_suffix(back.size());
  while (!rest.empty()) lines.push_back(std::string(io::TakeLine(&rest)) + "\n");
  std::mt19937 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same at each run.
  for (int round = 0; round < 10; ++round) {
    std::shuffle(lines.begin(), lines.end(), random);
    std::string zone = front;
    for (const std::string& line : lines) zone += line;
    EXPECT_EQ(Compare(zone + back), Verdict::kFits);
  }
}

}  // namespace
}  // namespace caascan::zonefile
