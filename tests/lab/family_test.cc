// Domains by hash: stable, in their shares, and the same as if they had been written out.
#include "tools/caalab/world/family.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <gtest/gtest.h>

#include "tests/lab/lab_asker.h"
#include "tools/caalab/world/world.h"

namespace caascan::lab {
namespace {

using dns::RRType;

constexpr char kFamily[] = R"({"zones":[{"zone":"described.com"}],"family":{
  "tlds":{"com":3,"net":1},"tld_servers":3,
  "operators":[{"name":"own","weight":1,"addresses":40,"hosts":3},
               {"name":"host","weight":3,"addresses":30,"hosts":3,"domain":"hosting.net"}],
  "kinds":[
    {"kind":"plain","weight":80,"records":["@ CAA 0 issue \"ca\"","www CNAME @"],
     "expect":[{"reason":"issuer_not_authorized"},{"name":"www","reason":"issuer_not_authorized"}]},
    {"kind":"notimp","weight":15,"operators":["own"],"servers":3,
     "faults":[{"fault":"rcode","rcode":"NOTIMP","types":["CAA"]}],"expect":[{"reason":"notimp"}]},
    {"kind":"absent","weight":4,"delegated":false,"expect":[{"reason":"no_caa"}]},
    {"kind":"lost","weight":1,"servers":[{"host":"no.such.test.","addresses":[]},{}],
     "expect":[{"reason":"no_caa"}]}]}})";

class FamilyTest : public testing::Test {
 protected:
  FamilyTest() : scenario_(*ParseScenario(kFamily, "test")) {
    auto family = Family::Build(*scenario_.family, 7);
    EXPECT_TRUE(family.ok()) << family.status().message();
    family_ = std::move(*family);
    auto world = World::Build(scenario_, family_.get());
    EXPECT_TRUE(world.ok()) << world.status().message();
    world_ = std::move(*world);
  }
  std::string KindOf(dns::NameView domain) const {
    return family_->Find(domain).kind->description->name;
  }
  /// The first domain of a kind.
  dns::Name DomainOf(std::string_view kind, std::string_view operated_by = "") const {
    for (uint64_t i = 0;; ++i) {
      const dns::Name domain = family_->DomainAt(i);
      const Member member = family_->Find(domain);
      if (member.kind->description->name == kind &&
          (operated_by.empty() || member.operated_by->description->name == operated_by)) {
        return domain;
      }
    }
  }

  const Scenario scenario_;
  std::unique_ptr<Family> family_;
  std::unique_ptr<World> world_;
};

TEST_F(FamilyTest, DomainsDifferAndFollowFromTheSeed) {
  const auto other = Family::Build(*scenario_.family, 8);
  absl::flat_hash_set<std::string> seen;
  int same = 0;
  for (uint64_t i = 0; i < 20000; ++i) {
    const dns::Name domain = family_->DomainAt(i);
    EXPECT_TRUE(seen.insert(domain.view().ToText()).second) << domain.view().ToText();
    EXPECT_EQ(domain.view().label_count(), 2u);
    same += domain == (*other)->DomainAt(i) ? 1 : 0;
    EXPECT_TRUE(domain == family_->DomainAt(i));
  }
  EXPECT_LT(same, 200);
}

TEST_F(FamilyTest, SharesAreThoseOfTheWeights) {
  absl::flat_hash_map<std::string, int> kinds;
  absl::flat_hash_map<std::string, int> operators;
  absl::flat_hash_map<std::string, int> tlds;
  constexpr int kCount = 20000;
  for (uint64_t i = 0; i < kCount; ++i) {
    const dns::Name domain = family_->DomainAt(i);
    const Member member = family_->Find(domain);
    ++kinds[member.kind->description->name];
    ++tlds[domain.view().suffix(1).ToText()];
    if (member.kind->description->name == "plain")
      ++operators[member.operated_by->description->name];
  }
  EXPECT_NEAR(kinds["plain"], 0.80 * kCount, 0.01 * kCount);
  EXPECT_NEAR(kinds["notimp"], 0.15 * kCount, 0.01 * kCount);
  EXPECT_NEAR(kinds["lost"], 0.01 * kCount, 0.003 * kCount);
  EXPECT_NEAR(tlds["com"], 0.75 * kCount, 0.01 * kCount);
  EXPECT_NEAR(operators["host"], 0.75 * kinds["plain"], 0.01 * kCount);
}

TEST_F(FamilyTest, CaseDoesNotMatter) {
  for (uint64_t i = 0; i < 100; ++i) {
    std::string text = family_->DomainAt(i).view().ToText();
    const std::string lower = text;
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const dns::Name upper = NameOf(text);
    EXPECT_EQ(KindOf(upper), KindOf(NameOf(lower)));
  }
}

TEST_F(FamilyTest, ServersOfOperatorsAreWithinTheirBlocks) {
  for (uint64_t i = 0; i < 2000; ++i) {
    const dns::Name domain = family_->DomainAt(i);
    const Member member = family_->Find(domain);
    for (size_t server = 0; server < member.server_count(); ++server) {
      const auto address = member.ServerAddress(server);
      if (!address) continue;
      EXPECT_TRUE(family_->HasServer(*address));
      EXPECT_EQ(member.ServerAt(*address), server);
    }
    EXPECT_FALSE(member.ServerAt(AddressOfText("127.0.0.1")).has_value());
    EXPECT_FALSE(member.ServerAt(AddressOfText("::1")).has_value());
  }
}

/// Everything a resolver may ask about a domain, at its parent's server and at its own.
std::vector<std::string> Everything(const World& world, std::string_view tld_server,
                                    const Member& member) {
  Responder responder(world);
  std::vector<std::string> out;
  const std::string domain = member.apex.ToText();
  std::vector<std::string> servers = {std::string(tld_server)};
  for (size_t i = 0; i < member.server_count(); ++i) {
    if (const auto address = member.ServerAddress(i)) servers.push_back(address->ToText());
  }
  for (const std::string& server : servers) {
    for (const std::string& name : {domain, "www." + domain, "no." + domain, "ns1." + domain}) {
      for (const RRType type : {RRType::kCAA, RRType::kNS, RRType::kSOA, RRType::kA, RRType::kDS}) {
        const auto answer =
            AskResponder(&responder, {.name = name, .type = type, .server = server});
        std::string text = name + " " + dns::TypeName(type) + " " +
                           dns::RCodeName(answer->rcode()) +
                           (answer->message.authoritative() ? " aa" : "");
        for (const dns::Section section :
             {dns::Section::kAnswer, dns::Section::kAuthority, dns::Section::kAdditional}) {
          for (const std::string& record : answer->Records(section)) text += "\n  " + record;
        }
        out.push_back(text);
      }
    }
  }
  return out;
}

TEST_F(FamilyTest, DomainsAreServedAsIfWrittenOut) {
  for (uint64_t i = 0; i < 60; ++i) {
    const dns::Name domain = family_->DomainAt(i);
    const Member member = family_->Find(domain);
    Scenario written;
    written.zones = family_->Infrastructure();
    written.zones.push_back(family_->Describe(member));
    auto world = World::Build(written);
    ASSERT_TRUE(world.ok()) << world.status().message();
    const auto tld_server = [&domain](const World& of) {
      // The address that the root gives for the first server of the domain's top-level domain.
      Responder responder(of);
      const auto answer = AskResponder(
          &responder,
          {.name = domain.view().suffix(1).ToText(),
           .type = RRType::kCAA,
           .server = of.hints().substr(of.hints().rfind('\t') + 1,
                                       of.hints().size() - of.hints().rfind('\t') - 2)});
      const auto glue = answer->Records(dns::Section::kAdditional);
      return glue.empty() ? std::string() : glue[0].substr(glue[0].rfind(' ') + 1);
    };
    EXPECT_EQ(Everything(*world_, tld_server(*world_), member),
              Everything(**world, tld_server(**world), member))
        << domain.view().ToText() << ": " << KindOf(domain);
  }
}

TEST_F(FamilyTest, UndelegatedDomainsDoNotExist) {
  const dns::Name domain = DomainOf("absent");
  const dns::Name tld(domain.view().suffix(1));
  const Place place = world_->Enclosing(domain);
  EXPECT_EQ(place.apex, tld.view());
}

TEST_F(FamilyTest, DescribedZonesAndHostsOfTheTldAreNoMembers) {
  EXPECT_EQ(world_->Enclosing(NameOf("www.described.com")).member.kind, nullptr);
  EXPECT_EQ(world_->Enclosing(NameOf("a.nic.com")).apex.ToText(), "com");
  EXPECT_EQ(world_->Enclosing(NameOf("nic.com")).apex.ToText(), "com");
  EXPECT_EQ(world_->Enclosing(NameOf("ns1-0.hosting.net")).apex.ToText(), "hosting.net");
}

struct ErrorRow {
  std::string name;
  std::string family;
  std::string message;
};
std::ostream& operator<<(std::ostream& out, const ErrorRow& row) { return out << row.family; }

class FamilyErrorTest : public testing::TestWithParam<ErrorRow> {};

TEST_P(FamilyErrorTest, IsTold) {
  const auto scenario =
      ParseScenario(R"({"family":{"tlds":{"com":1},)" + GetParam().family + "}}", "test");
  ASSERT_TRUE(scenario.ok()) << scenario.status().message();
  const auto family = Family::Build(*scenario->family, 1);
  ASSERT_FALSE(family.ok());
  EXPECT_NE(std::string(family.status().message()).find(GetParam().message), std::string::npos)
      << family.status().message();
}

INSTANTIATE_TEST_SUITE_P(
    Families, FamilyErrorTest,
    testing::Values(
        ErrorRow{"MoreServersThanHosts",
                 R"("operators":[{"name":"o","addresses":4}],
                    "kinds":[{"kind":"k","servers":3,"expect":[{"reason":"no_caa"}]}])",
                 "kind k: has 3 servers, operator o has 2 a slot"},
        ErrorRow{"UnknownOperator",
                 R"("operators":[{"name":"o","addresses":4}],
                    "kinds":[{"kind":"k","operators":["p"],"expect":[{"reason":"no_caa"}]}])",
                 "kind k: an operator of its is not there"},
        ErrorRow{"TooManyAddresses",
                 R"("operators":[{"name":"o","addresses":8000000},{"name":"p","addresses":8000000}],
                    "kinds":[{"kind":"k","expect":[{"reason":"no_caa"}]}])",
                 "operator p: too few or too many addresses"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace caascan::lab
