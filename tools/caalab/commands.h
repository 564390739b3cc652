// What caalab's subcommands do once their options are read.
#pragma once

#include <cstdint>
#include <string>

namespace caascan::lab {

/// Which internet: common to all subcommands.
struct WorldOptions {
  std::string scenario_path;
};

struct ServeOptions {
  WorldOptions world;
  uint16_t port = 5300;
  std::string hints_path;
};

/// Each returns the exit code: 0 done, 1 could not finish, 2 unreadable input, with one line on
/// standard error for the latter two.
int Serve(const ServeOptions& options);
int PrintNames(const WorldOptions& options);
int PrintTruth(const WorldOptions& options);

}  // namespace caascan::lab
