#include "scanner/dns/presentation.h"

#include <gtest/gtest.h>

namespace caascan::dns {
namespace {

struct Row {
  const char* name;
  std::string_view octets;
  std::string_view presentation;
  std::string_view quotable;
};

class PresentationTest : public testing::TestWithParam<Row> {};

TEST_P(PresentationTest, Escapes) {
  std::string presentation = "before ";
  std::string quotable = presentation;
  AppendPresentation(GetParam().octets, &presentation);
  AppendQuotable(GetParam().octets, &quotable);
  EXPECT_EQ(presentation, "before " + std::string(GetParam().presentation));
  EXPECT_EQ(quotable, "before " + std::string(GetParam().quotable));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, PresentationTest,
    testing::Values(Row{"Nothing", "", "", ""},
                    Row{"Plain", "ca.example; a=b ~", "ca.example; a=b ~", "ca.example; a=b ~"},
                    Row{"Quote", "\"", "\"", "\\034"}, Row{"Backslash", "\\", "\\\\", "\\092"},
                    Row{"Nul", std::string_view("\0", 1), "\\000", "\\000"},
                    Row{"EndsOfPrintable", "\x1f \x7f", "\\031 \\127", "\\031 \\127"},
                    Row{"HighOctets", "\x80\xff", "\\128\\255", "\\128\\255"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace caascan::dns
