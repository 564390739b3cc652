#include "tools/caascan/vantage_options.h"

#include "tools/cli/option.h"

namespace caascan::tool {

CLI::Option* AddVantageOptions(CLI::App* app, ScanOptions* options) {
  cli::AddRepeatedOption(
      app,
      {"--source", "ADDR",
       "Have queries leave from this address of the machine's own; repeat or separate by commas "
       "for several, which share the load by turns. Each has random ports as before. A family of "
       "which none is given is not used, as with -4 or -6 (default: the system chooses)."},
      &options->sources)
      ->delimiter(',');
  cli::AddOption(app,
                 {"--interface", "NAME",
                  "Have queries leave by this interface alone (SO_BINDTODEVICE; before Linux 5.7 "
                  "that takes CAP_NET_RAW)."},
                 &options->interface)
      ->check(CLI::Validator(
          [](const std::string& name) {
            return name.empty() ? std::string("is no interface's name") : std::string();
          },
          ""));
  return app->add_flag(
      "--tcp", options->tcp_only,
      "Use no UDP at all: ask name servers, and resolvers that are given without another way, over "
      "TCP from the beginning. Connections are kept and share queries. A name whose servers do not "
      "answer over TCP fails, though a CA, which asks over UDP first, may get its answer; the "
      "finding tcp_unavailable says so.");
}

}  // namespace caascan::tool
