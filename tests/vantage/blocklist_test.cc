#include "scanner/vantage/blocklist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/io/temp_file.h"

namespace caascan::vantage {
namespace {

using testing::HasSubstr;

bool BlocksAddress(const Blocklist& list, const char* text) {
  return list.BlocksAddress(async::Address::FromText(text, 53).value());
}

bool BlocksName(const Blocklist& list, std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone);
  return list.BlocksName(name);
}

TEST(BlocklistTest, AddressesAndPrefixes) {
  const io::TempFile file(
      "# nobody\n192.0.2.1\n\n 198.51.100.0/25\t# half of it\r\n203.0.113.77/24\n2001:db8::/33\n"
      "2001:db8:ffff::1\n::ffff:10.0.0.0/104\n");
  const auto list = Blocklist::Read(file.path());
  ASSERT_TRUE(list.ok()) << list.status();
  for (const char* blocked : {"192.0.2.1", "198.51.100.0", "198.51.100.127", "203.0.113.0",
                              "203.0.113.255", "2001:db8::", "2001:db8:7fff:ffff::1",
                              "2001:db8:ffff::1", "10.255.0.1", "::ffff:10.0.0.1"}) {
    EXPECT_TRUE(BlocksAddress(**list, blocked)) << blocked;
  }
  for (const char* free : {"192.0.2.0", "192.0.2.2", "198.51.100.128", "203.0.114.0", "11.0.0.0",
                           "2001:db8:8000::", "2001:db8:ffff::2", "::1"}) {
    EXPECT_FALSE(BlocksAddress(**list, free)) << free;
  }
  Blocklist all;
  EXPECT_TRUE(all.Add("0.0.0.0/0"));
  EXPECT_TRUE(BlocksAddress(all, "192.0.2.1"));
  EXPECT_FALSE(BlocksAddress(all, "2001:db8::1"));
}

TEST(BlocklistTest, Names) {
  Blocklist list;
  for (const char* entry :
       {"Example.COM", "*.example.net.", ".example.org", "xn--bcher-kva.example", "gov"}) {
    EXPECT_TRUE(list.Add(entry)) << entry;
  }
  for (const char* blocked : {"example.com", "a.b.EXAMPLE.com", "example.net", "x.example.net",
                              "example.org", "www.xn--bcher-kva.example", "gov", "nasa.gov"}) {
    EXPECT_TRUE(BlocksName(list, blocked)) << blocked;
  }
  for (const char* free : {"com", "notexample.com", "example.com.example", "example", "."}) {
    EXPECT_FALSE(BlocksName(list, free)) << free;
  }
}

TEST(BlocklistTest, WhatIsNoEntryIsNamedWithItsLine) {
  for (const std::string entry :
       {"192.0.2.1:53", "192.0.2", "192.0.2.300", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1",
        "192.0.2.0/8x", "/8", "2001:db8::/129", "2001:db8:::1", "a b", "a..b", ".", "*", "http://x",
        "-192.0.2.1-192.0.2.9", "a,b"}) {
    const io::TempFile file("192.0.2.1\n\n" + entry + "\n");
    const auto list = Blocklist::Read(file.path());
    EXPECT_THAT(std::string(list.status().message()), HasSubstr(file.path() + ":3: ")) << entry;
  }
  EXPECT_THAT(std::string(Blocklist::Read("/missing/list").status().message()),
              HasSubstr("/missing/list"));
}

}  // namespace
}  // namespace caascan::vantage
