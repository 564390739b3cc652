// Man pages and shell completions made from the very options that the program parses, so that they
// cannot differ from --help.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace caascan::cli {

/// The man page of a program or of one subcommand ("caascan-scan") in man(7)'s roff. Subcommands
/// are listed with a reference to their own page or, with `inline_subcommands`, described in full.
/// The footer of --help is the rest of the page. A blank line ends a paragraph. A heading is the
/// first line, or one after a blank line, that has only letters and blanks before a final colon.
/// What stands before the first heading belongs to DESCRIPTION. A line indented by 2, "TERM: text",
/// begins an item; lines indented by 4 continue it. Lines indented by 6, and those under
/// "Examples:", are literal.
struct ManPage {
  std::string version;
  bool inline_subcommands = false;
};
std::string ManPageText(const CLI::App& app, const ManPage& page);

enum class Shell { kBash, kZsh, kFish };

/// A completion script.
std::string CompletionText(const CLI::App& program, Shell shell);

/// What is shown of an app: its visible options, those without dashes apart.
std::vector<const CLI::Option*> VisibleOptions(const CLI::App& app);
std::vector<const CLI::Option*> Positionals(const CLI::App& app);
std::vector<const CLI::App*> VisibleSubcommands(const CLI::App& app);

}  // namespace caascan::cli
