#include "tools/caascan/vantage_options.h"

#include "tools/cli/option.h"

namespace caascan::tool {

CLI::Option* AddVantageOptions(CLI::App* app, ScanOptions* options) {
  return app->add_flag(
      "--tcp", options->tcp_only,
      "Use no UDP at all: ask name servers, and resolvers that are given without another way, over "
      "TCP from the beginning. Connections are kept and share queries. A name whose servers do not "
      "answer over TCP fails, though a CA, which asks over UDP first, may get its answer; the "
      "finding tcp_unavailable says so.");
}

}  // namespace caascan::tool
