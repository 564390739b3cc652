// The program: an internet in one process, whose truth is known.
#include <cstdio>
#include <exception>
#include <optional>

#include "tools/caalab/commands.h"
#include "tools/cli/program.h"

int main(int argc, char** argv) {
  caascan::cli::KeepStandardDescriptors();
  try {
    caascan::cli::Program program("caalab", "A lab internet on loopback, with a known truth.",
                                  /*one_man_page=*/true);
    caascan::tool::ServeCommand serve(&program);
    caascan::tool::NamesCommand names(&program);
    caascan::tool::TruthCommand truth(&program);
    caascan::tool::ExportCommand exporting(&program);
    caascan::tool::CompareCommand compare(&program);
    if (const std::optional<int> done = program.Parse(argc, argv)) return *done;
    if (serve.is_given()) return serve.Run();
    if (names.is_given()) return names.Run();
    if (exporting.is_given()) return exporting.Run();
    return truth.is_given() ? truth.Run() : compare.Run();
  } catch (const std::exception& error) {  // Memory ran out, say.
    (void)std::fprintf(stderr, "caalab: %s\n", error.what());
    return caascan::cli::kExitUnfinished;
  }
}
