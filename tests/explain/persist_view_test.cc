// The member `persist` of a record, as docs/record.schema.json describes it.
#include "scanner/explain/persist_view.h"

#include <gtest/gtest.h>

#include <string>

#include "caascan/check_page.h"
#include "caascan/explain.h"
#include "caascan/persist.h"
#include "tests/record/record_lines.h"

namespace caascan::explain {
namespace {

constexpr const char* kValid =
    R"({"result":"valid","name":"_validation-persist.a.example","dnssec":"secure","ttl":300,)"
    R"("records":[{"value":"ca.example; accounturi=urn:<a>","result":"valid","account_uri":"urn:a",)"
    R"("persist_until":1805097600},{"value":"x\\255","result":"malformed","detail":"no issuer"}]})";

std::string With(const std::string& persist) {
  return R"({"name":"a.example","persist":)" + persist + "}";
}

TEST(ReadPersistViewTest, ReadsEachMember) {
  const auto view = ReadPersistView(With(kValid));
  ASSERT_TRUE(view.has_value());
  EXPECT_TRUE(view->good);
  EXPECT_EQ(view->heading,
            "The persistent validation record, TXT of _validation-persist.a.example");
  EXPECT_EQ(view->verdict,
            "valid: A record validates control of the name for this CA. DNSSEC: secure.");
  ASSERT_EQ(view->texts.size(), 2u);
  EXPECT_EQ(view->all, 2u);
  EXPECT_EQ(view->texts[0].value, "ca.example; accounturi=urn:<a>");
  EXPECT_EQ(view->texts[0].result, "valid, until 2027-03-15T08:00:00.000Z");
  EXPECT_EQ(view->texts[1].result, "malformed: no issuer");
}

TEST(ReadPersistViewTest, SaysWhyThereIsNothing) {
  const auto failed =
      ReadPersistView(With(R"({"result":"failed","reason":"servfail","dnssec":"insecure"})"));
  ASSERT_TRUE(failed.has_value());
  EXPECT_FALSE(failed->good);
  EXPECT_EQ(failed->verdict, "failed: The look-up failed: servfail. DNSSEC: insecure.");
  EXPECT_TRUE(failed->texts.empty());
}

TEST(ReadPersistViewTest, KnowsEachResult) {
  for (size_t i = 0; i < kPersistResultCount; ++i) {
    const std::string code(PersistResultCode(static_cast<PersistResult>(i)));
    const auto view = ReadPersistView(With(R"({"result":")" + code + R"(","dnssec":"secure"})"));
    ASSERT_TRUE(view.has_value()) << code;
    EXPECT_EQ(view->good, code == "valid") << code;
    EXPECT_TRUE(view->verdict.starts_with(code + ": ")) << view->verdict;
  }
}

struct NoneRow {
  const char* name;
  const char* record;
};

TEST(ReadPersistViewTest, IsNothingWhereThereIsNone) {
  for (const NoneRow& row :
       {NoneRow{"nothing", ""}, NoneRow{"no JSON", "{"}, NoneRow{"no object", "[]"},
        NoneRow{"no member", R"({"name":"a"})"}, NoneRow{"another type", R"({"persist":[]})"},
        NoneRow{"another result", R"({"persist":{"result":"fine"}})"}}) {
    EXPECT_FALSE(ReadPersistView(row.record).has_value()) << row.name;
  }
}

TEST(ReadPersistViewTest, CutsWhatIsTooMuch) {
  std::string records;
  for (int i = 0; i < 500; ++i) {
    records += std::string(i == 0 ? "" : ",") + R"({"value":")" + std::string(9000, 'x') +
               R"(","result":"malformed","persist_until":18446744073709551615})";
  }
  const auto view = ReadPersistView(
      With(R"({"result":"malformed","dnssec":"secure","records":[)" + records + "]}"));
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->all, 500u);
  EXPECT_LE(view->texts.size(), 8u);
  EXPECT_LE(view->texts[0].value.size(), 310u);
  EXPECT_EQ(view->texts[0].result, "malformed");
}

TEST(ReadPersistViewTest, IsOnBothPages) {
  const std::string record =
      record::Line("a.example", "no_caa", std::string(R"(,"persist":)") + kValid);
  const auto text = ExplainRecord(record, {});
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_NE(text->find("\"ca.example; accounturi=urn:<a>\"\n    valid, until"), text->npos)
      << *text;
  const auto page = CheckPage({record}, {});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_NE(page->find("TXT of _validation-persist.a.example"), page->npos);
  EXPECT_NE(page->find("accounturi=urn:&lt;a&gt;"), page->npos);
}

}  // namespace
}  // namespace caascan::explain
