// Roff has three traps, all met in RoffText(): a backslash starts a request, a dash is a hyphen
// unless escaped (an option copied from the page would not work), and a line that begins with a dot
// or an apostrophe is a command. Tested by tests/e2e/man_pages_test.py.
#include "tools/cli/roff.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

namespace caascan::cli {
namespace {

constexpr std::string_view ManualOf(int section) {
  switch (section) {
    case 5:
      return "File Formats";
    case 7:
      return "Miscellaneous";
    default:
      return "User Commands";
  }
}

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  absl::AsciiStrToUpper(&upper);
  return upper;
}

}  // namespace

std::string RoffText(std::string_view text, bool at_line_start) {
  std::string escaped;
  for (const char c : text) {
    if (at_line_start && (c == '.' || c == '\'')) escaped += "\\&";
    at_line_start = c == '\n';
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

RoffWriter::RoffWriter(const PageTitle& title) {
  absl::StrAppend(&out_, ".TH ", RoffText(UpperCase(title.name)), " ", title.section, " \"\" \"",
                  RoffText(title.source), "\" \"", std::string(ManualOf(title.section)), "\"\n",
                  ".nh\n.ad l\n");  // Codes and options stay whole, and can be copied.
  Section("NAME");
  absl::StrAppend(&out_, RoffText(title.name), " \\- ", RoffText(title.summary), "\n");
}

void RoffWriter::Section(std::string_view heading) {
  EndLiteral();
  absl::StrAppend(&out_, ".SH ", RoffText(UpperCase(heading)), "\n");
  fresh_ = true;
}

void RoffWriter::Subsection(std::string_view heading) {
  EndLiteral();
  absl::StrAppend(&out_, ".SS ", RoffText(heading), "\n");
  fresh_ = true;
}

void RoffWriter::Paragraph(std::string_view text) {
  EndLiteral();
  absl::StrAppend(&out_, fresh_ ? "" : ".PP\n", RoffText(text), "\n");
  fresh_ = false;
}

void RoffWriter::Item(std::string_view term, std::string_view value, std::string_view text) {
  EndLiteral();
  absl::StrAppend(&out_, ".TP\n\\fB", RoffText(term, false), "\\fR");
  if (!value.empty()) absl::StrAppend(&out_, " \\fI", RoffText(value, false), "\\fR");
  absl::StrAppend(&out_, "\n", RoffText(text), "\n");
  fresh_ = false;
}

void RoffWriter::Literal(std::string_view line) {
  if (!literal_) out_ += fresh_ ? ".nf\n.RS\n" : ".PP\n.nf\n.RS\n";
  literal_ = true;
  fresh_ = false;
  absl::StrAppend(&out_, RoffText(line), "\n");
}

void RoffWriter::Synopsis(std::string_view command, std::string_view rest) {
  absl::StrAppend(&out_, fresh_ ? "" : ".br\n", "\\fB", RoffText(command, false), "\\fR");
  if (!rest.empty()) absl::StrAppend(&out_, " \\fI", RoffText(rest, false), "\\fR");
  out_ += "\n";
  fresh_ = false;
}

void RoffWriter::SeeAlso(std::initializer_list<std::string_view> pages) {
  Section("SEE ALSO");
  size_t left = pages.size();
  for (const std::string_view page : pages) {
    const size_t bracket = page.find('(');
    absl::StrAppend(&out_, ".BR ", RoffText(page.substr(0, bracket)), " ",
                    std::string(page.substr(bracket)), --left == 0 ? "" : ",", "\n");
  }
}

std::string RoffWriter::Finish() {
  EndLiteral();
  return out_;
}

void RoffWriter::EndLiteral() {
  if (literal_) out_ += ".RE\n.fi\n";
  literal_ = false;
}

}  // namespace caascan::cli
