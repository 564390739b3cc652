// The program: an internet in one process, whose truth is known.
#include <cstdio>
#include <exception>
#include <optional>

#include "tools/caalab/commands.h"
#include "tools/cli/program.h"

namespace {

constexpr const char* kFooter = R"(Output:
serve prints one line of JSON once it answers, and one more at its end with the counts of each
server. names prints one name a line. truth prints one line of NDJSON for each name: the members
of the record that a scan must write (see caascan-record(5)). datasets/lab/README.md describes
scenarios and mixes.

Exit status:
  0: done. For compare: the records agree with the truth.
  1: could not finish.
  2: wrong usage or unreadable input.
  3: compare found a difference.

Examples:
  caalab serve --scenario datasets/lab/basic.json --port 5300 --write-hints lab.hints
  caalab names --scenario datasets/lab/basic.json
  caalab truth --scenario datasets/lab/basic.json www.example.com
  caalab export --scenario datasets/lab/basic.json --dir zones)";

}  // namespace

int main(int argc, char** argv) {
  caascan::cli::KeepStandardDescriptors();
  try {
    caascan::cli::Program program(
        "caalab", "Simulate an internet of name servers on loopback, with known results.",
        /*one_man_page=*/true);
    program.app()->footer(kFooter);
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
