#include "scanner/scan/resolver_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace caascan::scan {
namespace {

using Kind = net::Channel::Kind;

/// What was read, in a form that is easy to compare: "tcp 192.0.2.1:53", "udp host:53".
std::string Show(const ResolverText& resolver) {
  std::string text = !resolver.kind ? "udp " : "tcp ";
  if (resolver.address) return text + resolver.address->ToTextWithPort();
  return text + resolver.host + ":" + std::to_string(resolver.port);
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
}  // namespace caascan::scan
