#include "scanner/publish/html_page.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace caascan::publish {
namespace {

size_t CountOf(std::string_view part, const std::string& text) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

struct HtmlRow {
  const char* name;
  const char* text;
  const char* html;
};

TEST(HtmlTextTest, IsSafeBetweenTagsAndInQuotedAttributes) {
  for (const HtmlRow& row :
       {HtmlRow{"plain", "a b", "a b"}, HtmlRow{"tag", "<b>", "&lt;b&gt;"},
        HtmlRow{"entity", "&lt;", "&amp;lt;"}, HtmlRow{"double quote", "\"", "&quot;"},
        HtmlRow{"single quote", "'", "&#39;"}, HtmlRow{"letter", "\xC3\xA9", "\xC3\xA9"}}) {
    EXPECT_EQ(HtmlText(row.text), row.html) << row.name;
  }
}

TEST(HtmlPageTest, TheTitleIsTextAndTheBodyIsMarkup) {
  const std::string page = HtmlPage("a<b", "<p>x</p>");
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>\n"));
  EXPECT_EQ(CountOf("<title>a&lt;b</title>", page), 1u);
  EXPECT_EQ(CountOf("<p>x</p>", page), 1u);
  EXPECT_EQ(CountOf("Content-Security-Policy", page), 1u);
}

}  // namespace
}  // namespace caascan::publish
