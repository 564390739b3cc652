// Who can act, and for which name, where an alias or a delegation leads away from the name.
#include "scanner/explain/culprit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/record/record_lines.h"

namespace caascan::explain {
namespace {

using testing::HasSubstr;
using testing::Not;

struct CulpritCase {
  const char* name;
  const char* members;  // Of the record of www.shop.example.com.
  const char* asked;
  Delegator delegator;
  const char* whom;       // About lame_refused.
  const char* remedy;     // Is part of its remedy.
  const char* elsewhere;  // Is part of the text; empty for none.
};

const CulpritCase kCases[] = {
    {"RegisteredZone", R"(,"failed_at":"www.shop.example.com","zone":"example.com")",
     "www.shop.example.com", Delegator::kRegistry, "domain owner", "entered at the registrar with",
     ""},
    {"ZoneBelowTheRegisteredOne",
     R"(,"failed_at":"www.shop.example.com","zone":"shop.example.com")", "www.shop.example.com",
     Delegator::kParentZone, "operator of the zone above shop.example.com",
     "Compare the NS records of the delegation in the zone above shop.example.com with those", ""},
    {"ACdnBehindAnAlias",
     R"(,"failed_at":"www.shop.example.com","cname":["x.cdn.example.net"],"zone":"cdn.example.net")",
     "x.cdn.example.net", Delegator::kElsewhere, "operator of the zone cdn.example.net",
     "in the zone above cdn.example.net with those",
     "www.shop.example.com is an alias that leads to x.cdn.example.net, and there"},
    {"AnAliasWithinTheSameDomain",
     R"(,"failed_at":"www.shop.example.com","cname":["web.eu.example.com"],"zone":"eu.example.com")",
     "web.eu.example.com", Delegator::kParentZone, "operator of the zone above eu.example.com",
     "in the zone above eu.example.com", "points the alias elsewhere"},
    // The alias's own zone fails, not the target's.
    {"BeforeTheAlias",
     R"(,"failed_at":"www.shop.example.com","cname":["x.cdn.example.net"],"zone":"example.com")",
     "www.shop.example.com", Delegator::kRegistry, "domain owner", "at the registrar", ""},
    // The name is an alias without trouble; a parent of it fails.
    {"AParent",
     R"(,"failed_at":"shop.example.com","cname":["x.cdn.example.net"],"zone":"shop.example.com")",
     "shop.example.com", Delegator::kParentZone, "operator of the zone above shop.example.com",
     "in the zone above", "The look-up failed at shop.example.com, above www.shop.example.com"},
    {"AParentThatIsAnAlias",
     R"(,"failed_at":"shop.example.com","cname":["x.cdn.example.net"],"zone":"cdn.example.net")",
     "x.cdn.example.net", Delegator::kElsewhere, "operator of the zone cdn.example.net",
     "in the zone above", "shop.example.com is an alias that leads to x.cdn.example.net"},
    {"NoZone", R"(,"failed_at":"www.shop.example.com")", "www.shop.example.com",
     Delegator::kRegistry, "domain owner", "at the registrar", ""},
    {"ATopLevelDomain", R"(,"failed_at":"com","zone":"com")", "com", Delegator::kRegistry,
     "domain owner", "at the registrar", "The look-up failed at com"},
};

class CulpritTest : public testing::TestWithParam<CulpritCase> {};

TEST_P(CulpritTest, SaysWhoCanActAndForWhichName) {
  const CulpritCase& row = GetParam();
  record::LineReader reader;
  ASSERT_EQ(reader.Read(record::Line("www.shop.example.com", "refused", row.members)), "");
  const record::RecordView& record = reader.record();
  const FindingKind& kind = KindOf(FindingCode::kLameRefused);
  EXPECT_EQ(AskedName(record), row.asked);
  EXPECT_EQ(DelegatorOf(record), row.delegator);
  EXPECT_EQ(WhomToTell(kind, record), row.whom);
  EXPECT_THAT(RemedyFor(kind, record), HasSubstr(row.remedy));
  EXPECT_EQ(ElsewhereText(record).empty(), *row.elsewhere == '\0') << ElsewhereText(record);
  EXPECT_THAT(ElsewhereText(record), HasSubstr(row.elsewhere));
  if (row.delegator == Delegator::kRegistry) return;
  // Where no registrar delegates the zone none is spoken of, whatever the finding.
  for (const FindingKind& each : FindingKinds()) {
    EXPECT_THAT(RemedyFor(each, record), Not(HasSubstr("registrar")));
    EXPECT_NE(WhomToTell(each, record), "registrar");
  }
  EXPECT_THAT(RemedyFor(record), Not(HasSubstr("registrar")));
}

INSTANTIATE_TEST_SUITE_P(Cases, CulpritTest, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST(WhomToTellTest, AResolversOperatorIsNoProvider) {
  const FindingKind& kind = KindOf(FindingCode::kResponseMalformed);
  const auto whom = [&kind](const std::string& findings) {
    record::LineReader reader;
    EXPECT_EQ(
        reader.Read(record::Line("www.example.com", "malformed_response",
                                 R"(,"operator":"Example DNS","findings":[)" + findings + "]")),
        "");
    return WhomToTell(kind, reader.record());
  };
  EXPECT_EQ(whom(R"({"code":"response_malformed","address":"192.0.2.53"})"),
            "operator of the resolver");
  EXPECT_EQ(whom(R"({"code":"response_malformed","host":"ns1.test","address":"192.0.2.1"})"),
            "DNS provider (Example DNS)");
  EXPECT_EQ(whom(R"({"code":"response_malformed","zone":"example.com"})"),
            "DNS provider (Example DNS)");
}

}  // namespace
}  // namespace caascan::explain
