// Aliases that lead to names that are not in the public DNS (scanner/dns/special_names.h).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/resolve/iterative_fixture.h"

namespace caascan::resolve {
namespace {

using SpecialAliasTest = IterativeFixture;

TEST_F(SpecialAliasTest, IsEmptyAndNotAskedFor) {  // RFC 6761, RFC 7686 …
  options_.allow_special_names = false;
  tree_.Delegate(".", "example", {{"ns.c.example", "127.53.1.3"}});
  tree_.Add("example", "www.example CNAME abc.onion");
  tree_.Add("example", "nas.example DNAME Home.ARPA");
  tree_.Add("example", "far.example CNAME www.example");
  tree_.Add("example", "near.example CNAME onion.example");
  tree_.Add("example", "onion.example CAA 0 issue ca.example");
  Start();
  const struct {
    const char* name;
    std::vector<std::string> cname;
    const char* summary;
  } rows[] = {
      {"www.example", {"abc.onion"}, "empty"},
      {"a.nas.example", {"a.home.arpa"}, "empty"},
      {"far.example", {"www.example", "abc.onion"}, "empty"},
      {"near.example", {"onion.example"}, "issue ca.example"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const Looked looked = Lookup(row.name);
    EXPECT_EQ(Summary(looked.answer), row.summary);
    EXPECT_EQ(query::NameTexts(looked.answer.cname), row.cname);
    EXPECT_EQ(query::NameText(looked.answer.zone), "example");
    EXPECT_FALSE(looked.answer.nxdomain);
  }
  EXPECT_EQ(Seen(kRoot), 1u) << "for the delegation of example";
}

TEST_F(SpecialAliasTest, IsAskedForWhereThatIsAllowed) {
  tree_.Delegate(".", "onion", {{"ns.c.onion", "127.53.1.3"}});
  tree_.Add("onion", "abc.onion CAA 0 issue ca.example");
  tree_.Delegate("test", "a.test", {{"ns.a.test", "127.53.1.1"}});
  tree_.Add("a.test", "www.a.test CNAME abc.onion");
  Start();
  EXPECT_EQ(Summary(Lookup("www.a.test").answer), "issue ca.example");
}

}  // namespace
}  // namespace caascan::resolve
