// The program: options in, library calls, exit code out.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <optional>
#include <system_error>

#include "tools/caascan/block_command.h"
#include "tools/caascan/check_command.h"
#include "tools/caascan/corroborate_command.h"
#include "tools/caascan/decide_command.h"
#include "tools/caascan/diff_command.h"
#include "tools/caascan/explain_command.h"
#include "tools/caascan/history_command.h"
#include "tools/caascan/plan_command.h"
#include "tools/caascan/report_command.h"
#include "tools/caascan/scan_command.h"
#include "tools/caascan/serve_command.h"
#include "tools/caascan/status_command.h"
#include "tools/cli/program.h"

namespace {

/// As many TCP connections as the system allows may be open at once: shells set the soft limit low
/// for the sake of programs that use select(2).
void RaiseDescriptorLimit() {
  constexpr rlim_t kEnough = 65'536;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kEnough) return;
  limit.rlim_cur = std::min(limit.rlim_max, kEnough);
  (void)setrlimit(RLIMIT_NOFILE, &limit);  // Refused: the limit that there is will do.
}

}  // namespace

int main(int argc, char** argv) {
  caascan::cli::KeepStandardDescriptors();
  try {
    RaiseDescriptorLimit();
    caascan::cli::Program program(
        "caascan", "Look up the CAA records of domain names, and decide which CA may issue.",
        /*one_man_page=*/false);
    caascan::tool::ScanCommand scan(&program);
    caascan::tool::CheckCommand check(&program);
    caascan::tool::ExplainCommand explain(&program);
    caascan::tool::DecideCommand decide(&program);
    caascan::tool::PlanCommand plan(&program);
    caascan::tool::StatusCommand status(&program);
    caascan::tool::BlockCommand block(&program);
    caascan::tool::ReportCommand report(&program);
    caascan::tool::DiffCommand diff(&program);
    caascan::tool::CorroborateCommand corroborate(&program);
    caascan::tool::HistoryCommand history(&program);
    caascan::tool::ServeCommand serve(&program);
    if (const std::optional<int> done = program.Parse(argc, argv)) return *done;
    if (program.Given("check")) return check.Run();
    if (program.Given("explain")) return explain.Run();
    if (program.Given("decide")) return decide.Run();
    if (program.Given("plan")) return plan.Run();
    if (program.Given("status")) return status.Run();
    if (program.Given("block")) return block.Run();
    if (program.Given("report")) return report.Run();
    if (program.Given("diff")) return diff.Run();
    if (program.Given("corroborate")) return corroborate.Run();
    if (program.Given("history")) return history.Run();
    if (program.Given("serve")) return serve.Run();
    return scan.Run();
  } catch (const std::system_error& error) {  // For want of memory it ends in out_of_memory.cc.
    (void)std::fprintf(stderr, "caascan: cannot start a thread: %s\n", error.what());
    return caascan::cli::kExitUnfinished;
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "caascan: %s\n", error.what());
    return caascan::cli::kExitUnfinished;
  }
}
