// Man pages and shell completions made from the very options that the program parses, so that they
// cannot differ from --help.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace caascan::cli {

/// The man page of a program or of one subcommand ("caascan-scan") in man(7)'s roff. Subcommands
/// are listed with a reference to their own page or, with `inline_subcommands`, described in full.
/// Sections after OPTIONS come from the footer: a line that ends with a colon is a heading,
/// indented lines are literal.
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
