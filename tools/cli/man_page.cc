// Roff has three traps, all met in Escape(): a backslash starts a request, a dash is a hyphen
// unless escaped (an option copied from the page would not work), and a line that begins with a dot
// or an apostrophe is a command. Tested by tests/e2e/install_test.py.
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <absl/strings/ascii.h>

#include "tools/cli/documents.h"

namespace caascan::cli {
namespace {

std::string Escape(std::string_view text) {
  std::string escaped;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) escaped += "\\&";
    line_start = c == '\n';
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

/// "caascan-scan" for the subcommand scan of caascan.
std::string PageName(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : PageName(*parent) + "-" + app.get_name();
}

std::string CommandName(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : CommandName(*parent) + " " + app.get_name();
}

std::string Synopsis(const CLI::App& app) {
  std::string line = "\\fB" + Escape(CommandName(app)) + "\\fR";
  if (!VisibleOptions(app).empty()) line += " [\\fIOPTIONS\\fR]";
  if (!VisibleSubcommands(app).empty()) line += " \\fISUBCOMMAND\\fR";
  for (const CLI::Option* option : Positionals(app)) {
    const std::string name = "\\fI" + Escape(option->get_option_text()) + "\\fR";
    line += option->get_required() ? " " + name : " [" + name + "]";
  }
  return line;
}

void AppendOptions(const CLI::App& app, std::string* out) {
  for (const CLI::Option* option : VisibleOptions(app)) {
    *out += ".TP\n\\fB" + Escape(option->get_name(false, true)) + "\\fR";
    if (!option->get_option_text().empty()) {
      *out += " \\fI" + Escape(option->get_option_text()) + "\\fR";
    }
    *out += "\n" + Escape(option->get_description()) + "\n";
  }
}

/// The footer's small format: headings, paragraphs, literal lines (documents.h).
void AppendFooter(const std::string& footer, std::string* out) {
  std::istringstream lines(footer);
  bool literal = false;
  for (std::string line; std::getline(lines, line);) {
    const bool indented = !line.empty() && line.front() == ' ';
    if (indented != literal) *out += indented ? ".PP\n.nf\n.RS\n" : ".RE\n.fi\n";
    literal = indented;
    if (line.empty()) {
      *out += ".PP\n";
    } else if (!indented && line.back() == ':') {
      *out += ".SH " + absl::AsciiStrToUpper(Escape(line.substr(0, line.size() - 1))) + "\n";
    } else {
      *out += Escape(line.substr(line.find_first_not_of(' '))) + "\n";
    }
  }
  if (literal) *out += ".RE\n.fi\n";
}

void AppendSubcommands(const CLI::App& app, bool in_full, std::string* out) {
  *out += ".SH SUBCOMMANDS\n";
  for (const CLI::App* subcommand : VisibleSubcommands(app)) {
    if (in_full) {
      *out += ".SS " + Synopsis(*subcommand) + "\n" + Escape(subcommand->get_description()) + "\n";
      AppendOptions(*subcommand, out);
    } else {
      *out += ".TP\n.BR " + Escape(PageName(*subcommand)) + " (1)\n" +
              Escape(subcommand->get_description()) + "\n";
    }
  }
}

}  // namespace

std::string ManPageText(const CLI::App& app, const ManPage& page) {
  const std::string name = PageName(app);
  const CLI::App* program = &app;
  while (program->get_parent() != nullptr) program = program->get_parent();

  std::string out = ".TH " + absl::AsciiStrToUpper(Escape(name)) + " 1 \"\" \"" +
                    Escape(program->get_name()) + " " + Escape(page.version) +
                    "\" \"User Commands\"\n";
  std::string summary = app.get_description();
  if (!summary.empty() && summary.back() == '.') summary.pop_back();
  out += ".SH NAME\n" + Escape(name) + " \\- " + Escape(summary) + "\n";
  out += ".SH SYNOPSIS\n" + Synopsis(app) + "\n";
  out += ".SH OPTIONS\n";
  for (const CLI::Option* option : Positionals(app)) {
    out += ".TP\n\\fI" + Escape(option->get_option_text()) + "\\fR\n" +
           Escape(option->get_description()) + "\n";
  }
  AppendOptions(app, &out);
  if (!VisibleSubcommands(app).empty()) AppendSubcommands(app, page.inline_subcommands, &out);
  AppendFooter(app.get_footer(), &out);
  if (program != &app) out += ".SH SEE ALSO\n.BR " + Escape(program->get_name()) + " (1)\n";
  return out;
}

}  // namespace caascan::cli
