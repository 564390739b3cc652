// What a zone's data says to a question: RFC 1034 §4.3.2, RFC 4592, RFC 6672.
#include "tools/caalab/world/zone.h"

#include <gtest/gtest.h>

#include "tests/lab/lab_asker.h"
#include "tools/caalab/world/master_text.h"

namespace caascan::lab {
namespace {

using Kind = Match::Kind;
using dns::RRType;

struct Row {
  std::string name;
  std::string question;  // Relative; "@" is the apex.
  RRType type;
  Kind kind;
  std::string owner;  // Of a DNAME or delegation, else empty.
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.question; }

Zone MakeZone() {
  Zone zone;
  std::vector<ZoneRecord> records;
  for (const char* line :
       {"@ SOA ns1 hostmaster 1 2 3 4 5", "@ CAA 0 issue \"ca\"", "www A 127.0.0.1",
        "alias CNAME www", "a.b.deep A 127.0.0.1", "*.wild A 127.0.0.1", "under.x.wild A 127.0.0.1",
        "old DNAME new", "old A 127.0.0.1", "child NS ns1.child", "child DS 1 8 2 00",
        "*.starred CNAME www"}) {
    const auto status = ParseRecordLine(line, NameOf("example.com"), &records);
    EXPECT_TRUE(status.ok()) << status.message();
  }
  for (const ZoneRecord& record : records) zone.Add(record);
  return zone;
}

class ZoneTest : public testing::TestWithParam<Row> {};

TEST_P(ZoneTest, Finds) {
  const Row& row = GetParam();
  const Zone zone = MakeZone();
  const dns::Name question = row.question == "@" ? dns::Name() : NameOf(row.question);
  const Match match = zone.Find(question, row.type);
  EXPECT_EQ(match.kind, row.kind);
  const std::string owner = match.owner.is_root() ? "" : match.owner.ToText();
  EXPECT_EQ(owner, row.owner);
}

INSTANTIATE_TEST_SUITE_P(
    Questions, ZoneTest,
    testing::Values(Row{"Apex", "@", RRType::kCAA, Kind::kAnswer, ""},
                    Row{"ApexNoData", "@", RRType::kTXT, Kind::kNoData, ""},
                    Row{"Name", "www", RRType::kA, Kind::kAnswer, ""},
                    Row{"OtherCase", "WWW", RRType::kA, Kind::kAnswer, ""},
                    Row{"NoData", "www", RRType::kCAA, Kind::kNoData, ""},
                    Row{"Absent", "nothing", RRType::kCAA, Kind::kNxDomain, ""},
                    Row{"AbsentBelow", "x.www", RRType::kCAA, Kind::kNxDomain, ""},
                    Row{"Alias", "alias", RRType::kCAA, Kind::kAlias, ""},
                    Row{"AliasItself", "alias", RRType::kCNAME, Kind::kAnswer, ""},
                    Row{"EmptyNonTerminal", "b.deep", RRType::kCAA, Kind::kNoData, ""},
                    Row{"Wildcard", "anything.wild", RRType::kA, Kind::kAnswer, ""},
                    Row{"WildcardDeeper", "two.labels.wild", RRType::kA, Kind::kAnswer, ""},
                    Row{"WildcardNoData", "anything.wild", RRType::kCAA, Kind::kNoData, ""},
                    Row{"WildcardHidden", "other.x.wild", RRType::kA, Kind::kNxDomain, ""},
                    Row{"WildcardAlias", "any.starred", RRType::kCAA, Kind::kAlias, ""},
                    Row{"DnameOwner", "old", RRType::kA, Kind::kAnswer, ""},
                    Row{"DnameBelow", "x.y.old", RRType::kCAA, Kind::kDname, "old"},
                    Row{"Delegation", "child", RRType::kCAA, Kind::kDelegation, "child"},
                    Row{"BelowDelegation", "www.child", RRType::kCAA, Kind::kDelegation, "child"},
                    Row{"DsAtDelegation", "child", RRType::kDS, Kind::kAnswer, ""},
                    Row{"DsBelow", "www.child", RRType::kDS, Kind::kDelegation, "child"}),
    [](const auto& test) { return test.param.name; });

TEST(ZoneTest, TellsEmptyNonTerminalsFromOthers) {
  const Zone zone = MakeZone();
  EXPECT_TRUE(zone.Find(NameOf("deep"), RRType::kCAA).empty_non_terminal);
  EXPECT_FALSE(zone.Find(NameOf("www"), RRType::kCAA).empty_non_terminal);
}

}  // namespace
}  // namespace caascan::lab
