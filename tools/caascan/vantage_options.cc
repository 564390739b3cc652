#include "tools/caascan/vantage_options.h"

#include "tools/cli/option.h"

namespace caascan::tool {

CLI::Option* AddVantageOptions(CLI::App* app, ScanOptions* options) {
  cli::AddRepeatedOption(
      app,
      {"--source", "ADDR",
       "Send queries from this address of the machine. Repeat it, or separate by commas, to share "
       "the load among several. Ports stay random. An IP family without an address is not used, as "
       "with -4 or -6 (default: the system chooses)."},
      &options->sources)
      ->delimiter(',');
  cli::AddOption(app,
                 {"--interface", "NAME",
                  "Send queries through this network interface only (SO_BINDTODEVICE; before Linux "
                  "5.7 this needs CAP_NET_RAW)."},
                 &options->interface)
      ->check(CLI::Validator(
          [](const std::string& name) {
            return name.empty() ? std::string("is not an interface's name") : std::string();
          },
          ""));
  return app->add_flag(
      "--tcp", options->tcp_only,
      "Do not use UDP: query name servers, and resolvers without a given transport, over TCP. "
      "Connections are reused, and carry several queries at a time. A name fails if its servers do "
      "not answer over TCP, although a CA, which queries over UDP first, may get an answer. The "
      "finding tcp_unavailable says so.");
}

}  // namespace caascan::tool
