#include "scanner/plan/denial_join.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "scanner/dnssec/nsec3.h"
#include "scanner/input/ndjson_line.h"

namespace caascan::plan {
namespace {

dns::Name NameOf(const std::string& text) {
  dns::Name name;
  EXPECT_EQ(dns::Name::FromText(text, &name), dns::NameError::kNone);
  return name;
}

const dns::Name kZone = NameOf("example");

std::string HashOf(const std::string& name) {
  const auto hash = dnssec::HashForNsec3(NameOf(name), {}, 0);
  return {hash->begin(), hash->end()};
}

input::NameJob Job(const std::string& name, bool delegated = true, bool with_ds = false) {
  input::NameJob job;
  input::SetTypedName(name, false, &job);
  if (!delegated) return job;
  auto delegation = std::make_unique<dns::Delegation>();
  delegation->hosts.append(NameOf("ns.other").view().bytes());
  if (with_ds) delegation->ds.push_back("ds");
  job.mutable_details()->delegation = std::move(delegation);
  return job;
}

class DenialJoinTest : public testing::Test {
 protected:
  /// A record at the hash of a name, and a signature over it.
  void Deny(const std::string& at, const dns::Name& zone = kZone) {
    dnssec::Nsec3Hash hash{};
    const std::string octets = HashOf(at);
    std::copy(octets.begin(), octets.end(), hash.begin());
    const dns::Name owner = dnssec::OwnerOf(hash, zone);
    // SHA-1, opt-out, no iterations, no salt, a next hash, no types.
    std::string rdata("\1\1\0\0\0\x14", 6);
    rdata += octets;
    const std::string signature = "signature at " + at;
    for (const auto& [type, text] :
         {std::pair(dns::RRType::kRRSIG, signature), std::pair(dns::RRType::kNSEC3, rdata)}) {
      join_.TakeDenial(zone, owner, type,
                       {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
    }
  }
  /// For each line that comes, the names whose signatures came with it.
  std::map<std::string, std::string> Rest() {
    std::map<std::string, std::string> found;
    join_.Finish();
    while (join_.Next()) {
      std::string text;
      for (const Denial& denial : join_.denials()) {
        if (denial.type == dns::RRType::kRRSIG) text += denial.rdata.substr(13) + " ";
      }
      EXPECT_EQ(join_.denials().size(), 2u);
      EXPECT_EQ(join_.denials()[0].zone, kZone);
      found[join_.line()] = text;
    }
    EXPECT_TRUE(join_.status().ok());
    return found;
  }
  DenialJoin join_{""};
};

TEST_F(DenialJoinTest, OnlyDelegationsWithoutDsBelowSuchAZoneAreTaken) {
  EXPECT_FALSE(join_.Take(Job("a.example"), 1, "no zone yet"));
  Deny("example");
  EXPECT_FALSE(join_.Take(Job("a.example", false), 1, "no delegation"));
  EXPECT_FALSE(join_.Take(Job("a.example", true, true), 1, "has DS"));
  EXPECT_FALSE(join_.Take(Job("a.other"), 1, "other zone"));
  EXPECT_FALSE(join_.Take(Job("a.b.example"), 1, "two labels below"));
  EXPECT_TRUE(join_.Take(Job("A.Example"), 1, "taken"));
  EXPECT_EQ(Rest().size(), 1u);
}

TEST_F(DenialJoinTest, TheRecordThatMatchesOrCoversComesBack) {
  std::set<std::pair<std::string, std::string>> chain;  // Hash, and the name that it is of.
  for (int i = 0; i < 20; ++i) {
    const std::string name = i == 0 ? "example" : "d" + std::to_string(i) + ".example";
    Deny(name);
    chain.insert({HashOf(name), name});
  }
  std::map<std::string, std::string> want;
  for (uint64_t i = 0; i < 200; ++i) {
    const std::string name = (i < 20 ? "d" : "n") + std::to_string(i) + ".example";
    ASSERT_TRUE(join_.Take(Job(name), i, name));
    auto at = chain.upper_bound({HashOf(name), "\xFF"});
    if (at == chain.begin()) at = chain.end();  // The last span goes around.
    want[name] = std::prev(at)->second + " ";
  }
  EXPECT_EQ(Rest(), want);
  ASSERT_EQ(join_.apex(0).size(), 2u);
  EXPECT_EQ(join_.apex(0)[0].rdata, "signature at example");
}

TEST_F(DenialJoinTest, ZonesAreKeptApart) {
  Deny("other", NameOf("other"));
  Deny("example");
  ASSERT_TRUE(join_.Take(Job("a.example"), 1, "line"));
  EXPECT_EQ(Rest(), (std::map<std::string, std::string>{{"line", "example "}}));
}

TEST_F(DenialJoinTest, WithoutRecordsNothingComes) { EXPECT_TRUE(Rest().empty()); }

}  // namespace
}  // namespace caascan::plan
