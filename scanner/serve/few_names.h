// Few names looked up for one whole response.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "caascan/engine.h"
#include "scanner/http/exchange.h"
#include "scanner/serve/names_stream.h"

namespace caascan::serve {

/// Looks the names up, and calls `done` with their records, in their order, on the server's thread.
/// Where the client goes before, the look-ups end and `done` is never called. `keeper` keeps the
/// scanner alive. The server's thread only. REQUIRES: there are names.
void LookUpFewNames(const std::shared_ptr<http::Exchange>& exchange, Scanner* scanner,
                    std::shared_ptr<const void> keeper, const Inquiry& inquiry,
                    const std::vector<std::string>& names, const Post& post,
                    std::function<void(std::vector<Record>)> done);

}  // namespace caascan::serve
