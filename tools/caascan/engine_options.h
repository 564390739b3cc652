// What the commands that know an engine have in common.
#pragma once

#include <cstdint>

#include "caascan/run_engine.h"
#include "tools/cli/option.h"

namespace caascan::tool {

/// Adds --engine and --run, each of which needs the other. The former's.
inline CLI::Option* AddEngineOptions(CLI::App* app, EngineAccess* access) {
  CLI::Option* engine =
      cli::AddOption(app,
                     {"--engine", "URL",
                      "The Redis or Valkey server that machines share: "
                      "redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], "
                      "the path of its socket, or @FILE whose first line is one of these."},
                     &access->engine);
  CLI::Option* run =
      cli::AddOption(app, {"--run", "NAME", "Name of the run on that server."}, &access->run);
  return engine->needs(run->needs(engine));
}

/// Adds --perspective.
inline void AddPerspectiveOption(CLI::App* app, CLI::Option* engine, EngineAccess* access) {
  cli::AddOption(
      app,
      {"--perspective", "NAME",
       "Network perspective of this machine. Each perspective of a run scans each chunk; all of "
       "them together keep one limit (default: a perspective called default)."},
      &access->perspective)
      ->needs(engine);
}

/// Adds what a scan is told of the engine.
inline void AddScanEngineOptions(CLI::App* app, EngineAccess* access, int64_t* lease_s) {
  CLI::Option* engine = AddEngineOptions(app, access);
  AddPerspectiveOption(app, engine, access);
  cli::AddOption(app,
                 {"--lease", "S",
                  "If a machine is silent for this long, other machines get its chunks, in seconds "
                  "(default 60)."},
                 lease_s)
      ->check(cli::WholeNumber(1, 86'400))
      ->needs(engine);
}

}  // namespace caascan::tool
