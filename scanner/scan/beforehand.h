// What must be asked before there are workers: a loop and a network for it alone.
#pragma once

#include <absl/status/status.h>

#include <functional>

#include "scanner/async/task.h"
#include "scanner/scan/worker.h"

namespace caascan::scan {

/// Runs a coroutine on a loop and a network of their own, which end with it. `stop` is asked ten
/// times a second; once it is true all queries are cancelled, and Cancelled comes back when the
/// coroutine has ended. Other errors: what a loop or a network cannot be made without. Then the
/// coroutine was never started. Blocks.
[[nodiscard]] absl::Status RunBeforehand(const WorkerSetup& setup,
                                         const std::function<bool()>& stop,
                                         const std::function<async::Task<>(net::Network*)>& task);

}  // namespace caascan::scan
