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
    "Accept a URL, a host with a port or a path, or a mail address, and look up its host. The "
    "member input keeps the original.";

inline void AddFormatOption(CLI::App* app, ReportFormat* format) {
  cli::AddChoice(app, "--format", "Format of the report (default text).",
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
                "Replace output files that hold records of a scan. Without this they are refused. "
                "Other files are always replaced, except inputs.");
}

/// Of commands that look names up.
inline void AddAlsoOption(CLI::App* app, bool* persist) {
  cli::AddChoice(app, "--also",
                 "Also look up the TXT records of _validation-persist.NAME, with one more query a "
                 "name. The member persist says whether they are valid for the CA and the account "
                 "(dns-persist-01).",
                 {{"persist", true}}, persist);
}

/// --operators, of commands that say who runs name servers.
inline void AddOperatorsOption(CLI::App* app, std::string* path) {
  cli::AddOption(app,
                 {"--operators", "FILE",
                  "Read operators of your own from FILE. A line holds the end of the names of name "
                  "servers, a tab, and the operator's name. The first label may hold one *. A line "
                  "of FILE wins over a built-in row for the same names."},
                 path);
}

inline void AddProgressOption(CLI::App* app, ProgressMode* mode) {
  cli::AddChoice(
      app, "--progress",
      "Show a progress line on standard error. auto shows it on a terminal (default auto).",
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
           "Query this recursive resolver. Repeat it, or separate by commas (default: resolve "
           "iteratively). Also tcp://HOST[:PORT], tls://HOST[:PORT][#NAME], "
           "https://HOST[:PORT]/PATH, @FILE and system: see Resolvers in caascan scan --help."},
          &options->resolvers)
          ->delimiter(',');
  cli::AddOption(app,
                 {"--resolver-ca", "FILE",
                  "Trusted certificates for tls:// and https:// resolvers, in PEM form (default: "
                  "those of the system)."},
                 &options->resolver_ca_path)
      ->needs(resolver);
  return resolver;
}

/// --temp and --threads, of commands that read records side by side.
template <typename Options>
void AddReadingOptions(CLI::App* app, Options* options) {
  constexpr int64_t kMaxThreads = 1024;
  cli::AddOption(
      app, {"--temp", "FOLDER", "Folder for temporary files (default: TMPDIR, or else /tmp)."},
      &options->temp_folder);
  cli::AddOption(app,
                 {"--threads", "N", "Number of reading threads (default: one a core, at most 16)."},
                 &options->threads)
      ->check(cli::WholeNumber(1, kMaxThreads));
}

}  // namespace caascan::tool
