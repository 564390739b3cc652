#include "scanner/vantage/server_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/io/temp_file.h"

namespace caascan::vantage {
namespace {

using pacing::AgreedLimit;
using testing::HasSubstr;

std::optional<AgreedLimit> OfAddress(const ServerLimits& limits, const std::string& text) {
  return limits.ForAddress(async::Address::FromText(text, 53).value());
}

std::optional<AgreedLimit> OfHost(const ServerLimits& limits, const std::string& text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone);
  return limits.ForHost(name);
}

TEST(ServerLimitsTest, EachKindOfEntry) {
  const io::TempFile file(
      "# agreed in November\n192.0.2.1 500\n\n192.0.2.0/24\t50 8  # the rest\n2001:db8::/32 0\n"
      "DNS.example 1000 200\nslow.dns.example 5\n");
  const auto limits = ServerLimits::Read(file.path());
  ASSERT_TRUE(limits.ok()) << limits.status();
  EXPECT_EQ(OfAddress(**limits, "192.0.2.1"), (AgreedLimit{500, std::nullopt}));
  EXPECT_EQ(OfAddress(**limits, "192.0.2.2"), (AgreedLimit{50, 8}));
  EXPECT_EQ(OfAddress(**limits, "2001:db8::1"), (AgreedLimit{0, std::nullopt}));
  EXPECT_EQ(OfAddress(**limits, "198.51.100.1"), std::nullopt);
  EXPECT_EQ(OfHost(**limits, "ns1.dns.EXAMPLE"), (AgreedLimit{1000, 200}));
  EXPECT_EQ(OfHost(**limits, "dns.example"), (AgreedLimit{1000, 200}));
  EXPECT_EQ(OfHost(**limits, "a.slow.dns.example"), (AgreedLimit{5, std::nullopt}));
  EXPECT_EQ(OfHost(**limits, "otherdns.example"), std::nullopt);
  EXPECT_TRUE((*limits)->has_names());
}

TEST(ServerLimitsTest, WhatIsNoEntryIsRefusedWithItsLine) {
  for (const char* entry :
       {"192.0.2.1", "192.0.2.1 fast", "192.0.2.1 -1", "192.0.2.1 +1", "192.0.2.1 1.5",
        "192.0.2.1 4294967296", "192.0.2.1 1 x", "192.0.2.1 1 2 3", "192.0.2 100", "a..b 100",
        "192.0.2.0/33 100", "ok.example 7", "198.51.100.0/24 3"}) {
    const io::TempFile file("ok.example 1\n198.51.100.77/24 2\n" + std::string(entry) + "\n");
    const auto limits = ServerLimits::Read(file.path());
    EXPECT_THAT(std::string(limits.status().message()),
                HasSubstr("--server-limits: " + file.path() + ":3: "))
        << entry;
  }
}

}  // namespace
}  // namespace caascan::vantage
