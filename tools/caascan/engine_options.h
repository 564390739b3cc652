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
      cli::AddOption(app, {"--run", "NAME", "What the run is called there."}, &access->run);
  return engine->needs(run->needs(engine));
}

/// Adds --perspective.
inline void AddPerspectiveOption(CLI::App* app, CLI::Option* engine, EngineAccess* access) {
  cli::AddOption(app,
                 {"--perspective", "NAME",
                  "From where it is looked: each perspective of a run scans each chunk, and all "
                  "keep one limit together (default default)."},
                 &access->perspective)
      ->needs(engine);
}

/// Adds what a scan is told of the engine.
inline void AddScanEngineOptions(CLI::App* app, EngineAccess* access, int64_t* lease_s) {
  CLI::Option* engine = AddEngineOptions(app, access);
  AddPerspectiveOption(app, engine, access);
  cli::AddOption(app,
                 {"--lease", "S",
                  "So long the engine waits for a machine that says nothing, before others get its "
                  "chunks, in seconds (default 60)."},
                 lease_s)
      ->check(cli::WholeNumber(1, 86'400))
      ->needs(engine);
}

}  // namespace caascan::tool
