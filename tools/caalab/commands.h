// caalab's subcommands, each with its options.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/caalab/serve/weather.h"
#include "tools/caalab/world/internet.h"
#include "tools/cli/program.h"

namespace caascan::tool {

/// `caalab serve`: play the internet until a signal comes.
class ServeCommand {
 public:
  explicit ServeCommand(cli::Program* program);
  bool is_given() const { return command_->parsed(); }
  /// Returns the exit code; complains on standard error. The others below likewise.
  int Run();

 private:
  cli::Program* program_;
  CLI::App* command_;
  lab::InternetOptions internet_;
  uint16_t port_ = 5300;
  std::string hints_path_;
  std::string anchor_path_;
  lab::Weather weather_;
  bool windows_ = false;
};

/// `caalab names`: list the names whose truth is known.
class NamesCommand {
 public:
  explicit NamesCommand(cli::Program* program);
  bool is_given() const { return command_->parsed(); }
  int Run();

 private:
  cli::Program* program_;
  CLI::App* command_;
  lab::InternetOptions internet_;
  bool purposes_ = false;
};

/// `caalab truth`: the record that each name must get.
class TruthCommand {
 public:
  explicit TruthCommand(cli::Program* program);
  bool is_given() const { return command_->parsed(); }
  int Run();

 private:
  absl::Status PrintAll(const lab::Internet& internet);

  cli::Program* program_;
  CLI::App* command_;
  lab::InternetOptions internet_;
  std::vector<std::string> inputs_;
  bool purposes_ = false;
};

/// `caalab export`: a scenario's zones as master files.
class ExportCommand {
 public:
  explicit ExportCommand(cli::Program* program);
  bool is_given() const { return command_->parsed(); }
  int Run();

 private:
  cli::Program* program_;
  CLI::App* command_;
  std::string scenario_path_;
  std::string directory_;
};

/// `caalab compare`: a scan's records against the truth.
class CompareCommand {
 public:
  explicit CompareCommand(cli::Program* program);
  bool is_given() const { return command_->parsed(); }
  /// As above, and 3 where they differ.
  int Run();

 private:
  cli::Program* program_;
  CLI::App* command_;
  std::string truth_path_;
  std::string output_path_;
  std::string fields_ = "outcome,reason,may_issue,caa,dnssec,zone,persist,findings";
  bool set_aside_unchecked_ = false;
  bool all_findings_ = false;
};

}  // namespace caascan::tool
