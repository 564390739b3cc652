#include "scanner/forecast/forecast_count.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace caascan::forecast {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

dns::Name NameOf(std::string_view text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone) << text;
  return name;
}

std::vector<std::string> Counted(NameCounter* counter) {
  std::vector<std::string> counted;
  counter->ForEach([&counted](dns::NameView name, unsigned ways) {
    std::string shown = name.ToText() + ":";
    if ((ways & NameCounter::kListed) != 0) shown += "l";
    if ((ways & NameCounter::kClimbed) != 0) shown += "c";
    if ((ways & NameCounter::kDomain) != 0) shown += "d";
    if ((ways & NameCounter::kSeededUnsigned) != 0) shown += "u";
    if ((ways & NameCounter::kSeededSigned) != 0) shown += "s";
    if ((ways & NameCounter::kProven) != 0) shown += "p";
    counted.push_back(shown);
  });
  EXPECT_TRUE(counter->status().ok());
  return counted;
}

TEST(NameCounterTest, EachNameOnce) {
  NameCounter counter;
  const dns::Name domain = NameOf("example.com");
  counter.AddListed(NameOf("www.example.com"), domain);
  counter.AddListed(NameOf("WWW.Example.com"), domain);
  counter.AddListed(NameOf("mail.example.com"), domain);
  counter.AddListed(NameOf("x.y.z.example.com"), domain);
  counter.AddListed(NameOf("y.z.example.com"), domain);
  counter.AddListed(NameOf("a.com"), NameOf("a.com"));
  counter.AddListed(NameOf("com"), NameOf("com"));
  counter.AddSeeded(NameOf("example.com"), true, true);
  counter.AddSeeded(NameOf("b.net"), false, false);
  EXPECT_THAT(Counted(&counter),
              ElementsAre("com:ld", "a.com:ld", "example.com:cdsp", "mail.example.com:l",
                          "www.example.com:l", "z.example.com:c", "y.z.example.com:lc",
                          "x.y.z.example.com:l", "b.net:u"));
}

TEST(NameCounterTest, Nothing) {
  NameCounter counter;
  EXPECT_THAT(Counted(&counter), IsEmpty());
}

dns::Delegation Served(std::initializer_list<const char*> hosts) {
  dns::Delegation delegation;
  for (const char* host : hosts) delegation.hosts += NameOf(host).view().bytes();
  return delegation;
}

TEST(HostCounterTest, ServersShareEvenly) {
  HostCounter counter;
  dns::Delegation glued = Served({"ns.a.com", "ns.b.net"});
  glued.AddGlue(0, std::array<uint8_t, 4>{192, 0, 2, 1});
  glued.AddGlue(0, std::array<uint8_t, 4>{192, 0, 2, 2});
  glued.AddGlue(0, std::array<uint8_t, 16>{});
  counter.Add(glued, 1, true, {.ipv4 = true, .ipv6 = false});
  counter.Add(Served({"ns.b.net"}), 2, false, {});
  counter.Add(Served({"ns.a.com", "ns.b.net", "ns.c.org"}), 1, true, {});
  std::vector<std::string> counted;
  counter.ForEach([&counted](dns::NameView host, const HostCounter::Host& counts) {
    counted.push_back(host.ToText() + " " + std::to_string(counts.domains) + " " +
                      std::to_string(counts.queries).substr(0, 4) + " " +
                      std::to_string(counts.addresses) + (counts.unproven ? " unproven" : ""));
  });
  EXPECT_THAT(counted,
              ElementsAre("ns.a.com 2 0.83 2", "ns.b.net 3 2.83 0 unproven", "ns.c.org 1 0.33 0"));
}

TEST(HostCounterTest, MoreThanFitInMemory) {
  HostCounter counter;
  constexpr int kHosts = 250'000;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < kHosts; ++i) {
      counter.Add(Served({("n" + std::to_string(i) + ".com").c_str()}), 1, true, {});
    }
  }
  int hosts = 0;
  counter.ForEach([&hosts](dns::NameView host, const HostCounter::Host& counts) {
    ++hosts;
    ASSERT_EQ(counts.queries, 2) << host.ToText();
  });
  EXPECT_EQ(hosts, kHosts);
  EXPECT_TRUE(counter.status().ok());
}

}  // namespace
}  // namespace caascan::forecast
