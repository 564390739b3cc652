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
                "Resolve what fails through the resolvers once more from the root, to name the "
                "zone and the server at fault.")
      ->needs(resolver);
  CLI::Option* pad =
      app->add_flag("--pad-queries", options->pad_queries,
                    "Pad queries to multiples of 128 octets, so that more of them leave in one "
                    "system call. For a resolver of your own: RFC 7830 wants no padding in clear "
                    "text elsewhere.")
          ->needs(resolver);
  AddVantageOptions(app, options)->excludes(pad);
  AddAuthorityOptions(app, options);
  AddValidationOptions(app, options);
  cli::AddChoice(app, "--qname-minimisation",
                 "Show servers above a name's own zone one label more than their zone has "
                 "(RFC 9156), as a CA that minimises does, and the whole name where they answer "
                 "that oddly. It takes more queries. Not with --resolver (default off).",
                 {{"off", QnameMinimisation::kOff}, {"relaxed", QnameMinimisation::kRelaxed}},
                 &options->qname_minimisation);
  app->add_flag("--all-servers", options->all_servers,
                "Ask every address of every name server of the zone, and compare what they say, "
                "rather than stop at the first good answer.")
      ->excludes(resolver);
  CLI::Option* ipv4 = app->add_flag("-4", ipv4_only_, "Use IPv4 only.");
  app->add_flag("-6", ipv6_only_, "Use IPv6 only.")->excludes(ipv4);
  app->add_flag("--allow-special", options->allow_special, kAllowSpecialText);
  cli::AddOption(app,
                 {"--blocklist", "FILE",
                  "Addresses, prefixes and domain names, one a line, that are never asked; a name "
                  "stands for all below it too."},
                 &options->blocklist_path);
  cli::AddOption(app,
                 {"--contact", "TEXT",
                  "Tell the operators of servers whom to write to: TEXT goes along, in EDNS option "
                  "65001, with the first query to an address and every 64th after it."},
                 &options->contact);
}

void LookUpOptions::AddValidationOptions(CLI::App* app, ScanOptions* options) {
  cli::AddChoice(
      app, "--dnssec",
      "Validate every answer to the trust anchor, or leave them unchecked; with --resolver, take "
      "the resolver's word (default validate).",
      {{"validate", DnssecMode::kValidate}, {"off", DnssecMode::kOff}}, &options->dnssec);
  AddDnssecOptions(app, options);
  cli::AddChoice(app, "--diagnose",
                 "Send probes that tell why a look-up failed, or to servers that answered too "
                 "(default failures).",
                 {{"failures", DiagnoseMode::kFailures},
                  {"all", DiagnoseMode::kAll},
                  {"off", DiagnoseMode::kOff}},
                 &options->diagnose);
}

void LookUpOptions::AddPaceOptions(CLI::App* app, ScanOptions* options) {
  cli::AddOption(app,
                 {"--threads", "N",
                  "Worker threads (default: one a core). Each has fewer sockets where file "
                  "descriptors are few (ulimit -n), which is said."},
                 &options->threads)
      ->check(cli::WholeNumber(1, kMaxThreads));
  cli::AddOption(app, {"--concurrency", "N", "Names in flight over all workers (default 10000)."},
                 &options->concurrency)
      ->check(cli::WholeNumber(1, kMaxConcurrency));
  cli::AddOption(
      app, {"--rate", "N", "Queries a second, all servers together; 0 is no limit (default 0)."},
      &options->rate_qps)
      ->check(cli::WholeNumber(0));
  cli::AddOption(
      app,
      {"--server-rate", "N",
       "Queries a second to any one address; 0 is no limit (default 100; with --resolver "
       "none, unless it is seen to refuse or drop what comes faster)."},
      &options->server_rate_qps)
      ->check(cli::WholeNumber(0));
  cli::AddOption(app,
                 {"--server-inflight", "N",
                  "Queries at once to any one address; 0 is no limit (default 32; 0 with "
                  "--resolver)."},
                 &options->server_inflight)
      ->check(cli::WholeNumber(0));
  cli::AddOption(app, {"--timeout", "MS", "How long one query waits, in ms (default 2000)."},
                 &timeout_ms_)
      ->check(cli::WholeNumber(1, kMaxTimeoutMs));
  cli::AddOption(
      app,
      {"--retries", "N",
       "Further tries of a query, at another server where there is one, else after a pause that "
       "grows (default 2)."},
      &options->retries)
      ->check(cli::WholeNumber(0, kMaxRetries));
  cli::AddOption(app,
                 {"--recheck", "N",
                  "How often a name whose look-up failed is looked up again, seconds later, before "
                  "its record is written (default 1)."},
                 &options->recheck)
      ->check(cli::WholeNumber(0, kMaxRetries));
  cli::AddOption(app,
                 {"--name-timeout", "S",
                  "How long one name may take, all its passes together, in seconds (default 60). "
                  "Waiting for a rate limit does not count."},
                 &name_timeout_s_)
      ->check(cli::WholeNumber(1, kMaxNameTimeoutS));
}

}  // namespace caascan::tool
