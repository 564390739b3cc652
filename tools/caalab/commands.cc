#include "tools/caalab/commands.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <limits>

#include <absl/strings/str_cat.h>

#include "tools/caalab/serve/server.h"
#include "tools/caalab/truth/compare.h"
#include "tools/caalab/truth/purpose.h"
#include "tools/caalab/truth/truth.h"
#include "tools/caalab/world/export.h"
#include "tools/caalab/world/json_reader.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int kExitDiffers = 3;
constexpr size_t kFlushSize = size_t{1} << 20;
constexpr int64_t kMaxDelayMs = 60'000;
constexpr int64_t kMaxPort = 65535;
constexpr int64_t kMaxNames = 1'000'000'000;

void AddInternetOptions(CLI::App* command, lab::InternetOptions* options) {
  cli::AddOption(command, {"--scenario", "FILE", "Read the zones from FILE, described one by one."},
                 &options->scenario_path);
  cli::AddOption(command,
                 {"--mix", "FILE", "Read a family of domains from FILE, described by shares."},
                 &options->mix_path);
  cli::AddRepeatedOption(command,
                         {"--zone-file", "ORIGIN=FILE",
                          "Serve a zone from a master file, unchanged. Repeat it for several."},
                         &options->zone_files);
  cli::AddOption(command, {"--names", "N", "Number of domains of the family to list."},
                 &options->name_count)
      ->check(cli::WholeNumber(0, kMaxNames));
  cli::AddOption(command, {"--seed", "N", "Seed of the domains' behaviour."}, &options->seed)
      ->check(cli::WholeNumber(0));
  cli::AddOption(command,
                 {"--names-file", "FILE", "Use the domains in FILE instead of generated ones."},
                 &options->names_file_path);
}

void AddWeatherOptions(CLI::App* command, lab::Weather* weather) {
  const CLI::Range percent(0.0, 100.0);
  cli::AddOption(command,
                 {"--loss", "PERCENT", "Percentage of datagrams that are lost, in each direction."},
                 &weather->loss_percent)
      ->check(percent);
  cli::AddOption(command, {"--duplicate", "PERCENT", "Percentage of answers that are sent twice."},
                 &weather->duplicate_percent)
      ->check(percent);
  cli::AddOption(command,
                 {"--reorder", "PERCENT", "Percentage of answers that later answers overtake."},
                 &weather->reorder_percent)
      ->check(percent);
  cli::AddOption(command, {"--delay", "MS", "Delay of every answer, in ms."}, &weather->delay_ms)
      ->check(cli::WholeNumber(0, kMaxDelayMs));
  cli::AddOption(command, {"--jitter", "MS", "Largest additional random delay, in ms."},
                 &weather->jitter_ms)
      ->check(cli::WholeNumber(0, kMaxDelayMs));
}

absl::Status WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file.fail() ? absl::DataLossError(path + ": cannot be written") : absl::OkStatus();
}

std::string ReadyLine(const lab::World& world, const lab::LabServer& server) {
  return absl::StrCat("{\"ready\":true,\"port\":", server.port(), ",\"zones\":", world.zone_count(),
                      ",\"servers\":", world.server_count(), ",\"unreachable\":\"",
                      server.plays_unreachable() ? "icmp" : "silent", "\"}\n");
}

/// Lines for standard output, written in large pieces; the first error stays.
class LinePrinter {
 public:
  /// False once writing has failed.
  bool Print(std::string_view line) {
    text_ += line;
    if (text_.size() >= kFlushSize) Flush();
    return status_.ok();
  }
  absl::Status Finish() {
    Flush();
    return status_;
  }

 private:
  void Flush() {
    if (status_.ok()) status_ = cli::PrintToStandardOutput(text_);
    text_.clear();
  }

  std::string text_;
  absl::Status status_;
};

absl::Status PrintTruthOf(const lab::Internet& internet, std::string_view asked_line,
                          LinePrinter* printer) {
  const auto asked = lab::ReadAsked(asked_line);
  if (!asked.ok()) return asked.status();
  const auto of_tls = internet.Expect(asked->name);
  if (!of_tls.ok()) return absl::InvalidArgumentError(of_tls.status().message());
  const auto expect = lab::ForPurpose(internet.world(), *of_tls, asked->purpose);
  if (!expect.ok()) return expect.status();
  const auto line = lab::TruthLine(internet.world(), *expect);
  if (!line.ok()) return line.status();
  (void)printer->Print(*line);  // Finish() tells of a failure.
  return absl::OkStatus();
}

void AddPurposesFlag(CLI::App* command, bool* purposes) {
  command->add_flag("--purposes", *purposes,
                    "Request TLS, S/MIME and mark certificates in turn: write each name as an "
                    "object of NDJSON, with the kind in the member for.");
}

/// A listed name as it is to be asked.
std::string ListedLine(const lab::Internet& internet, const std::string& name, bool purposes,
                       uint64_t seed) {
  const auto expect = internet.Expect(name);
  return purposes && expect.ok() ? lab::LineForSomePurpose(name, *expect, seed) : name;
}

/// The truth of every name of a stream, blank and comment lines left out.
absl::Status PrintTruthOfLines(const lab::Internet& internet, std::istream& lines,
                               LinePrinter* printer) {
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    if (absl::Status status = PrintTruthOf(internet, line, printer); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

ServeCommand::ServeCommand(cli::Program* program)
    : program_(program),
      command_(program->app()->add_subcommand(
          "serve", "Run the root, the top-level domains and the name servers.")) {
  AddInternetOptions(command_, &internet_);
  cli::AddOption(command_, {"--port", "N", "UDP and TCP port. 0 takes a free port."}, &port_)
      ->check(cli::WholeNumber(0, kMaxPort));
  cli::AddOption(command_, {"--write-hints", "FILE", "Write the root hints to FILE."},
                 &hints_path_);
  cli::AddOption(command_,
                 {"--write-anchor", "FILE",
                  "Write the trust anchor to FILE: the DS record of the root, if it is signed."},
                 &anchor_path_);
  AddWeatherOptions(command_, &weather_);
  command_->add_flag(
      "--windows", windows_,
      "Count the most queries of any second, and the most at once, for each server.");
}

int ServeCommand::Run() {
  const auto internet = lab::Internet::Load(internet_);
  if (!internet.ok()) return program_->Finish(internet.status());
  const lab::World& world = (*internet)->world();
  absl::Status printed;
  lab::LabServer server(
      world,
      [&printed](const std::string& line) {
        if (printed.ok()) printed = cli::PrintToStandardOutput(line);
      },
      weather_);
  if (windows_) server.CountWindows();
  absl::Status status = server.Listen(port_);
  if (status.ok() && !hints_path_.empty()) status = WriteFile(hints_path_, world.hints());
  if (status.ok() && !anchor_path_.empty()) status = WriteFile(anchor_path_, world.anchor());
  if (status.ok()) status = cli::PrintToStandardOutput(ReadyLine(world, server));
  if (!status.ok()) return program_->Finish(status);
  server.Run();
  return program_->Finish(printed);
}

NamesCommand::NamesCommand(cli::Program* program)
    : program_(program),
      command_(program->app()->add_subcommand("names", "List the names whose results are known.")) {
  AddInternetOptions(command_, &internet_);
  AddPurposesFlag(command_, &purposes_);
}

int NamesCommand::Run() {
  const auto internet = lab::Internet::Load(internet_);
  if (!internet.ok()) return program_->Finish(internet.status());
  LinePrinter printer;
  (*internet)->ListNames([&](const std::string& name) {
    return printer.Print(ListedLine(**internet, name, purposes_, internet_.seed) + "\n");
  });
  return program_->Finish(printer.Finish());
}

TruthCommand::TruthCommand(cli::Program* program)
    : program_(program),
      command_(
          program->app()->add_subcommand("truth", "Print the record that each name must get.")) {
  AddInternetOptions(command_, &internet_);
  AddPurposesFlag(command_, &purposes_);
  command_
      ->add_option("inputs", inputs_,
                   "Names, or files of names (- is standard input). Without any: all names that "
                   "caalab names lists.")
      ->option_text("[NAME|FILE]...");
}

absl::Status TruthCommand::PrintAll(const lab::Internet& internet) {
  LinePrinter printer;
  absl::Status status;
  for (const std::string& input : inputs_) {
    std::ifstream file(input);
    if (input == "-") {
      status = PrintTruthOfLines(internet, std::cin, &printer);
    } else if (file) {
      status = PrintTruthOfLines(internet, file, &printer);
    } else {
      status = PrintTruthOf(internet, input, &printer);
    }
    if (!status.ok()) break;
  }
  if (inputs_.empty()) {
    internet.ListNames([&](const std::string& name) {
      status =
          PrintTruthOf(internet, ListedLine(internet, name, purposes_, internet_.seed), &printer);
      return status.ok();
    });
  }
  absl::Status written = printer.Finish();
  return status.ok() ? written : status;
}

int TruthCommand::Run() {
  const auto internet = lab::Internet::Load(internet_);
  if (!internet.ok()) return program_->Finish(internet.status());
  return program_->Finish(PrintAll(**internet));
}

ExportCommand::ExportCommand(cli::Program* program)
    : program_(program),
      command_(program->app()->add_subcommand("export", "Write the zones as master files.")) {
  cli::AddOption(command_,
                 {"--scenario", "FILE", "Read the zones from FILE, described one by one."},
                 &scenario_path_)
      ->required();
  cli::AddOption(command_, {"--dir", "DIR", "Folder of the files. It is created."}, &directory_)
      ->required();
}

int ExportCommand::Run() {
  return program_->Finish(
      lab::ExportScenario(scenario_path_, directory_, std::chrono::system_clock::now()));
}

CompareCommand::CompareCommand(cli::Program* program)
    : program_(program),
      command_(program->app()->add_subcommand(
          "compare", "Compare the records of a scan with the known results.")) {
  cli::AddOption(command_, {"truth", "FILE", "The output of caalab truth."}, &truth_path_)
      ->required();
  cli::AddOption(command_, {"output", "FILE", "The output of caascan scan."}, &output_path_)
      ->required();
  cli::AddOption(command_, {"--fields", "LIST", "Members to compare, separated by commas."},
                 &fields_);
  command_->add_flag("--set-aside-unchecked", set_aside_unchecked_,
                     "Count bogus names separately, for a scan that did not validate.");
  command_->add_flag("--all-findings", all_findings_,
                     "Expect all findings, for a scan with --all-servers and --diagnose all.");
}

int CompareCommand::Run() {
  std::vector<lab::RecordField> fields;
  absl::Status status = lab::ParseRecordFields(fields_, &fields);
  std::string truth;
  std::string output;
  if (status.ok()) status = lab::ReadWholeFile(truth_path_, &truth);
  if (status.ok()) status = lab::ReadWholeFile(output_path_, &output);
  lab::Comparison comparison(fields, set_aside_unchecked_, all_findings_);
  if (status.ok()) status = comparison.AddTruth(truth, truth_path_);
  if (status.ok()) status = comparison.AddOutput(output, output_path_);
  if (status.ok()) status = cli::PrintToStandardOutput(comparison.Report());
  if (!status.ok()) return program_->Finish(status);
  return comparison.agrees() ? cli::kExitDone : kExitDiffers;
}

}  // namespace caascan::tool
