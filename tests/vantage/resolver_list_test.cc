#include "scanner/vantage/resolver_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/io/temp_file.h"

namespace caascan::vantage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Each resolver as "udp ADDRESS:PORT" or "tcp ADDRESS:PORT".
std::vector<std::string> Read(const std::vector<std::string>& texts,
                              AddressFamilies families = AddressFamilies::kBoth) {
  const auto list = ResolverList::Read(texts, families);
  if (!list.ok()) return {std::string(list.status().message())};
  std::vector<std::string> shown;
  for (const stream::Endpoint& at : list->endpoints()) {
    const bool tcp = at.channel != nullptr && !stream::IsEncrypted(at.channel);
    const bool https = at.channel != nullptr && at.channel->kind == stream::Channel::Kind::kHttps;
    shown.push_back((at.channel == nullptr ? "udp "
                     : tcp                 ? "tcp "
                                           : "") +
                    (tcp || !at.channel ? at.address.ToTextWithPort() : stream::EndpointText(at)) +
                    (https ? " at " + at.address.ToTextWithPort() : ""));
  }
  return shown;
}

TEST(ResolverListTest, AFileLikeMassdns) {
  const io::TempFile file(
      "\xEF\xBB\xBF# public resolvers\n8.8.8.8\n\n 192.0.2.1:5300 \t# ours\r\n2001:db8::1\n"
      "tcp://[2001:db8::2]:53\n");
  EXPECT_THAT(Read({"198.51.100.1", "@" + file.path()}),
              ElementsAre("udp 198.51.100.1:53", "udp 8.8.8.8:53", "udp 192.0.2.1:5300",
                          "udp [2001:db8::1]:53", "tcp [2001:db8::2]:53"));
}

TEST(ResolverListTest, EachOnceForEachWay) {
  EXPECT_THAT(Read({"192.0.2.1", "tcp://192.0.2.1", "192.0.2.1:53", "tcp://192.0.2.1:53"}),
              ElementsAre("udp 192.0.2.1:53", "tcp 192.0.2.1:53"));
}

TEST(ResolverListTest, EachOnceForEachName) {
  EXPECT_THAT(
      Read({"tls://192.0.2.1#a.example", "tls://192.0.2.1", "tls://192.0.2.1#A.example.",
            "https://192.0.2.1/q", "https://192.0.2.1/q", "https://192.0.2.1/r"}),
      ElementsAre("tls://192.0.2.1:853#a.example", "tls://192.0.2.1:853",
                  "https://192.0.2.1/q at 192.0.2.1:443", "https://192.0.2.1/r at 192.0.2.1:443"));
}

TEST(ResolverListTest, OneFamily) {
  EXPECT_THAT(Read({"192.0.2.1", "2001:db8::1"}, AddressFamilies::kIpv6),
              ElementsAre("udp [2001:db8::1]:53"));
  EXPECT_THAT(Read({"2001:db8::1"}, AddressFamilies::kIpv4), ElementsAre(HasSubstr("-4 or -6")));
}

TEST(ResolverListTest, AHostNameStandsForItsAddresses) {
  EXPECT_THAT(Read({"tcp://localhost:5300"}, AddressFamilies::kIpv4),
              ElementsAre("tcp 127.0.0.1:5300"));
  EXPECT_THAT(
      Read({"tls://localhost", "https://localhost:8443/q"}, AddressFamilies::kIpv4),
      ElementsAre("tls://127.0.0.1:853#localhost", "https://localhost:8443/q at 127.0.0.1:8443"));
}

TEST(ResolverListTest, WhatIsWrongIsSaidWithItsPlace) {
  const io::TempFile bad("192.0.2.1\n\n1.2.3\n");
  EXPECT_THAT(Read({"@" + bad.path()}), ElementsAre(HasSubstr(bad.path() + ":3: '1.2.3' is no")));
  const io::TempFile empty("# none\n\n");
  EXPECT_THAT(Read({"@" + empty.path()}), ElementsAre(HasSubstr("names no resolver")));
  EXPECT_THAT(Read({"@/nowhere/resolvers.txt"}), ElementsAre(HasSubstr("/nowhere/resolvers.txt")));
  EXPECT_THAT(Read({"no such"}), ElementsAre(HasSubstr("--resolver: 'no such' is no address")));
}

TEST(ResolverListTest, CountsWithoutLookingUp) {
  const io::TempFile file("192.0.2.1\n# none\nhost.invalid\n");
  const auto count = CountResolvers({"192.0.2.7", "@" + file.path()});
  ASSERT_TRUE(count.ok()) << count.status();
  EXPECT_EQ(*count, 3u);
}

}  // namespace
}  // namespace caascan::vantage
