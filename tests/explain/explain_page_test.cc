// One page, three forms: a row a rule.
#include "scanner/explain/explain_page.h"

#include <gtest/gtest.h>

#include <string>

namespace caascan::explain {
namespace {

struct FormRow {
  const char* name;
  void (*write)(ExplainPage*);
  std::string plain;
  std::string colour;
  std::string markdown;
};

TEST(ExplainPageTest, WritesEachPieceInEachForm) {
  for (const FormRow& row :
       {FormRow{"a good verdict", [](ExplainPage* page) { page->Verdict(true, "Yes."); }, "Yes.\n",
                "\033[1;32mYes.\033[0m\n", "## Yes.\n"},
        FormRow{"a bad verdict", [](ExplainPage* page) { page->Verdict(false, "No."); }, "No.\n",
                "\033[1;31mNo.\033[0m\n", "## No.\n"},
        FormRow{"a heading", [](ExplainPage* page) { page->Heading("Why"); }, "\nWhy\n",
                "\n\033[1mWhy\033[0m\n", "\n### Why\n\n"},
        FormRow{"a line", [](ExplainPage* page) { page->Line("  a *b*"); }, "  a *b*\n",
                "  a *b*\n", "```text\n  a *b*\n```\n"},
        FormRow{"a bad line", [](ExplainPage* page) { page->BadLine("x"); }, "x\n",
                "\033[1;31mx\033[0m\n", "```text\nx\n```\n"},
        FormRow{"a paragraph", [](ExplainPage* page) { page->Paragraph("  ", "a *b*"); },
                "  a *b*\n", "  a *b*\n", "\na \\*b\\*\n"},
        FormRow{"what is left out", [](ExplainPage* page) { page->Rest(5, 3); }, "  and 2 more\n",
                "  and 2 more\n", "```text\n  and 2 more\n```\n"},
        FormRow{"nothing left out", [](ExplainPage* page) { page->Rest(3, 3); }, "", "", ""}}) {
    for (const ExplainForm form :
         {ExplainForm::kPlain, ExplainForm::kColour, ExplainForm::kMarkdown}) {
      ExplainPage page(form);
      row.write(&page);
      EXPECT_EQ(page.Take(), form == ExplainForm::kPlain    ? row.plain
                             : form == ExplainForm::kColour ? row.colour
                                                            : row.markdown)
          << row.name;
    }
  }
}

// GitHub Flavored Markdown 4.5: a fence ends with a line of as many back quotes.
TEST(ExplainPageTest, NothingInAFenceClosesIt) {
  ExplainPage page(ExplainForm::kMarkdown);
  page.Line("```");
  page.BadLine("a `b`");
  EXPECT_EQ(page.Take(), "```text\n'''\na 'b'\n```\n");
}

TEST(ExplainPageTest, LinesInARowShareAFence) {
  ExplainPage page(ExplainForm::kMarkdown);
  page.Line("a");
  page.Line("b");
  page.Heading("H");
  page.Line("c");
  EXPECT_EQ(page.Take(), "```text\na\nb\n```\n\n### H\n\n```text\nc\n```\n");
}

struct BreakRow {
  const char* name;
  std::string text;
  std::string broken;
};

const std::string kLong(96, 'x');  // As wide as a line may be.

TEST(ExplainPageTest, BreaksVerdictsAndParagraphsAlikeAndLosesNothing) {
  for (const BreakRow& row : {BreakRow{"fits", kLong, kLong + "\n"},
                              BreakRow{"at a blank", kLong + " y", kLong + "\ny\n"},
                              BreakRow{"at the last blank", "a " + kLong, "a\n" + kLong + "\n"},
                              BreakRow{"without a blank", kLong + "yz", kLong + "\nyz\n"},
                              BreakRow{"a long word after a short one", "a " + kLong + "yz b",
                                       "a\n" + kLong + "\nyz b\n"}}) {
    ExplainPage verdict(ExplainForm::kPlain);
    verdict.Verdict(true, row.text);
    EXPECT_EQ(verdict.Take(), row.broken) << row.name;
    ExplainPage paragraph(ExplainForm::kPlain);
    paragraph.Paragraph("", row.text);
    EXPECT_EQ(paragraph.Take(), row.broken) << row.name;
  }
}

TEST(ExplainPageTest, AnIndentTakesItsPartOfTheLine) {
  ExplainPage page(ExplainForm::kPlain);
  page.Paragraph("    ", std::string(92, 'x') + " y");
  EXPECT_EQ(page.Take(), "    " + std::string(92, 'x') + "\n    y\n");
}

}  // namespace
}  // namespace caascan::explain
