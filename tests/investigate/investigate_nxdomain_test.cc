// Which names a record says do not exist.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/investigate/investigate_fixture.h"
#include "tests/query/names.h"

namespace caascan::investigate {
namespace {

using InvestigateNxdomainTest = InvestigateFixture;

// RFC 2308 §2.1, RFC 6604 §3: behind aliases NXDOMAIN is of the last target. An alias exists.

struct NxdomainRow {
  const char* name;
  bool nxdomain;
  bool nxname;
  std::vector<std::string> cname;
  Reason failure;  // kNoCaa: it did not fail.
  const char* expected;
};

class NxdomainTest : public InvestigateFixture, public testing::WithParamInterface<NxdomainRow> {};

TEST_P(NxdomainTest, IsOfTheNameItself) {
  query::CaaAnswer answer =
      GetParam().failure == Reason::kNoCaa ? Empty() : Failed(GetParam().failure);
  answer.nxdomain = GetParam().nxdomain;
  answer.nxname = GetParam().nxname;
  answer.cname = query::NamesOf(GetParam().cname);
  resolver_.Script("www.example.com", answer);
  EXPECT_EQ(Run("www.example.com")["nxdomain"], GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, NxdomainTest,
    testing::Values(NxdomainRow{"Exists", false, false, {}, Reason::kNoCaa, ""},
                    NxdomainRow{"Denied", true, false, {}, Reason::kNoCaa, "true"},
                    NxdomainRow{"DeniedCompactly", false, true, {}, Reason::kNoCaa, "true"},
                    NxdomainRow{"AliasOfNothing", true, false, {"x.example"}, Reason::kNoCaa, ""},
                    NxdomainRow{
                        "AliasOfNothingCompactly", false, true, {"x.example"}, Reason::kNoCaa, ""},
                    NxdomainRow{"NoSuchTld", true, false, {}, Reason::kNoSuchTld, "true"},
                    NxdomainRow{"Failed", false, false, {}, Reason::kBlocklisted, ""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(InvestigateNxdomainTest, AMissingParentMakesNoMissingName) {
  query::CaaAnswer parent = Empty();
  parent.nxdomain = true;
  resolver_.Script("example.com", parent);
  EXPECT_EQ(Run("www.example.com")["nxdomain"], "");
}

TEST_F(InvestigateNxdomainTest, WhatIsKnownOfAParentIsSaidOfItAsANameToo) {
  query::CaaAnswer missing = Empty();
  missing.nxdomain = true;
  resolver_.Script("gone.example.com", missing);
  EXPECT_EQ(Run("www.gone.example.com")["nxdomain"], "");
  const size_t asked = resolver_.asked().size();
  EXPECT_EQ(Run("gone.example.com")["nxdomain"], "true");
  EXPECT_EQ(resolver_.asked().size(), asked) << "out of the cache";
}

TEST_F(InvestigateNxdomainTest, AMissingNameStaysMissingWhereItsParentFails) {
  options_.recheck = 0;
  Begin();
  query::CaaAnswer missing = Empty();
  missing.nxdomain = true;
  resolver_.Script("www.example.com", missing);
  resolver_.Script("example.com", Failed(Reason::kServfail));
  const Line line = Run("www.example.com");
  EXPECT_EQ(line["outcome"], "servfail");
  EXPECT_EQ(line["nxdomain"], "true");
}

}  // namespace
}  // namespace caascan::investigate
