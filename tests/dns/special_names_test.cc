#include "scanner/dns/special_names.h"

#include <gtest/gtest.h>

#include <string>

namespace caascan::dns {
namespace {

struct NameRow {
  const char* title;
  const char* name;
  const char* found;  // Empty: it is looked up.
};

class SpecialNamesTest : public testing::TestWithParam<NameRow> {};

TEST_P(SpecialNamesTest, AreFoundAtAndAboveAName) {
  Name name;
  ASSERT_EQ(Name::FromText(GetParam().name, &name), NameError::kNone);
  const SpecialName* const found = FindSpecialName(name);
  EXPECT_EQ(found == nullptr ? "" : found->name, GetParam().found);
  EXPECT_TRUE(found == nullptr || !found->rule.empty());
}

const auto kTitle = [](const auto& row) { return row.param.title; };

INSTANTIATE_TEST_SUITE_P(
    Reserved, SpecialNamesTest,
    testing::Values(
        NameRow{"Onion", "abcdefghij.onion", "onion"},
        NameRow{"OnionBelow", "www.abcdefghij.onion", "onion"},
        NameRow{"OnionItself", "onion", "onion"}, NameRow{"LetterCase", "a.OnIoN", "onion"},
        NameRow{"Wildcard", "*.onion", "onion"}, NameRow{"Alt", "name.gns.alt", "alt"},
        NameRow{"Local", "printer.local", "local"}, NameRow{"Localhost", "localhost", "localhost"},
        NameRow{"Invalid", "a.invalid", "invalid"}, NameRow{"Test", "test", "test"},
        NameRow{"TestBelow", "a.test", "test"}, NameRow{"Internal", "db.internal", "internal"},
        NameRow{"HomeArpa", "nas.home.arpa", "home.arpa"},
        NameRow{"HomeArpaItself", "HOME.ARPA", "home.arpa"},
        NameRow{"ResolverArpa", "_dns.resolver.arpa", "resolver.arpa"},
        NameRow{"ServiceArpa", "default.service.arpa", "service.arpa"},
        NameRow{"Net10", "1.0.0.10.in-addr.arpa", "10.in-addr.arpa"},
        NameRow{"FirstNet172", "16.172.in-addr.arpa", "16.172.in-addr.arpa"},
        NameRow{"LastNet172", "9.31.172.in-addr.arpa", "31.172.in-addr.arpa"},
        NameRow{"Net192", "1.168.192.in-addr.arpa", "168.192.in-addr.arpa"},
        NameRow{"LinkLocal", "1.254.169.in-addr.arpa", "254.169.in-addr.arpa"},
        NameRow{"LinkLocalIpv6", "0.B.E.F.ip6.arpa", "b.e.f.ip6.arpa"}),
    kTitle);

INSTANTIATE_TEST_SUITE_P(
    Neighbours, SpecialNamesTest,
    testing::Values(
        NameRow{"Root", ".", ""}, NameRow{"OnionAsALabel", "onion.example", ""},
        NameRow{"LongerLabel", "notlocal", ""}, NameRow{"LongerLabelBelow", "a.notlocal", ""},
        NameRow{"ShorterLabel", "loca", ""}, NameRow{"LocalAndMore", "locals", ""},
        NameRow{"AltElsewhere", "alt.example.com", ""},
        NameRow{"HomeArpaInOneLabel", "homearpa", ""}, NameRow{"HomeAlone", "home", ""},
        NameRow{"Arpa", "arpa", ""}, NameRow{"OtherArpa", "nothome.arpa", ""},
        NameRow{"HomeArpaElsewhere", "home.arpa.example", ""},
        NameRow{"HomeBelowAnother", "home.in-addr.arpa", ""},
        NameRow{"Ipv4OnlyArpa", "ipv4only.arpa", ""}, NameRow{"Example", "www.example", ""},
        NameRow{"ExampleCom", "example.com", ""}, NameRow{"InAddrArpa", "in-addr.arpa", ""},
        NameRow{"Net11", "11.in-addr.arpa", ""}, NameRow{"Net100", "100.in-addr.arpa", ""},
        NameRow{"TenElsewhere", "10.192.in-addr.arpa", ""},
        NameRow{"BeforeNet172", "15.172.in-addr.arpa", ""},
        NameRow{"BehindNet172", "32.172.in-addr.arpa", ""},
        NameRow{"Net172Whole", "172.in-addr.arpa", ""}, NameRow{"PublicIpv6", "c.e.f.ip6.arpa", ""},
        NameRow{"NoSuchTld", "lan", ""}),
    kTitle);

}  // namespace
}  // namespace caascan::dns
