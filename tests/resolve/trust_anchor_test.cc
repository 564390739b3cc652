#include "scanner/resolve/trust_anchor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scan/temp_file.h"

namespace caascan::resolve {
namespace {

using testing::HasSubstr;

constexpr const char* kDs =
    ". IN DS 20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d\n";

TEST(TrustAnchorTest, ReadsDsAndDnskeyRecords) {
  const scan::TempFile file(std::string("; the root's\n$TTL 60\n") + kDs +
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
  const scan::TempFile file(GetParam().content);
  const auto anchors = ReadTrustAnchors(file.path());
  ASSERT_FALSE(anchors.ok());
  EXPECT_THAT(anchors.status().ToString(), HasSubstr(GetParam().message));
  EXPECT_THAT(anchors.status().ToString(), HasSubstr("trust anchor " + std::string(file.path())));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BadTrustAnchorTest,
    testing::Values(Row{"Empty", "", "no DS or DNSKEY record of the root"},
                    Row{"OfAnotherZone", "example.test. IN DS 1 8 2 e06d44b8\n",
                        "no DS or DNSKEY record of the root"},
                    Row{"AnotherType", std::string(kDs) + ". IN NS a.example.\n",
                        "neither DS nor DNSKEY"},
                    Row{"NoRecord", std::string(kDs) + ". IN DS 1 8 2 xyz\n", "line 2"}),
    [](const auto& row) { return row.param.name; });

TEST(TrustAnchorTest, AFileThatIsNotThereIsAnError) {
  EXPECT_THAT(ReadTrustAnchors("/nowhere/root.key").status().ToString(),
              HasSubstr("trust anchor /nowhere/root.key: No such file"));
}

}  // namespace
}  // namespace caascan::resolve
