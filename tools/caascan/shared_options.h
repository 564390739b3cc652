// Options that several subcommands have.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "caascan/report.h"
#include "caascan/scanner.h"
#include "tools/cli/option.h"

namespace caascan::tool {

/// --from-url, of commands that read names.
inline constexpr const char* kFromUrlText =
    "Take a URL, a host with a port or a path, and a mail address for the name of its host; input "
    "keeps what was typed.";

inline void AddFormatOption(CLI::App* app, ReportFormat* format) {
  cli::AddChoice(app, "--format", "How the report is written (default text).",
                 {{"text", ReportFormat::kText},
                  {"json", ReportFormat::kJson},
                  {"csv", ReportFormat::kCsv},
                  {"markdown", ReportFormat::kMarkdown},
                  {"html", ReportFormat::kHtml}},
                 format);
}

/// Of commands other than scan, whose outputs can be made again.
inline void AddOverwriteOption(CLI::App* app, bool* overwrite) {
  app->add_flag("--overwrite", *overwrite,
                "Replace output files that hold records of a scan; without this they are refused. "
                "Other files are replaced, but none that is read.");
}

inline void AddProgressOption(CLI::App* app, ProgressMode* mode) {
  cli::AddChoice(app, "--progress",
                 "A live line on standard error; auto shows it on a terminal (default auto).",
                 {{"auto", ProgressMode::kAuto},
                  {"always", ProgressMode::kAlways},
                  {"never", ProgressMode::kNever}},
                 mode);
}

/// --resolver and what belongs to it, of commands that look names up. Gives the former.
inline CLI::Option* AddResolverOption(CLI::App* app, ScanOptions* options) {
  CLI::Option* resolver =
      cli::AddRepeatedOption(
          app,
          {"--resolver", "HOST[:PORT]",
           "Ask this recursive resolver; repeat or separate by commas for several (default: "
           "resolve iteratively). Also tcp://HOST[:PORT], tls://HOST[:PORT][#NAME], "
           "https://HOST[:PORT]/PATH, @FILE and system: see Resolvers in caascan scan --help."},
          &options->resolvers)
          ->delimiter(',');
  cli::AddOption(app,
                 {"--resolver-ca", "FILE",
                  "Certificates, in PEM form, that those of tls:// and https:// resolvers must "
                  "lead to (default: the system's)."},
                 &options->resolver_ca_path)
      ->needs(resolver);
  return resolver;
}

/// --temp and --threads, of commands that read records side by side.
template <typename Options>
void AddReadingOptions(CLI::App* app, Options* options) {
  constexpr int64_t kMaxThreads = 1024;
  cli::AddOption(app,
                 {"--temp", "FOLDER", "Where temporary files lie (default: TMPDIR, else /tmp)."},
                 &options->temp_folder);
  cli::AddOption(app, {"--threads", "N", "Reading threads (default: one a core, 16 at most)."},
                 &options->threads)
      ->check(cli::WholeNumber(1, kMaxThreads));
}

}  // namespace caascan::tool
