// What --primary, --remote and --region make of perspectives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "caascan/corroborate.h"

namespace caascan {
namespace {

using testing::HasSubstr;
using Texts = std::vector<std::string>;

TEST(NamePerspectivesTest, TakesNamesAndRegions) {
  CorroborateOptions options;
  ASSERT_TRUE(
      NamePerspectives(
          "ashburn=a.ndjson", Texts{"tokyo-1=/t/x=y.ndjson", "./p=q.ndjson", "c.ndjson"},
          Texts{"tokyo-1=apnic", "ashburn=ARIN", "./p=q.ndjson=Ripe-NCC", "c.ndjson=lacnic"},
          &options)
          .ok());
  EXPECT_EQ(options.primary.name, "ashburn");
  EXPECT_EQ(options.primary.path, "a.ndjson");
  EXPECT_EQ(options.primary.region, Registry::kArin);
  ASSERT_EQ(options.remotes.size(), 3u);
  EXPECT_EQ(options.remotes[0].name, "tokyo-1");
  EXPECT_EQ(options.remotes[0].path, "/t/x=y.ndjson");
  EXPECT_EQ(RegistryName(options.remotes[0].region), "APNIC");
  EXPECT_EQ(options.remotes[1].name, "./p=q.ndjson") << "a folder is no name";
  EXPECT_EQ(options.remotes[1].path, "./p=q.ndjson");
  EXPECT_EQ(RegistryName(options.remotes[1].region), "RIPE NCC");
  EXPECT_EQ(options.remotes[2].name, "c.ndjson");
  EXPECT_EQ(options.remotes[2].path, "c.ndjson");
}

TEST(NamePerspectivesTest, RegistriesInEverySpelling) {
  for (const auto& [text, name] :
       {std::pair("afrinic", "AFRINIC"), std::pair("APNIC", "APNIC"), std::pair("Arin", "ARIN"),
        std::pair("lacnic", "LACNIC"), std::pair("ripe", "RIPE NCC"),
        std::pair("RIPE NCC", "RIPE NCC"), std::pair("ripencc", "RIPE NCC")}) {
    CorroborateOptions options;
    ASSERT_TRUE(
        NamePerspectives("p", Texts{"a=x"}, Texts{"a=" + std::string(text)}, &options).ok());
    EXPECT_EQ(RegistryName(options.remotes[0].region), name);
  }
}

struct RefusedRow {
  const char* name;
  Texts remotes;
  Texts regions;
  const char* complaint;
};

class RefusedTest : public testing::TestWithParam<RefusedRow> {};

TEST_P(RefusedTest, NamesTheOption) {
  CorroborateOptions options;
  const absl::Status status =
      NamePerspectives("p=1", GetParam().remotes, GetParam().regions, &options);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RefusedTest,
    testing::Values(
        RefusedRow{"SameName", {"a=1", "a=2"}, {}, "--remote: two perspectives are called 'a'"},
        RefusedRow{"NameOfThePrimary", {"a=1", "p=2"}, {}, "--remote: two perspectives"},
        RefusedRow{
            "UnknownPerspective", {"a=1"}, {"b=ARIN"}, "--region: no perspective is called 'b'"},
        RefusedRow{"UnknownRegistry", {"a=1"}, {"a=IANA"}, "--region: 'a=IANA' is not NAME=RIR"},
        RefusedRow{"NoRegistry", {"a=1"}, {"a="}, "--region: 'a=' is not NAME=RIR"},
        RefusedRow{"NoEqualsSign", {"a=1"}, {"ARIN"}, "--region: 'ARIN' is not NAME=RIR"},
        RefusedRow{"ControlCharacters", {"a=1"}, {"a=\x1b[2J"}, "--region: 'a=?[2J' is not"},
        RefusedRow{"Twice", {"a=1"}, {"a=ARIN", "a=APNIC"}, "--region: 'a' is given twice"},
        RefusedRow{"SomeWithout",
                   {"a=1", "b=2"},
                   {"b=ARIN"},
                   "--region: the perspective 'a' has none, though others have"}),
    [](const auto& row) { return row.param.name; });

TEST(NamePerspectivesTest, ARegionOfThePrimaryAloneIsNoneOfTheRemotes) {
  CorroborateOptions options;
  EXPECT_TRUE(NamePerspectives("p=1", Texts{"a=1", "b=2"}, Texts{"p=ARIN"}, &options).ok());
}

}  // namespace
}  // namespace caascan
