// Evidence as the scanner writes it, and texts that only look like it.
#include "scanner/explain/two_sides.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace caascan::explain {
namespace {

using Lines = std::vector<std::string>;

std::optional<TwoSides> SidesOf(const char* code, const char* evidence) {
  record::FindingView finding;
  finding.code = code;
  finding.evidence = evidence;
  return TwoSidesOf(finding);
}

struct SidesCase {
  const char* name;
  const char* code;
  const char* evidence;
  const char* left_heading;
  Lines left;
  const char* right_heading;
  Lines right;
};

const SidesCase kCases[] = {
    {"NsSets",
     "delegation_mismatch",
     "the parent names a.test, b.test; the zone itself, at a.test (192.0.2.1), names c.test, "
     "d.test "
     "and 2 more",
     "At the parent",
     {"a.test", "b.test"},
     "In the zone, at a.test (192.0.2.1)",
     {"c.test", "d.test and 2 more"}},
    {"NsSetsAndAnOldCopy",
     "delegation_mismatch",
     "the parent names a.test; the zone itself, at a.test (192.0.2.1), names c.test; the servers "
     "that the parent names serve an older copy",
     "At the parent",
     {"a.test"},
     "In the zone, at a.test (192.0.2.1)",
     {"c.test"}},
    {"DsWithoutItsKey",
     "dnssec_ds_mismatch",
     "zone a.test, a.test DNSKEY, key 65312, algorithm 13: no DNSKEY is the one that a DS record "
     "names",
     "DS at the parent",
     {"key tag 65312", "algorithm 13"},
     "DNSKEY in the zone",
     {"no DNSKEY is the one that a DS record names"}},
    {"DsBesideTheKeys",
     "dnssec_ds_mismatch",
     "zone a.test, a.test DNSKEY, key 65312, algorithm 13: no DNSKEY is the one that a DS record "
     "names; the zone has key 4711 of algorithm 13, key 815 of algorithm 8, and 1 more",
     "DS at the parent",
     {"key tag 65312", "algorithm 13"},
     "DNSKEY in the zone",
     {"key 4711 of algorithm 13", "key 815 of algorithm 8", "and 1 more"}},
    {"DsWithoutKeys",
     "dnssec_no_dnskey",
     "zone a.test, a.test DNSKEY, key 1, algorithm 8: the zone has no DNSKEY, and its parent a DS",
     "DS at the parent",
     {"key tag 1", "algorithm 8"},
     "DNSKEY in the zone",
     {"the zone has no DNSKEY, and its parent a DS"}},
    {"KeySets",
     "dnskey_sets_differ",
     "a.test (192.0.2.1): 1 (algorithm 13), 2 (algorithm 13); b.test (192.0.2.2): none",
     "At a.test (192.0.2.1)",
     {"1 (algorithm 13)", "2 (algorithm 13)"},
     "At b.test (192.0.2.2)",
     {"none"}},
    {"ParentsServers",
     "parents_differ",
     "a.test (192.0.2.1): x.test; b.test (2001:db8::1): x.test, y.test",
     "At a.test (192.0.2.1)",
     {"x.test"},
     "At b.test (2001:db8::1)",
     {"x.test", "y.test"}},
    {"Hostile",
     "delegation_mismatch",
     "the parent names \x1b; the zone itself, at \x7f, names \xE2\x80\xAE",
     "At the parent",
     {"\\u{1B}"},
     "In the zone, at \\u{7F}",
     {"\\u{202E}"}},
};

class TwoSidesTest : public testing::TestWithParam<SidesCase> {};

TEST_P(TwoSidesTest, AreTakenFromTheEvidence) {
  const SidesCase& row = GetParam();
  const std::optional<TwoSides> sides = SidesOf(row.code, row.evidence);
  ASSERT_TRUE(sides.has_value());
  EXPECT_EQ(sides->left.heading, row.left_heading);
  EXPECT_EQ(sides->left.lines, row.left);
  EXPECT_EQ(sides->right.heading, row.right_heading);
  EXPECT_EQ(sides->right.lines, row.right);
}

INSTANTIATE_TEST_SUITE_P(Cases, TwoSidesTest, testing::ValuesIn(kCases),
                         [](const auto& each) { return std::string(each.param.name); });

struct NoSidesRow {
  const char* name;
  const char* code;
  const char* evidence;
};

TEST(TwoSidesOfNothingTest, WhereTheEvidenceHasNotBoth) {
  for (const NoSidesRow& row : {
           NoSidesRow{"another finding", "glue_mismatch",
                      "the parent names a; the zone itself, at b, names c"},
           NoSidesRow{"a code of another version", "future_code",
                      "the parent names a; the zone itself, at b, names c"},
           NoSidesRow{"one server", "dnskey_sets_differ", "a.test (192.0.2.1): key; b"},
           NoSidesRow{"no evidence", "delegation_mismatch", ""},
           NoSidesRow{"one side", "delegation_mismatch", "the parent names a.test"},
           NoSidesRow{"no server", "delegation_mismatch",
                      "the parent names a; the zone itself, at b"},
           NoSidesRow{"no tag", "dnssec_no_dnskey", "no server gives the DNSKEY set of a.test"},
           NoSidesRow{"no digits", "dnssec_ds_mismatch", "zone a, a DNSKEY, key x, algorithm y: z"},
           NoSidesRow{"no algorithm", "dnssec_ds_mismatch", "zone a, a DNSKEY, key 1: z"},
       }) {
    EXPECT_FALSE(SidesOf(row.code, row.evidence).has_value()) << row.name;
  }
}

}  // namespace
}  // namespace caascan::explain
