// The page that explains a record: plain, coloured, or Markdown, from the same pieces.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "caascan/explain.h"

namespace caascan::explain {

/// Takes printable text only; what it adds itself are line feeds, Markdown's marks, and the escapes
/// of colours where they are wanted. A value; one thread.
class ExplainPage {
 public:
  explicit ExplainPage(ExplainForm form) : form_(form) {}

  /// The first sentence: green or red.
  void Verdict(bool good, std::string_view text);
  void Heading(std::string_view text);
  /// As it stands: for columns, records and commands.
  void Line(std::string_view text);
  /// A line that stands out: what is broken.
  void BadLine(std::string_view text);
  /// Broken at blanks to 96 columns, each line behind `indent`; in Markdown a paragraph.
  void Paragraph(const std::string& indent, std::string_view text);
  /// "and N more", where there are.
  void Rest(size_t all, size_t shown);

  std::string Take();

 private:
  bool is_markdown() const { return form_ == ExplainForm::kMarkdown; }
  void OpenFence();
  void CloseFence();
  void Put(std::string_view text, const char* style);

  const ExplainForm form_;
  bool in_fence_ = false;
  std::string text_;
};

}  // namespace caascan::explain
