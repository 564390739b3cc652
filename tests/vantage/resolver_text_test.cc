#include "scanner/vantage/resolver_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace caascan::vantage {
namespace {

using Kind = stream::Channel::Kind;

/// What was read, in a form that is easy to compare: "tcp 192.0.2.1:53", "udp host:53", "tls
/// host:853 name", "https host:443 name authority path".
std::string Show(const ResolverText& resolver) {
  const std::string place = resolver.address ? resolver.address->ToTextWithPort()
                                             : resolver.host + ":" + std::to_string(resolver.port);
  if (!resolver.channel) return "udp " + place;
  const stream::Channel& channel = *resolver.channel;
  switch (channel.kind) {
    case Kind::kTcp:
      return "tcp " + place;
    case Kind::kTls:
      return "tls " + place + " " + channel.name;
    case Kind::kHttps:
      break;
  }
  return "https " + place + " " + channel.name + " " + channel.authority + " " + channel.path;
}

struct Row {
  const char* name;
  const char* text;
  const char* shown;  // nullptr where it is refused.
};
class ResolverTextTest : public testing::TestWithParam<Row> {};

TEST_P(ResolverTextTest, Reads) {
  const auto resolver = ParseResolver(GetParam().text);
  if (GetParam().shown == nullptr) {
    EXPECT_EQ(resolver.status().code(), absl::StatusCode::kInvalidArgument);
    return;
  }
  ASSERT_TRUE(resolver.ok()) << resolver.status();
  EXPECT_EQ(Show(*resolver), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ResolverTextTest,
    testing::Values(
        Row{"Address", "192.0.2.1", "udp 192.0.2.1:53"},
        Row{"AddressAndPort", "192.0.2.1:5300", "udp 192.0.2.1:5300"},
        Row{"Ipv6", "2001:db8::1", "udp [2001:db8::1]:53"},
        Row{"Ipv6AndPort", "[2001:db8::1]:5300", "udp [2001:db8::1]:5300"},
        Row{"HostName", "Resolver.Example.", "udp resolver.example:53"},
        Row{"HostNameOfOneLabel", "localhost", "udp localhost:53"},
        Row{"HostNameAndPort", "resolver.example:5300", "udp resolver.example:5300"},
        Row{"InternationalHostName",
            "b\xC3\xBC"
            "cher.example",
            "udp xn--bcher-kva.example:53"},
        Row{"Udp", "udp://192.0.2.1", "udp 192.0.2.1:53"},
        Row{"Tcp", "tcp://192.0.2.1", "tcp 192.0.2.1:53"},
        Row{"TcpAndPort", "tcp://[2001:db8::1]:5300", "tcp [2001:db8::1]:5300"},
        Row{"TcpIpv6WithoutBrackets", "tcp://2001:db8::1", "tcp [2001:db8::1]:53"},
        Row{"TcpHostName", "TCP://resolver.example", "tcp resolver.example:53"},
        Row{"Tls", "tls://192.0.2.1", "tls 192.0.2.1:853 "},
        Row{"TlsAndName", "TLS://192.0.2.1#Resolver.Example.",
            "tls 192.0.2.1:853 resolver.example"},
        Row{"TlsPortAndName", "tls://[2001:db8::1]:8853#r.example",
            "tls [2001:db8::1]:8853 r.example"},
        Row{"TlsAndAddressAsName", "tls://192.0.2.1#2001:db8::1", "tls 192.0.2.1:853 2001:db8::1"},
        Row{"TlsHostName", "tls://resolver.example", "tls resolver.example:853 resolver.example"},
        Row{"TlsHostNameAndOther", "tls://resolver.example:53#r.example",
            "tls resolver.example:53 r.example"},
        Row{"Https", "https://r.example/q", "https r.example:443 r.example r.example /q"},
        Row{"HttpsAndPort", "https://r.example:8443/q?x=1",
            "https r.example:8443 r.example r.example:8443 /q?x=1"},
        Row{"HttpsTemplate", "https://r.example/dns-query{?dns}",
            "https r.example:443 r.example r.example /dns-query"},
        Row{"HttpsWithoutPath", "https://r.example",
            "https r.example:443 r.example r.example /dns-query"},
        Row{"HttpsRoot", "https://r.example/", "https r.example:443 r.example r.example /"},
        Row{"HttpsAddress", "https://192.0.2.1/q", "https 192.0.2.1:443 192.0.2.1 192.0.2.1 /q"},
        Row{"HttpsIpv6", "https://[2001:db8::1]:444/q",
            "https [2001:db8::1]:444 2001:db8::1 [2001:db8::1]:444 /q"},
        Row{"NameOfUdp", "192.0.2.1#r.example", nullptr},
        Row{"NameOfTcp", "tcp://192.0.2.1#r.example", nullptr},
        Row{"PathOfTls", "tls://192.0.2.1/q", nullptr},
        Row{"TlsEmptyName", "tls://192.0.2.1#", nullptr},
        Row{"TlsNameOfDigits", "tls://192.0.2.1#1.2.3", nullptr},
        Row{"TlsNameWithPort", "tls://192.0.2.1#r.example:853", nullptr},
        Row{"TlsAddressWithPortAsName", "tls://192.0.2.1#192.0.2.1:853", nullptr},
        Row{"TlsWildcardName", "tls://192.0.2.1#*.example", nullptr},
        Row{"HttpsUser", "https://user@r.example/q", nullptr},
        Row{"HttpsFragment", "https://r.example/q#x", nullptr},
        Row{"HttpsBlankInPath", "https://r.example/q x", nullptr},
        Row{"HttpsOtherTemplate", "https://r.example/{name}", nullptr},
        Row{"HttpsWithoutHost", "https:///q", nullptr}, Row{"Http", "http://r.example/q", nullptr},
        Row{"Empty", "", nullptr}, Row{"OnlyAScheme", "tcp://", nullptr},
        Row{"UnknownScheme", "ftp://192.0.2.1", nullptr},
        Row{"SchemeWithoutName", "://192.0.2.1", nullptr}, Row{"ShortAddress", "1.2.3", nullptr},
        Row{"OctetTooLarge", "192.0.2.256", nullptr}, Row{"Number", "53", nullptr},
        Row{"NoPort", "192.0.2.1:", nullptr}, Row{"PortTooLarge", "192.0.2.1:65536", nullptr},
        Row{"PortZero", "host.example:0", nullptr},
        Row{"PortOfLetters", "host.example:dns", nullptr}, Row{"Blank", "host example", nullptr},
        Row{"Path", "192.0.2.1/24", nullptr}, Row{"Wildcard", "*.example", nullptr},
        Row{"Root", ".", nullptr}, Row{"HalfABracket", "[2001:db8::1", nullptr}),
    [](const auto& row) { return row.param.name; });

TEST(NameserverOfTest, LinesOfResolvConf) {
  struct Line {
    const char* text;
    const char* address;  // nullptr where it names none.
  };
  for (const Line& line :
       {Line{"nameserver 192.0.2.1", "192.0.2.1:53"},
        Line{" nameserver\t2001:db8::1  ", "[2001:db8::1]:53"},
        Line{"nameserver 192.0.2.1 # the first", "192.0.2.1:53"},
        Line{"nameserver fe80::1%eth0", nullptr}, Line{"nameserver 192.0.2.1:53", nullptr},
        Line{"nameserver", nullptr}, Line{"nameservers 192.0.2.1", nullptr},
        Line{"# nameserver 192.0.2.1", nullptr}, Line{"search nameserver 192.0.2.1", nullptr},
        Line{"options edns0", nullptr}, Line{"", nullptr}}) {
    const auto address = NameserverOf(line.text);
    EXPECT_EQ(address ? address->ToTextWithPort() : "none",
              line.address == nullptr ? "none" : line.address)
        << line.text;
  }
}

}  // namespace
}  // namespace caascan::vantage
