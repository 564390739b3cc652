// Lines of master-file text (RFC 1035 §5.1, RFC 3597 §5) as zone data.
#include "tools/caalab/world/master_text.h"

#include <absl/strings/escaping.h>
#include <gtest/gtest.h>

#include "tests/lab/lab_asker.h"

namespace caascan::lab {
namespace {

std::string Describe(const ZoneRecord& record) {
  std::string out = record.owner.name.view().ToText() + (record.owner.relative ? "+" : "") + " " +
                    std::to_string(record.ttl) + " " + dns::TypeName(record.type);
  for (const RdataPart& part : record.rdata) {
    out += " ";
    switch (part.kind) {
      case RdataPart::Kind::kName:
        out += part.name().ToText();
        break;
      case RdataPart::Kind::kRelativeName:
        out += part.name().ToText() + "+";
        break;
      default:
        out += absl::BytesToHexString(absl::string_view(part.octets));
    }
  }
  return out;
}

struct Row {
  std::string name;
  std::string line;
  std::string record;  // "+" marks a name relative to the apex.
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.line; }

class MasterTextTest : public testing::TestWithParam<Row> {};

TEST_P(MasterTextTest, Reads) {
  std::vector<ZoneRecord> records;
  const auto status = ParseRecordLine(GetParam().line, NameOf("example.com"), &records);
  ASSERT_TRUE(status.ok()) << status.message();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(Describe(records[0]), GetParam().record);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, MasterTextTest,
    testing::Values(
        Row{"Apex", "@ A 127.0.0.1", ".+ 300 A 7f000001"},
        Row{"Ttl", "www 60 A 127.0.0.1", "www+ 60 A 7f000001"},
        Row{"Class", "www 60 IN A 127.0.0.1", "www+ 60 A 7f000001"},
        Row{"AbsoluteOwner", "www.example.com. A 127.0.0.1", "www+ 300 A 7f000001"},
        Row{"Wildcard", "*.w A 127.0.0.1", "*.w+ 300 A 7f000001"},
        Row{"RelativeTarget", "www CNAME web", "www+ 300 CNAME web+"},
        Row{"ApexTarget", "www CNAME @", "www+ 300 CNAME .+"},
        Row{"TargetOutside", "www CNAME a.example.net.", "www+ 300 CNAME a.example.net"},
        Row{"Mx", "@ MX 10 mail", ".+ 300 MX 000a mail+"},
        Row{"Caa", "@ CAA 128 issue \"ca; a=b\"", ".+ 300 CAA 8005697373756563613b20613d62"},
        Row{"EmptyCaaValue", "@ CAA 0 issue \"\"", ".+ 300 CAA 00056973737565"},
        Row{"EscapedOctets", "@ CAA 0 a \"\\000\\255\\\"\"", ".+ 300 CAA 00016100ff22"},
        Row{"UnjudgedRdata", "@ TYPE257 \\# 3 80FF41", ".+ 300 CAA 80ff41"},
        Row{"UnjudgedByName", "@ 60 CAA \\# 1 80", ".+ 60 CAA 80"},
        Row{"UnknownType", "@ TYPE65280 \\# 2 0102", ".+ 300 TYPE65280 0102"}),
    [](const auto& test) { return test.param.name; });

class MasterTextErrorTest : public testing::TestWithParam<Row> {};

TEST_P(MasterTextErrorTest, RefusesAndAddsNothing) {
  std::vector<ZoneRecord> records(1);
  const auto status = ParseRecordLine(GetParam().line, NameOf("example.com"), &records);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find(GetParam().record), std::string::npos)
      << status.message();
  EXPECT_EQ(records.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, MasterTextErrorTest,
    testing::Values(Row{"Empty", "", "record \"\""}, Row{"Words", "no record at all", "record"},
                    Row{"BadAddress", "@ A 127.0.0", "A 127.0.0"},
                    Row{"UnquotedCaa", "@ CAA 0 issue ca.example", "CAA"},
                    Row{"OwnerOutside", "www.example.net. A 127.0.0.1", "outside the zone"},
                    Row{"RdataTooShort", "@ TYPE257 \\# 4 80FF41", "record"},
                    Row{"HashAlone", "\\#", "record"},
                    Row{"GenerateWithoutRange", "$GENERATE x @ A 127.0.0.1", "from-to"},
                    Row{"GenerateBackwards", "$GENERATE 5-4 @ A 127.0.0.1", "from-to"},
                    Row{"GenerateTooMany", "$GENERATE 0-100000 @ A 127.0.0.1", "100,000"},
                    Row{"GenerateBadLine", "$GENERATE 1-2 $ A x", "record"},
                    Row{"GenerateNothing", "$GENERATE 1-2", "record"}),
    [](const auto& test) { return test.param.name; });

TEST(MasterTextTest, GenerateMakesARecordPerNumber) {
  std::vector<ZoneRecord> records;
  ASSERT_TRUE(
      ParseRecordLine("$GENERATE 9-11 n$ 60 A 127.0.0.$", NameOf("example.com"), &records).ok());
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(Describe(records[0]), "n9+ 60 A 7f000009");
  EXPECT_EQ(Describe(records[2]), "n11+ 60 A 7f00000b");
}

}  // namespace
}  // namespace caascan::lab
