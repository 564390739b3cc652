// caalab: an internet in one process, whose truth is known.
#include <CLI/CLI.hpp>

#include "tools/caalab/commands.h"

namespace {

using caascan::lab::ServeOptions;
using caascan::lab::WorldOptions;

void AddWorldOptions(CLI::App* command, WorldOptions* options) {
  command->add_option("--scenario", options->scenario_path, "Description of zones and servers")
      ->required()
      ->type_name("FILE");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("caalab: a lab internet on loopback, for trying CAA scanners against a known truth");
  app.require_subcommand(1);

  ServeOptions serve;
  CLI::App* serve_command = app.add_subcommand("serve", "Play root, top-level domains and servers");
  AddWorldOptions(serve_command, &serve.world);
  serve_command->add_option("--port", serve.port, "UDP and TCP port; 0 takes a free one")
      ->capture_default_str();
  serve_command->add_option("--write-hints", serve.hints_path, "Write the root hints here")
      ->type_name("FILE");

  WorldOptions names;
  CLI::App* names_command = app.add_subcommand("names", "Print the names whose truth is known");
  AddWorldOptions(names_command, &names);

  WorldOptions truth;
  CLI::App* truth_command = app.add_subcommand("truth", "Print the record that each name must get");
  AddWorldOptions(truth_command, &truth);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (serve_command->parsed()) return caascan::lab::Serve(serve);
  if (names_command->parsed()) return caascan::lab::PrintNames(names);
  return caascan::lab::PrintTruth(truth);
}
