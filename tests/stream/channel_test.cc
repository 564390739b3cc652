#include "scanner/stream/channel.h"

#include <gtest/gtest.h>

#include <string>

namespace caascan::stream {
namespace {

using Kind = Channel::Kind;

struct Row {
  const char* name;
  Channel channel;
  bool encrypted;
  const char* text;
};
class ChannelTest : public testing::TestWithParam<Row> {};

TEST_P(ChannelTest, IsWrittenAsItIsRead) {
  const auto address = async::Address::FromText("2001:db8::1", 53).value();
  EXPECT_EQ(EndpointText({address, &GetParam().channel}), GetParam().text);
  EXPECT_EQ(IsEncrypted(&GetParam().channel), GetParam().encrypted);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ChannelTest,
    testing::Values(Row{"Tcp", {}, false, "tcp://[2001:db8::1]:53"},
                    Row{"Opportunistic", {Kind::kTls}, true, "tls://[2001:db8::1]:53"},
                    Row{"Tls", {Kind::kTls, "a.example"}, true, "tls://[2001:db8::1]:53#a.example"},
                    Row{"Https",
                        {Kind::kHttps, "a.example", "a.example:8443", "/dns-query"},
                        true,
                        "https://a.example:8443/dns-query"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ChannelTest, PlainDnsHasNone) {
  const auto address = async::Address::FromText("192.0.2.1", 53).value();
  EXPECT_EQ(EndpointText(address), "192.0.2.1:53");
  EXPECT_FALSE(IsEncrypted(nullptr));
}

}  // namespace
}  // namespace caascan::stream
