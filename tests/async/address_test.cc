#include "scanner/async/address.h"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <absl/hash/hash_testing.h>
#include <gtest/gtest.h>

namespace caascan::async {
namespace {

static_assert(std::is_trivially_copyable_v<Address>);
static_assert(std::is_default_constructible_v<Address>);

struct TextRow {
  const char* name;
  std::string_view text;
  const char* expected;  // With port; nullptr where it is no address.
};

class AddressTextTest : public testing::TestWithParam<TextRow> {};

TEST_P(AddressTextTest, IsReadOrRefused) {
  const auto address = Address::FromText(GetParam().text, 53);
  ASSERT_EQ(address.has_value(), GetParam().expected != nullptr);
  if (!address) return;
  EXPECT_EQ(address->ToTextWithPort(), GetParam().expected);
  sockaddr_storage storage{};
  EXPECT_EQ(address->ToSockaddr(&storage),
            address->is_v6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
  EXPECT_EQ(Address::FromSockaddr(storage), *address) << "and back through a sockaddr";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, AddressTextTest,
    testing::Values(
        TextRow{"Ipv4", "192.0.2.1", "192.0.2.1:53"},
        TextRow{"Ipv4Port", "192.0.2.1:5300", "192.0.2.1:5300"},
        TextRow{"Ipv4HighestPort", "192.0.2.1:65535", "192.0.2.1:65535"},
        TextRow{"Ipv4PortTooLarge", "192.0.2.1:65536", nullptr},
        TextRow{"Ipv4PortZero", "192.0.2.1:0", nullptr},
        TextRow{"Ipv4PortEmpty", "192.0.2.1:", nullptr},
        TextRow{"Ipv4PortSigned", "192.0.2.1:+53", nullptr},
        TextRow{"Ipv4PortBlank", "192.0.2.1: 53", nullptr},
        TextRow{"Ipv4PortName", "192.0.2.1:domain", nullptr},
        TextRow{"Ipv4ThreeParts", "192.0.2", nullptr}, TextRow{"Ipv4Number", "3221225985", nullptr},
        TextRow{"Ipv4PartTooLarge", "192.0.2.256", nullptr},
        TextRow{"Ipv4LeadingZero", "192.0.02.1", nullptr},
        TextRow{"Ipv4InBrackets", "[192.0.2.1]:5300", "192.0.2.1:5300"},
        TextRow{"Ipv6", "2001:db8::1", "[2001:db8::1]:53"},
        TextRow{"Ipv6Long", "2001:0DB8:0:0:0:0:0:1", "[2001:db8::1]:53"},
        TextRow{"Ipv6Any", "::", "[::]:53"},
        TextRow{"Ipv6Brackets", "[2001:db8::1]", "[2001:db8::1]:53"},
        TextRow{"Ipv6BracketsPort", "[2001:db8::1]:5300", "[2001:db8::1]:5300"},
        TextRow{"Ipv6PortWithoutBrackets", "2001:db8:1:2:3:4:5:6:5300", nullptr},
        TextRow{"BracketsPortZero", "[2001:db8::1]:0", nullptr},
        TextRow{"BracketsPortEmpty", "[2001:db8::1]:", nullptr},
        TextRow{"BracketsNoColon", "[2001:db8::1]5300", nullptr},
        TextRow{"BracketOpenOnly", "[2001:db8::1", nullptr},
        TextRow{"BracketCloseOnly", "2001:db8::1]", nullptr},
        TextRow{"BracketsEmpty", "[]:53", nullptr}, TextRow{"BracketsTwice", "[[::1]]:53", nullptr},
        TextRow{"Ipv6Zone", "fe80::1%lo", nullptr}, TextRow{"Ipv6Prefix", "2001:db8::/32", nullptr},
        TextRow{"MappedBecomesIpv4", "::ffff:192.0.2.1", "192.0.2.1:53"},
        TextRow{"MappedInHex", "[::ffff:c000:201]:5300", "192.0.2.1:5300"},
        TextRow{"CompatibleStaysIpv6", "::192.0.2.1", "[::192.0.2.1]:53"},
        TextRow{"HostName", "ns1.example.net", nullptr}, TextRow{"Empty", "", nullptr},
        TextRow{"Blank", " ", nullptr}, TextRow{"BlankInFront", " 192.0.2.1", nullptr},
        TextRow{"ColonOnly", ":", nullptr}, TextRow{"BracketOnly", "[", nullptr},
        TextRow{"NulBehind", std::string_view("192.0.2.1\0junk", 14), nullptr},
        TextRow{"NulInBrackets", std::string_view("[::1\0]:53", 9), nullptr}),
    [](const auto& row) { return row.param.name; });

TEST(AddressTest, TheDefaultIsNobody) {
  EXPECT_EQ(Address().ToTextWithPort(), "0.0.0.0:0");
  EXPECT_TRUE(Address().IsSpecialPurpose());
  const sockaddr_storage unspecified{};
  EXPECT_EQ(Address::FromSockaddr(unspecified), Address());
}

TEST(AddressTest, MappedSockaddrBecomesIpv4) {
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  in6.sin6_port = htons(5300);
  constexpr uint8_t kMapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
  std::copy(std::begin(kMapped), std::end(kMapped), in6.sin6_addr.s6_addr);
  sockaddr_storage storage{};
  std::copy_n(reinterpret_cast<const uint8_t*>(&in6), sizeof in6,
              reinterpret_cast<uint8_t*>(&storage));
  EXPECT_EQ(Address::FromSockaddr(storage), *Address::FromText("192.0.2.1", 5300));
}

TEST(AddressTest, EqualityAndHashKnowFamilyAndPort) {
  std::vector<Address> addresses;
  for (const char* text : {"192.0.2.1", "192.0.2.2", "192.0.2.1:5300", "::", "::1", "0.0.0.0",
                           "c000:201::", "[::1]:5300"}) {
    addresses.push_back(*Address::FromText(text, 53));
  }
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(addresses));
  for (size_t i = 0; i < addresses.size(); ++i) {
    for (size_t j = 0; j < addresses.size(); ++j) {
      EXPECT_EQ(addresses[i] == addresses[j], i == j) << i << " and " << j;
    }
  }
}

// IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), and multicast: the first and
// the last address of each range that is not globally reachable, and its neighbours outside.
// Without a neighbour ("") where another special range or the end of the space lies there.
struct RangeRow {
  const char* name;
  const char* before;
  const char* first;
  const char* last;
  const char* behind;
};

class SpecialPurposeTest : public testing::TestWithParam<RangeRow> {};

TEST_P(SpecialPurposeTest, EdgesAreInsideAndNeighboursOutside) {
  const auto special = [](const char* text) {
    return Address::FromText(text, 53).value().IsSpecialPurpose();
  };
  EXPECT_TRUE(special(GetParam().first)) << GetParam().first;
  EXPECT_TRUE(special(GetParam().last)) << GetParam().last;
  for (const char* outside : {GetParam().before, GetParam().behind}) {
    if (*outside == '\0') continue;
    EXPECT_FALSE(special(outside)) << outside;
  }
}

constexpr const char* kAllOnes = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

INSTANTIATE_TEST_SUITE_P(
    Ipv4, SpecialPurposeTest,
    testing::Values(
        RangeRow{"ThisNetwork", "", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
        RangeRow{"PrivateTen", "9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
        RangeRow{"SharedSpace", "100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
        RangeRow{"Loopback", "126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
        RangeRow{"LinkLocal", "169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
        RangeRow{"Private172", "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
        RangeRow{"IetfProtocol", "191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
        RangeRow{"TestNet1", "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
        RangeRow{"SixToFourRelay", "192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
        RangeRow{"Private192", "192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
        RangeRow{"Benchmarking", "198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
        RangeRow{"TestNet2", "198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
        RangeRow{"TestNet3", "203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
        RangeRow{"Multicast", "223.255.255.255", "224.0.0.0", "239.255.255.255", ""},
        RangeRow{"Reserved", "", "240.0.0.0", "255.255.255.255", ""},
        RangeRow{"Mapped", "::ffff:126.255.255.255", "::ffff:127.0.0.0", "::ffff:127.255.255.255",
                 "::ffff:128.0.0.0"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Ipv6, SpecialPurposeTest,
    testing::Values(RangeRow{"UnspecifiedLoopbackAndTranslation", "",
                             "::", "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
                    RangeRow{"Nat64", "", "64:ff9b::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", ""},
                    RangeRow{"DiscardOnlyAndDummy", "", "100::", "100:0:0:1:ffff:ffff:ffff:ffff",
                             "100:0:0:2::"},
                    RangeRow{"Teredo", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                             "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1::1"},
                    RangeRow{"Benchmarking", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff",
                             "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "2001:2:1::"},
                    RangeRow{"Orchid", "2001:f:ffff:ffff:ffff:ffff:ffff:ffff",
                             "2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "2001:20::"},
                    RangeRow{"Documentation", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
                             "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
                    RangeRow{"SixToFour", "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                             "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"},
                    RangeRow{"Documentation2", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                             "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
                    RangeRow{"SegmentRouting", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                             "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "5f01::"},
                    RangeRow{"UniqueLocal", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                             "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::"},
                    RangeRow{"LinkLocal", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                             "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fec0::"},
                    RangeRow{"Multicast", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                             "ff00::", kAllOnes, ""}),
    [](const auto& row) { return row.param.name; });

// Ranges of the same registries that the world reaches, and root servers: never refused.
TEST(AddressTest, GloballyReachableRangesAreNotSpecial) {
  for (const char* text : {"192.31.196.1", "192.52.193.1", "192.175.48.6", "198.41.0.4",
                           "2001:4:112::1", "2620:4f:8000::6", "2001:503:ba3e::2:30"}) {
    EXPECT_FALSE(Address::FromText(text, 53).value().IsSpecialPurpose()) << text;
  }
}

}  // namespace
}  // namespace caascan::async
