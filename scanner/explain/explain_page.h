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
  /// `width` in columns; see ExplainOptions.
  explicit ExplainPage(ExplainForm form, size_t width = kUsualWidth);

  /// The first sentence: green or red.
  void Verdict(bool good, std::string_view text);
  void Heading(std::string_view text);
  /// As it stands: for what is copied, records and commands.
  void Copy(std::string_view text);
  /// For columns. A line that is too wide goes on in the next one, behind a deeper indent.
  void Line(std::string_view text) { Columns(text, nullptr); }
  /// A line that stands out: what is broken.
  void BadLine(std::string_view text);
  /// Broken at blanks, each line behind `indent`; in Markdown a paragraph.
  void Paragraph(const std::string& indent, std::string_view text);
  /// "and N more", where there are.
  void Rest(size_t all, size_t shown);

  std::string Take();

 private:
  static constexpr size_t kUsualWidth = 96;

  bool is_markdown() const { return form_ == ExplainForm::kMarkdown; }
  void OpenFence();
  void CloseFence();
  void Put(std::string_view text, const char* style);
  void Columns(std::string_view text, const char* style);

  const ExplainForm form_;
  const size_t width_;
  bool in_fence_ = false;
  std::string text_;
};

}  // namespace caascan::explain
