#include "scanner/zones/trust_anchor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/temp_file.h"

namespace caascan::zones {
namespace {

using testing::HasSubstr;

constexpr const char* kDs =
    ". IN DS 20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d\n";

TEST(TrustAnchorTest, ReadsDsAndDnskeyRecords) {
  const io::TempFile file(std::string("; the root's\n$TTL 60\n") + kDs +
                          "example.test. IN DNSKEY 257 3 13 AAECAwQFBgc=\n");
  const auto anchors = ReadTrustAnchors(file.path());
  ASSERT_TRUE(anchors.ok()) << anchors.status();
  ASSERT_EQ(anchors->size(), 2u);
  EXPECT_TRUE((*anchors)[0].owner.view().is_root());
  EXPECT_EQ((*anchors)[0].type, dns::RRType::kDS);
  EXPECT_EQ((*anchors)[0].rdata.substr(0, 4), std::string("\x4f\x66\x08\x02", 4));
  EXPECT_EQ((*anchors)[0].rdata.size(), 36u);
  EXPECT_EQ((*anchors)[1].owner.view().ToText(), "example.test");
  EXPECT_EQ((*anchors)[1].rdata,
            std::string("\x01\x01\x03\x0d\x00\x01\x02\x03\x04\x05\x06\x07", 12));
}

struct Row {
  const char* name;
  std::string content;
  const char* message;
};

class BadTrustAnchorTest : public testing::TestWithParam<Row> {};

TEST_P(BadTrustAnchorTest, SaysWhatIsWrong) {
  const io::TempFile file(GetParam().content);
  const auto anchors = ReadTrustAnchors(file.path());
  ASSERT_FALSE(anchors.ok());
  EXPECT_THAT(anchors.status().ToString(), HasSubstr(GetParam().message));
  EXPECT_THAT(anchors.status().ToString(), HasSubstr("trust anchor " + std::string(file.path())));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BadTrustAnchorTest,
    testing::Values(
        Row{"Empty", "", "no DS or DNSKEY record of the root"},
        Row{"OfAnotherZone", "example.test. IN DS 1 8 2 e06d44b8\n",
            "no DS or DNSKEY record of the root"},
        Row{"AnotherType", std::string(kDs) + ". IN NS a.example.\n", "neither DS nor DNSKEY"},
        Row{"ABrokenOneOfAnotherType",  // ldns would leak what it has read of it.
            std::string(kDs) + "2\337 IN IPSECKEY Y 257 3 8 257 3 8\n",
            "line 2: a record that is neither DS nor DNSKEY"},
        Row{"ABrokenOneWithADollar", std::string(kDs) + "$x IN IPSECKEY Y 257 3 8 257 3 8\n",
            "line 2: a record that is neither DS nor DNSKEY"},
        Row{"ABrokenOneBehindAQuotedBlank", std::string(kDs) + "a \"1\rDS\" IPSECKEY Y 257 3 8\n",
            "line 2"},
        Row{"NoRecord", std::string(kDs) + ". IN DS 1 8 2 xyz\n", "line 2"}),
    [](const auto& row) { return row.param.name; });

TEST(TrustAnchorTest, TheBuiltInOnesAreIanasRootKeys) {
  const io::TempFile file(
      ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"
      ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16\n");
  const auto published = ReadTrustAnchors(file.path());
  ASSERT_TRUE(published.ok()) << published.status();
  const std::vector<TrustAnchor> built_in = BuiltInTrustAnchors();
  ASSERT_EQ(built_in.size(), published->size());
  for (size_t i = 0; i < built_in.size(); ++i) {
    EXPECT_EQ(built_in[i].rdata, (*published)[i].rdata);
    EXPECT_EQ(built_in[i].type, dns::RRType::kDS);
    EXPECT_TRUE(built_in[i].owner.view().is_root());
  }
}

TEST(TrustAnchorTest, AFileThatIsNotThereIsAnError) {
  EXPECT_THAT(ReadTrustAnchors("/nowhere/root.key").status().ToString(),
              HasSubstr("trust anchor /nowhere/root.key: No such file"));
}

}  // namespace
}  // namespace caascan::zones
