// The page of a check: what is on it, and that nothing of a stranger's becomes markup.
#include "caascan/check_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/record/record_lines.h"

namespace caascan {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Page(const std::vector<std::string>& records, const CheckPageOptions& options = {}) {
  const auto page = CheckPage(records, options);
  EXPECT_TRUE(page.ok()) << page.status();
  return page.ok() ? *page : "";
}

size_t CountOf(std::string_view part, const std::string& text) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

const char* const kRefused =
    R"(,"failed_at":"a.test","zone":"a.test","operator":"Example DNS",)"
    R"("servers":[{"host":"ns.a.test","address":"192.0.2.1","result":"refused"}],)"
    R"("findings":[{"code":"lame_refused","host":"ns.a.test","address":"192.0.2.1",)"
    R"("zone":"a.test","evidence":"CAA: REFUSED"}],)"
    R"("climb":[{"name":"a.test","result":"refused","dnssec":"insecure"}],)"
    R"("chain":[{"zone":".","dnssec":"secure"},{"zone":"a.test","dnssec":"insecure"}])";
const char* const kDiffers =
    R"(,"zone":"a.test","caa":{"owner":"a.test","ttl":5,"records":[{"flags":0,"tag":"issue",)"
    R"("value":"ca.test"}]},"valid_until":"2026-11-22T16:00:00.000Z",)"
    R"("findings":[{"code":"answers_differ","zone":"a.test","evidence":"x"}])";

struct PartRow {
  const char* name;
  const char* reason;
  const char* more;
  const char* part;
};

TEST(CheckPageTest, HasItsParts) {
  for (const PartRow& row : {
           PartRow{"good verdict", "no_caa", "",
                   "<p class=\"verdict good\">\u2713 Let&#39;s Encrypt would issue</p>"},
           PartRow{"bad verdict", "refused", kRefused,
                   "<p class=\"verdict bad\">\u2717 Let&#39;s Encrypt would not issue</p>"},
           PartRow{"verdict that depends", "issuer_not_authorized", kDiffers,
                   "<p class=\"verdict bad\">\u2717 It depends on which server Let&#39;s Encrypt "
                   "queries</p>"},
           PartRow{"no verdict", "invalid_name", "",
                   "<p class=\"verdict unknown\">\u2013 Not looked up</p>"},
           PartRow{"the sentence", "refused", kRefused, "could not be looked up: lame, refused"},
           PartRow{"what applicants see", "refused", kRefused,
                   "DNS problem: SERVFAIL looking up CAA for a.test"},
           PartRow{"picture", "refused", kRefused, "<svg class=\"trust\" role=\"img\""},
           PartRow{"picture in words", "refused", kRefused,
                   "<li>Server ns.a.test 192.0.2.1: refused"},
           PartRow{"climb", "refused", kRefused, "<li>a.test: refused, insecure</li>"},
           PartRow{"records", "issuer_not_authorized", kDiffers, "0 issue &quot;ca.test&quot;"},
           PartRow{"finding", "refused", kRefused, "<h4>lame_refused: the parent names a server"},
           PartRow{"evidence", "refused", kRefused, "<li>ns.a.test 192.0.2.1 CAA: REFUSED</li>"},
           PartRow{"whom to tell", "refused", kRefused, "<p>To the domain owner: "},
           PartRow{"publishing", "issuer_not_authorized", kDiffers,
                   "a.test. 3600 IN CAA 0 issue &quot;letsencrypt.org&quot;"},
           PartRow{"letter", "refused", kRefused,
                   "aria-label=\"letter to the domain owner\">The delegation names a server"},
           PartRow{"command", "refused", kRefused, "dig +norec CAA a.test @192.0.2.1\n"},
           PartRow{
               "facts", "refused", kRefused,
               "Zone a.test, on servers of Example DNS. DNSSEC: insecure. 2 queries, 1 pass, at "
               "2026-11-22T08:00:00.000Z."},
       }) {
    EXPECT_THAT(Page({record::Line("a.test", row.reason, row.more)}), HasSubstr(row.part))
        << row.name;
  }
}

TEST(CheckPageTest, ThePortAndTheWayStandOnIt) {
  const std::string page = Page({record::Line("a.test", "refused", kRefused)},
                                {{"ca.test"}, 5300, "caascan 1; <iteratively>"});
  EXPECT_THAT(page, HasSubstr("@192.0.2.1 -p 5300"));
  EXPECT_THAT(page, HasSubstr("<p class=\"facts\">caascan 1; &lt;iteratively&gt;</p>"));
  EXPECT_THAT(page, HasSubstr("ca.test would not issue"));
}

TEST(CheckPageTest, SeveralNamesHaveASectionEachAndLinks) {
  const std::string page = Page({record::Line("a.test"), record::Line("b.test")});
  EXPECT_THAT(page, HasSubstr("<title>CAA check of 2 names</title>"));
  EXPECT_THAT(page, HasSubstr("<a href=\"#n1\">b.test</a>"));
  EXPECT_THAT(page, HasSubstr("<section id=\"n1\">"));
  EXPECT_EQ(CountOf("<h1>", page), 1u);
  EXPECT_EQ(CountOf("<section ", page), 2u);
}

TEST(CheckPageTest, WhatAStrangerWroteStaysText) {
  const std::string evil = R"(<script>x</script>\"' onload=x \u202e)";
  const std::string more =
      R"(,"caa":{"owner":"a.test","ttl":5,"records":[{"flags":0,"tag":")" + evil +
      R"(","value":")" + evil + R"("}]},"cname":[")" + evil + R"("],"zone":")" + evil +
      R"(","operator":")" + evil + R"(","servers":[{"host":")" + evil + R"(","address":")" + evil +
      R"(","result":")" + evil + R"("}],"findings":[{"code":"answers_differ","host":")" + evil +
      R"(","zone":")" + evil + R"(","evidence":")" + evil + R"("},{"code":")" + evil +
      R"(","evidence":")" + evil +
      R"("},{"code":"delegation_mismatch","evidence":"the parent names )" + evil +
      R"(; the zone itself, at )" + evil + R"(, names )" + evil + R"("}],"climb":[{"name":")" +
      evil + R"(","result":")" + evil + R"(","dnssec":")" + evil + R"(","host":")" + evil +
      R"(","address":")" + evil + R"("}],"chain":[{"zone":")" + evil + R"(","dnssec":")" + evil +
      R"(","detail":")" + evil + R"("}],"valid_until":"2026-11-22T16:00:00.000Z")";
  const std::string page = Page({record::Line(evil, "issuer_not_authorized", more)});
  EXPECT_EQ(CountOf("<script>", page), 1u) << "the page's own";
  EXPECT_THAT(page, Not(HasSubstr("\u202e")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;x&lt;/script&gt;&quot;&#39; onload=x \\u{202E}"));
  EXPECT_THAT(page, Not(HasSubstr("style=")));
}

TEST(CheckPageTest, ABigRecordMakesASmallPage) {
  const std::string name(250, 'a');
  std::string more = R"(,"zone":"a.test","servers":[{"host":"x","result":"timeout"})";
  for (int i = 0; i < 1000; ++i) more += R"(,{"host":")" + name + R"(","result":"timeout"})";
  more += R"(],"findings":[{"code":"server_silent","host":"x"})";
  for (int i = 0; i < 1000; ++i) {
    more += R"(,{"code":"server_silent","host":")" + name + R"(","evidence":")" + name + R"("})";
  }
  more += "]";
  EXPECT_LT(Page({record::Line("a.test", "no_response", R"(,"failed_at":"a.test")" + more)}).size(),
            200'000u);
}

TEST(CheckPageTest, ALineThatIsNoRecordIsRefused) {
  const auto page = CheckPage({"{}"}, {});
  EXPECT_EQ(page.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(CheckPagePathTest, StandardOutputAndFoldersAreRefused) {
  EXPECT_FALSE(CheckPagePath("-").ok());
  EXPECT_FALSE(CheckPagePath("").ok());
  EXPECT_FALSE(CheckPagePath("/").ok());
  EXPECT_FALSE(CheckPagePath("/nowhere/at/all/page.html").ok());
  EXPECT_TRUE(CheckPagePath(testing::TempDir() + "page.html").ok());
}

}  // namespace
}  // namespace caascan
