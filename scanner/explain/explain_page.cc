// In Markdown whatever has columns stands in fences, which nothing inside can close, since there
// are no back quotes in it. Tested by explain_page_test.cc.
#include "scanner/explain/explain_page.h"

#include <algorithm>
#include <utility>

#include "scanner/report/formats/cell_text.h"
#include "scanner/report/formats/formats.h"

namespace caascan::explain {
namespace {

constexpr size_t kLeastWidth = 40;
constexpr size_t kMostWidth = 120;  // Longer lines are hard to read.
constexpr const char* kBold = "\033[1m";
constexpr const char* kGood = "\033[1;32m";
constexpr const char* kBad = "\033[1;31m";
constexpr const char* kPlain = "\033[0m";

}  // namespace

ExplainPage::ExplainPage(ExplainForm form, size_t width)
    : form_(form), width_(std::clamp(width, kLeastWidth, kMostWidth)) {}

void ExplainPage::OpenFence() {
  if (!is_markdown() || in_fence_) return;
  text_ += "```text\n";
  in_fence_ = true;
}

void ExplainPage::CloseFence() {
  if (in_fence_) text_ += "```\n";
  in_fence_ = false;
}

void ExplainPage::Put(std::string_view text, const char* style) {
  const bool coloured = form_ == ExplainForm::kColour && style != nullptr;
  if (coloured) text_ += style;
  text_ += text;
  if (coloured) text_ += kPlain;
  text_ += '\n';
}

void ExplainPage::Verdict(bool good, std::string_view text) {
  if (is_markdown()) {
    text_ += "## " + report::MarkdownText(text) + '\n';
    return;
  }
  while (!text.empty()) Put(report::TakeLine(width_, &text), good ? kGood : kBad);
}

void ExplainPage::Heading(std::string_view text) {
  CloseFence();
  text_ += '\n';
  if (is_markdown()) {
    text_ += "### " + report::MarkdownText(text) + "\n\n";
  } else {
    Put(text, kBold);
  }
}

void ExplainPage::Copy(std::string_view text) {
  OpenFence();
  std::string line(text);
  if (is_markdown()) std::replace(line.begin(), line.end(), '`', '\'');
  Put(line, nullptr);
}

void ExplainPage::Columns(std::string_view text, const char* style) {
  if (is_markdown()) return Copy(text);
  constexpr size_t kDeeper = 4;
  const size_t indent = std::min(text.find_first_not_of(' '), text.size());
  if (report::DisplayWidth(text) <= width_ || indent + 2 * kDeeper > width_ / 2) {
    return Put(text, style);
  }
  std::string_view rest = text.substr(indent);
  Put(std::string(indent, ' ').append(report::TakeLine(width_ - indent, &rest)), style);
  const std::string deeper(indent + kDeeper, ' ');
  while (!rest.empty()) {
    Put(deeper + std::string(report::TakeLine(width_ - deeper.size(), &rest)), style);
  }
}

void ExplainPage::BadLine(std::string_view text) { Columns(text, kBad); }

void ExplainPage::Paragraph(const std::string& indent, std::string_view text) {
  if (is_markdown()) {
    CloseFence();
    if (!text_.ends_with("\n\n")) text_ += '\n';
    text_ += report::MarkdownText(text) + '\n';
    return;
  }
  while (!text.empty()) {
    Put(indent + std::string(report::TakeLine(width_ - indent.size(), &text)), nullptr);
  }
}

void ExplainPage::Rest(size_t all, size_t shown) {
  if (all > shown) Line("  and " + std::to_string(all - shown) + " more");
}

std::string ExplainPage::Take() {
  CloseFence();
  return std::move(text_);
}

}  // namespace caascan::explain
