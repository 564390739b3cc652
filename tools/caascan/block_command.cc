#include "tools/caascan/block_command.h"

#include "tools/caascan/engine_options.h"

namespace caascan::tool {
namespace {

constexpr const char* kFooter =
    R"(Within a few seconds no machine of the run sends another query to these addresses, for any
name. Queries in flight still wait for their answers. A name whose servers are all blocked gets
the reason blocklisted. The block holds for the rest of the run, and for machines that join
later. A scan without an engine uses --blocklist instead.

Exit status:
  0: the engine has stored the addresses.
  1: the engine does not answer.
  2: wrong usage.

Examples:
  caascan block --engine redis://queue:6379 --run orders 192.0.2.1 2001:db8::/32)";

}  // namespace

BlockCommand::BlockCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "block", "Stop all queries to given servers, on all machines of a run.");
  app->footer(kFooter);
  app->add_option("ADDR", addresses_, "Addresses and prefixes, such as 192.0.2.0/24.")
      ->option_text("ADDR...")
      ->required();
  AddEngineOptions(app, &access_)->required();
}

int BlockCommand::Run() { return program_->Finish(BlockOnEngine(access_, addresses_)); }

}  // namespace caascan::tool
