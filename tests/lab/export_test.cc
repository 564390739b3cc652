// Zones as master files: which lines there must be, and which not.
#include "tools/caalab/world/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include <absl/strings/match.h>
#include <absl/strings/str_split.h>

#include "tests/lab/lab_asker.h"
#include "tools/caalab/world/json_reader.h"
#include "tools/caalab/world/record_text.h"

namespace caascan::lab {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kScenario[] = R"({"zones":[
  {"zone":".","servers":[{"host":"a.root.","addresses":["127.0.1.1"]}],"dnssec":true},
  {"zone":"test","servers":[{"host":"ns","addresses":["127.0.1.2"]}],
   "dnssec":{"denial":"nsec3-opt-out","salt":"AB","iterations":2},
   "records":["a.ent A 127.9.0.1","*.wild CAA 0 issue \"ca\""]},
  {"zone":"plain.test","servers":[{"addresses":["127.0.1.3"]}],
   "records":["@ CAA 0 issue \"ca\"","@ CAA 0 ISSUE \"ca\"","www TYPE65280 \\# 2 ABCD",
              "x.sub TXT \"below the cut\""]},
  {"zone":"sub.plain.test","servers":[{"addresses":["127.0.1.4"]}]},
  {"zone":"signed.test","servers":[{"addresses":["127.0.1.5"]}],
   "dnssec":{"faults":[{"fault":"missing","types":["CAA"]}]},
   "records":["@ CAA 0 issue \"ca\"","www A 127.9.0.1"]},
  {"zone":"lame.test","faults":[{"fault":"drop"}]},
  {"zone":"minimal.test","dnssec":{"denial":"minimal"}},
  {"zone":"lying.test","dnssec":{"faults":["denial-invalid"]}},
  {"zone":"unsound.test","records":["@ TYPE257 \\# 3 80FF41"]}]})";

std::vector<std::string> Lines(std::string_view apex) {
  static const std::unique_ptr<World> world = WorldOf(kScenario);
  for (const World::DescribedZone& zone : world->DescribedZones()) {
    if (zone.apex != NameOf(apex)) continue;
    std::string text = MasterFileText(*world, zone);
    std::replace(text.begin(), text.end(), '\t', ' ');
    return absl::StrSplit(text, '\n', absl::SkipEmpty());
  }
  return {};
}

struct Row {
  std::string name;
  std::string zone;
  std::string line;  // The beginning of one,
  bool there;        // which is, or is not, there.
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.line; }

class ExportTest : public testing::TestWithParam<Row> {};

TEST_P(ExportTest, Writes) {
  const auto lines = Lines(GetParam().zone);
  if (GetParam().there) {
    EXPECT_THAT(lines, Contains(StartsWith(GetParam().line)));
  } else {
    EXPECT_THAT(lines, Not(Contains(StartsWith(GetParam().line))));
  }
}

const auto kRowName = [](const auto& test) { return test.param.name; };

INSTANTIATE_TEST_SUITE_P(
    Data, ExportTest,
    testing::Values(
        Row{"Soa", "plain.test", "plain.test. 3600 IN SOA ns1.plain.test. ", true},
        Row{"Ns", "plain.test", "plain.test. 3600 IN NS ns1.plain.test.", true},
        Row{"Host", "plain.test", "ns1.plain.test. 3600 IN A 127.0.1.3", true},
        Row{"Caa", "plain.test", "plain.test. 300 IN CAA 0 issue \"ca\"", true},
        Row{"CapitalsAsOctets", "plain.test",
            "plain.test. 300 IN TYPE257 \\# 9 00054953535545"
            "6361",
            true},
        Row{"UnknownType", "plain.test", "www.plain.test. 300 IN TYPE65280 \\# 2 abcd", true},
        Row{"Delegation", "plain.test", "sub.plain.test. 3600 IN NS ns1.sub.plain.test.", true},
        Row{"Glue", "plain.test", "ns1.sub.plain.test. 3600 IN A 127.0.1.4", true},
        Row{"Occluded", "plain.test", "x.sub.plain.test. 300 IN TYPE16", true},
        Row{"Unsigned", "plain.test", "plain.test. 3600 IN RRSIG", false}),
    kRowName);

// RFC 4035 §2: what of a signed zone has signatures, what is in the chain.
INSTANTIATE_TEST_SUITE_P(
    Signed, ExportTest,
    testing::Values(
        Row{"Dnskey", "signed.test", "signed.test. 3600 IN DNSKEY 257 3 13 ", true},
        Row{"Signature", "signed.test", "www.signed.test. 300 IN RRSIG A 13 3 300 ", true},
        Row{"MissingSignature", "signed.test", "signed.test. 300 IN RRSIG CAA", false},
        Row{"Nsec", "signed.test", "www.signed.test. 300 IN NSEC signed.test. A RRSIG NSEC", true},
        Row{"NsecSignature", "signed.test", "www.signed.test. 300 IN RRSIG NSEC 13 3 300 ", true},
        Row{"Ds", "test", "signed.test. 3600 IN DS ", true},
        Row{"DsSignature", "test", "signed.test. 3600 IN RRSIG DS 13 2 3600 ", true},
        Row{"NoDs", "test", "plain.test. 3600 IN DS ", false},
        Row{"DelegationUnsigned", "test", "signed.test. 3600 IN RRSIG NS", false},
        Row{"GlueUnsigned", "test", "ns1.signed.test. 3600 IN RRSIG", false},
        Row{"WildcardSignature", "test", "*.wild.test. 300 IN RRSIG CAA 13 2 300 ", true},
        Row{"Nsec3Param", "test", "test. 0 IN TYPE51 \\# 6 0100000201ab", true}),
    kRowName);

TEST(ExportChainTest, OptOutLeavesUnsignedDelegationsOut) {
  const auto lines = Lines("test");
  const auto nsec3 = std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
    return absl::StrContains(line, " IN NSEC3 1 1 2 ab ");
  });
  // The apex, ns, ent, a.ent, wild, *.wild, and the three signed delegations.
  EXPECT_EQ(nsec3, 9);
}

TEST(ExportScenarioTest, WritesFilesAndIndex) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "caalab-export-test";
  const std::string scenario = (folder / "scenario.json").string();
  std::filesystem::create_directories(folder);
  {
    std::FILE* file = std::fopen(scenario.c_str(), "w");
    ASSERT_NE(file, nullptr);
    (void)std::fputs(kScenario, file);
    ASSERT_EQ(std::fclose(file), 0);
  }
  const auto now = std::chrono::system_clock::now();
  const absl::Status status = ExportScenario(scenario, (folder / "out").string(), now);
  ASSERT_TRUE(status.ok()) << status.message();
  std::string index;
  ASSERT_TRUE(ReadWholeFile((folder / "out/index.ndjson").string(), &index).ok());
  for (const char* line :
       {R"({"zone":".","file":"1-root.zone","signed":true,"denial":"nsec",)"
        R"("servers":["127.0.1.1"],"signing_faults":false,"faults":false})",
        R"("servers":["127.0.1.3"],"signing_faults":false,"faults":false})",
        R"("signed":true,"denial":"minimal")", R"("signing_faults":true,"faults":false})"}) {
    EXPECT_THAT(index, HasSubstr(line));
  }
  for (const absl::string_view zone_line : absl::StrSplit(index, '\n', absl::SkipEmpty())) {
    const bool faulty = absl::StrContains(zone_line, "\"faults\":true");
    const bool meant = absl::StrContains(zone_line, "\"lame.test\"") ||
                       absl::StrContains(zone_line, "\"lying.test\"") ||
                       absl::StrContains(zone_line, "\"unsound.test\"");
    EXPECT_EQ(faulty, meant) << zone_line;
  }
  std::string anchor;
  ASSERT_TRUE(ReadWholeFile((folder / "out/root.anchor").string(), &anchor).ok());
  EXPECT_THAT(anchor, HasSubstr("IN\tDS\t"));
  EXPECT_EQ(ExportScenario(scenario, scenario, now).code(), absl::StatusCode::kInvalidArgument);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace caascan::lab
