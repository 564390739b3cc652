// The footer that --help prints behind the options is the rest of the man page. documents.h has its
// small format, for example:
//
//     Output:
//     Text that is filled.
//       TERM: an item, whose text goes on
//         in lines that are indented further.
//           a literal line
//
// Tested by tests/e2e/man_pages_test.py.
#include <cctype>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include "tools/cli/documents.h"
#include "tools/cli/roff.h"

namespace caascan::cli {
namespace {

constexpr size_t kItemIndent = 2;
constexpr size_t kLiteralIndent = 6;

/// "caascan-scan" or, with a blank between, "caascan scan" for the subcommand scan of caascan.
std::string FullName(const CLI::App& app, std::string_view between) {
  const CLI::App* parent = app.get_parent();
  if (parent == nullptr) return app.get_name();
  return absl::StrCat(FullName(*parent, between), std::string(between), app.get_name());
}

/// What stands behind the command: "[OPTIONS] SUBCOMMAND" or "[OPTIONS] FILE...".
std::string Arguments(const CLI::App& app) {
  std::string line = VisibleOptions(app).empty() ? "" : "[OPTIONS]";
  if (!VisibleSubcommands(app).empty()) line += " SUBCOMMAND";
  for (const CLI::Option* option : Positionals(app)) {
    const std::string name = option->get_option_text();
    line += option->get_required() ? " " + name : " [" + name + "]";
  }
  return line;
}

void AppendOptions(const CLI::App& app, RoffWriter* page) {
  for (const CLI::Option* option : Positionals(app)) {
    page->Item("", option->get_option_text(), option->get_description());
  }
  for (const CLI::Option* option : VisibleOptions(app)) {
    const std::string names =
        CLI::detail::find_and_replace(option->get_name(false, true), ",", ", ");
    page->Item(names, option->get_option_text(), option->get_description());
  }
}

/// Letters and blanks that a colon ends, such as "Exit status:".
bool IsHeading(std::string_view line) {
  if (line.size() < 2 || line.back() != ':' || std::isupper(line.front()) == 0) return false;
  for (const char c : line.substr(0, line.size() - 1)) {
    if (c != ' ' && std::isalpha(static_cast<unsigned char>(c)) == 0) return false;
  }
  return true;
}

/// Gathers the lines of one paragraph or item, and writes them out as one.
class FooterReader {
 public:
  explicit FooterReader(RoffWriter* page) : page_(page) {}

  void Read(std::string_view line) {
    const size_t indent = line.find_first_not_of(' ');
    const bool after_blank = after_blank_;
    after_blank_ = indent == std::string_view::npos;
    if (after_blank_) return Flush();
    const std::string_view text = line.substr(indent);
    if (indent == 0 && after_blank && IsHeading(text)) {
      Flush();
      page_->Section(text.substr(0, text.size() - 1));
      in_examples_ = text == "Examples:";
    } else if (indent >= kLiteralIndent || (indent > 0 && in_examples_)) {
      Flush();
      page_->Literal(line.substr(in_examples_ ? kItemIndent : kLiteralIndent));
    } else if (indent == kItemIndent) {
      Flush();
      const size_t colon = text.find(": ");
      term_ = text.substr(0, colon);
      if (colon != std::string_view::npos) text_ = text.substr(colon + 2);
    } else {
      if (indent == 0 && !term_.empty()) Flush();
      absl::StrAppend(&text_, text_.empty() ? "" : "\n", std::string(text));
    }
  }

  void Flush() {
    if (!term_.empty()) {
      page_->Item(term_, "", text_);
    } else if (!text_.empty()) {
      page_->Paragraph(text_);
    }
    term_.clear();
    text_.clear();
  }

 private:
  RoffWriter* page_;
  std::string term_;
  std::string text_;
  bool after_blank_ = true;
  bool in_examples_ = false;
};

/// The lines of a footer: those before its first heading, and the rest.
struct Footer {
  std::vector<std::string> description;
  std::vector<std::string> sections;
};

Footer SplitFooter(const std::string& text) {
  Footer footer;
  std::istringstream lines(text);
  bool described = false;
  bool after_blank = true;
  for (std::string line; std::getline(lines, line);) {
    described = described || (after_blank && IsHeading(line));
    after_blank = line.empty();
    (described ? footer.sections : footer.description).push_back(line);
  }
  return footer;
}

void AppendFooter(const std::vector<std::string>& lines, RoffWriter* page) {
  FooterReader reader(page);
  for (const std::string& line : lines) reader.Read(line);
  reader.Flush();
}

void AppendSubcommands(const CLI::App& app, bool in_full, RoffWriter* page) {
  page->Section("SUBCOMMANDS");
  for (const CLI::App* subcommand : VisibleSubcommands(app)) {
    if (in_full) {
      page->Subsection(absl::StrCat(FullName(*subcommand, " "), " ", Arguments(*subcommand)));
      page->Paragraph(subcommand->get_description());
      AppendOptions(*subcommand, page);
    } else {
      page->Item(absl::StrCat(FullName(*subcommand, "-"), "(1)"), "",
                 subcommand->get_description());
    }
  }
}

}  // namespace

std::string ManPageText(const CLI::App& app, const ManPage& page) {
  const CLI::App* program = &app;
  while (program->get_parent() != nullptr) program = program->get_parent();

  std::string summary = app.get_description();
  if (!summary.empty() && summary.back() == '.') summary.pop_back();
  const Footer footer = SplitFooter(app.get_footer());
  RoffWriter out({.name = FullName(app, "-"),
                  .section = 1,
                  .source = absl::StrCat(program->get_name(), " ", page.version),
                  .summary = summary});
  out.Section("SYNOPSIS");
  out.Synopsis(FullName(app, " "), Arguments(app));
  out.Section("DESCRIPTION");
  out.Paragraph(app.get_description());
  AppendFooter(footer.description, &out);
  out.Section("OPTIONS");
  AppendOptions(app, &out);
  if (!VisibleSubcommands(app).empty()) AppendSubcommands(app, page.inline_subcommands, &out);
  AppendFooter(footer.sections, &out);
  if (program != &app) {
    out.SeeAlso({program->get_name() + "(1)", "caascan-record(5)", "caascan-findings(7)"});
  } else if (page.inline_subcommands) {
    out.SeeAlso({"caascan(1)"});
  } else {
    out.SeeAlso({"caalab(1)", "caascan-record(5)", "caascan-findings(7)"});
  }
  return out.Finish();
}

}  // namespace caascan::cli
