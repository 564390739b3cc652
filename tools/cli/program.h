// The frame of a command-line program: parsing with one clear line on standard error, help,
// version, completions, man pages, and exit codes (0 done, 1 could not finish, 2 wrong usage or
// unreadable input).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <CLI/CLI.hpp>

#include "tools/cli/documents.h"

namespace caascan::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitUnfinished = 1;
inline constexpr int kExitUsage = 2;

/// A program of subcommands. Main thread only. Subcommands are added to app(), then Parse() is
/// called once.
class Program {
 public:
  /// `one_man_page`: the subcommands are described on the program's own man page.
  Program(std::string name, std::string description, bool one_man_page);

  CLI::App* app() { return &app_; }

  /// Parses. Returns the exit code where there is nothing left to do (help was printed, or the
  /// usage was wrong and one line on standard error says how), nullopt where exactly one subcommand
  /// is to be run.
  std::optional<int> Parse(int argc, char** argv);

  /// Whether that subcommand was given, once Parse() has returned nullopt.
  bool Given(const std::string& subcommand) const { return app_.got_subcommand(subcommand); }

  /// "caascan scan", or "caascan" while no subcommand is known.
  std::string CommandName() const;

  /// As it was called; filled by Parse().
  const std::vector<std::string>& command_line() const { return command_line_; }

  /// One line on standard error: the command's name and the message, control characters made
  /// blanks.
  void Complain(std::string_view message) const;

  /// The exit code for a status; a status that is not OK is complained about.
  int Finish(const absl::Status& status) const;
  /// The same for work that may be stopped by a signal (0: was not) and has something to say about
  /// itself: `counts` goes to standard error, in one line with what went wrong. Wrong usage is told
  /// without.
  int Finish(const absl::Status& status, std::string_view counts, int signal) const;

 private:
  std::optional<int> PrintDocument();

  CLI::App app_;
  const bool one_man_page_;
  std::vector<std::string> command_line_;
  Shell shell_ = Shell::kBash;  // Of --completion.
  std::string man_page_;
};

/// Puts something in the place of each closed descriptor from 0 to 2 that can be neither read nor
/// written, so that no file or socket of the program's own takes its number. Call it first of all.
void KeepStandardDescriptors();

/// Can standard output be written to? InvalidArgument where it is closed.
[[nodiscard]] absl::Status CheckStandardOutput();

/// Writes to standard output and makes sure that all of it arrived. DataLoss where it did not,
/// InvalidArgument where it is closed.
[[nodiscard]] absl::Status PrintToStandardOutput(std::string_view text);

}  // namespace caascan::cli
