#include "tools/caascan/look_up_options.h"

#include "tools/caascan/dnssec_options.h"
#include "tools/caascan/shared_options.h"
#include "tools/caascan/vantage_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int64_t kMaxThreads = 1024;
constexpr int64_t kMaxConcurrency = 10'000'000;
constexpr int64_t kMaxTimeoutMs = 600'000;
constexpr int64_t kMaxNameTimeoutS = 86'400;
constexpr int64_t kMaxRetries = 100;

}  // namespace

void LookUpOptions::AddTo(CLI::App* app, ScanOptions* options) {
  timeout_ms_ = options->timeout.count();
  name_timeout_s_ = options->name_timeout.count();
  AddResolverOptions(app, options);
  AddPaceOptions(app, options);
}

void LookUpOptions::Complete(ScanOptions* options) const {
  options->timeout = std::chrono::milliseconds(timeout_ms_);
  options->name_timeout = std::chrono::seconds(name_timeout_s_);
  if (ipv4_only_) options->families = AddressFamilies::kIpv4;
  if (ipv6_only_) options->families = AddressFamilies::kIpv6;
}

void LookUpOptions::AddResolverOptions(CLI::App* app, ScanOptions* options) {
  CLI::Option* resolver = AddResolverOption(app, options);
  app->add_flag("--explain-iteratively", options->explain_iteratively,
                "Resolve a name that fails through the resolvers again from the root, to find the "
                "zone and the server at fault.")
      ->needs(resolver);
  CLI::Option* pad =
      app->add_flag(
             "--pad-queries", options->pad_queries,
             "Pad queries to multiples of 128 octets, so that one system call sends more of them. "
             "Only for a resolver of your own: RFC 7830 forbids padding in clear text.")
          ->needs(resolver);
  AddVantageOptions(app, options)->excludes(pad);
  AddAuthorityOptions(app, options);
  AddValidationOptions(app, options);
  cli::AddChoice(app, "--qname-minimisation",
                 "Query servers above a name's own zone for one label more than their zone has "
                 "(RFC 9156), as a CA that minimises does. They get the whole name if they answer "
                 "that wrongly. This takes more queries. Not with --resolver (default off).",
                 {{"off", QnameMinimisation::kOff}, {"relaxed", QnameMinimisation::kRelaxed}},
                 &options->qname_minimisation);
  app->add_flag("--all-servers", options->all_servers,
                "Query every address of every name server of the zone, and compare the answers, "
                "instead of stopping at the first good answer.")
      ->excludes(resolver);
  CLI::Option* ipv4 = app->add_flag("-4", ipv4_only_, "Use IPv4 only.");
  app->add_flag("-6", ipv6_only_, "Use IPv6 only.")->excludes(ipv4);
  app->add_flag("--allow-special", options->allow_special, kAllowSpecialText);
  cli::AddOption(app,
                 {"--blocklist", "FILE",
                  "Addresses, prefixes and domain names, one a line, that get no query. A name "
                  "includes all names below it."},
                 &options->blocklist_path);
  cli::AddOption(app,
                 {"--contact", "TEXT",
                  "Contact for the operators of servers. TEXT is sent in EDNS option 65001, with "
                  "the first query to an address and every 64th after it."},
                 &options->contact);
}

void LookUpOptions::AddValidationOptions(CLI::App* app, ScanOptions* options) {
  cli::AddChoice(app, "--dnssec",
                 "Validate every answer up to the trust anchor, or none. With --resolver, validate "
                 "trusts the AD bit of the resolver (default validate).",
                 {{"validate", DnssecMode::kValidate}, {"off", DnssecMode::kOff}},
                 &options->dnssec);
  AddDnssecOptions(app, options);
  cli::AddChoice(app, "--diagnose",
                 "When to send probes that show what is wrong with a server: after failures, to "
                 "all servers, or never (default failures).",
                 {{"failures", DiagnoseMode::kFailures},
                  {"all", DiagnoseMode::kAll},
                  {"off", DiagnoseMode::kOff}},
                 &options->diagnose);
}

void LookUpOptions::AddPaceOptions(CLI::App* app, ScanOptions* options) {
  cli::AddOption(app,
                 {"--threads", "N",
                  "Number of worker threads (default: one a core). If file descriptors are few "
                  "(ulimit -n), each has fewer sockets, and a line on standard error says so."},
                 &options->threads)
      ->check(cli::WholeNumber(1, kMaxThreads));
  cli::AddOption(
      app,
      {"--concurrency", "N", "Number of names in flight, all workers together (default 10000)."},
      &options->concurrency)
      ->check(cli::WholeNumber(1, kMaxConcurrency));
  cli::AddOption(
      app, {"--rate", "N", "Queries a second to all servers together. 0 is no limit (default 0)."},
      &options->rate_qps)
      ->check(cli::WholeNumber(0));
  cli::AddOption(app,
                 {"--server-rate", "N",
                  "Queries a second to any one address. 0 is no limit (default 100; no limit for a "
                  "resolver of --resolver, unless it refuses or drops faster queries)."},
                 &options->server_rate_qps)
      ->check(cli::WholeNumber(0));
  cli::AddOption(
      app,
      {"--server-inflight", "N",
       "Queries at once to any one address. 0 is no limit (default 32; 0 with --resolver)."},
      &options->server_inflight)
      ->check(cli::WholeNumber(0));
  cli::AddOption(
      app, {"--timeout", "MS", "Time to wait for the answer to one query, in ms (default 2000)."},
      &timeout_ms_)
      ->check(cli::WholeNumber(1, kMaxTimeoutMs));
  cli::AddOption(app,
                 {"--retries", "N",
                  "Number of further tries of a query: to another server if there is one, "
                  "otherwise after a growing pause (default 2)."},
                 &options->retries)
      ->check(cli::WholeNumber(0, kMaxRetries));
  cli::AddOption(app,
                 {"--recheck", "N",
                  "How often to look up a name again after a failure, seconds later, before its "
                  "record is written (default 1)."},
                 &options->recheck)
      ->check(cli::WholeNumber(0, kMaxRetries));
  cli::AddOption(app,
                 {"--name-timeout", "S",
                  "Time limit for one name, all its look-ups together, in seconds (default 60). "
                  "Waiting for a rate limit does not count."},
                 &name_timeout_s_)
      ->check(cli::WholeNumber(1, kMaxNameTimeoutS));
}

}  // namespace caascan::tool
