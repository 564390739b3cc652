#include "tools/caascan/dnssec_options.h"

#include <cstdint>

#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int64_t kMaxDays = 365;
constexpr int64_t kMaxDenialMib = 1 << 20;
constexpr int64_t kMaxIterations = 2'500;  // RFC 5155 section 10.3.

}  // namespace

const char* const kAllowSpecialText =
    "Also query addresses that no public server has (loopback, private, link-local), and look up "
    "names that are not in the public DNS (.test, .local, .onion and the like).";

void AddAuthorityOptions(CLI::App* app, ScanOptions* options) {
  cli::AddOption(
      app,
      {"--root-hints", "FILE",
       "Names and addresses of the root servers, in zone-file syntax (default: those of IANA)."},
      &options->root_hints_path);
  cli::AddOption(
      app,
      {"--trust-anchor", "FILE",
       "DS or DNSKEY records of the root, in zone-file syntax (default: those of IANA)."},
      &options->trust_anchor_path);
  cli::AddOption(app, {"--port", "N", "Port of authoritative servers (default 53)."},
                 &options->port)
      ->check(cli::WholeNumber(1, UINT16_MAX));
}

void AddDnssecOptions(CLI::App* app, ScanOptions* options) {
  cli::AddChoice(app, "--dnssec-sha1",
                 "How to treat a zone that is only signed with algorithms 5 and 7, or whose DS "
                 "records only have SHA-1 digests: accept validates it, insecure takes it for "
                 "unsigned (default accept). A resolver of --resolver decides for itself.",
                 {{"accept", DnssecSha1::kAccept}, {"insecure", DnssecSha1::kInsecure}},
                 &options->dnssec_sha1);
  cli::AddOption(app,
                 {"--nsec3-limit", "N",
                  "NSEC3 proofs with more than N iterations are insecure (default 150)."},
                 &options->nsec3_limit)
      ->check(cli::WholeNumber(0, kMaxIterations));
  cli::AddOption(
      app,
      {"--denials", "MIB",
       "Memory for signed denials that are used again (RFC 8198), in MiB. Servers are then not "
       "queried for DS records that a former answer or a signed zone file of the input has denied. "
       "An NSEC3 record of a file takes about 350 octets (default 64; 0 is none)."},
      &options->denial_mib)
      ->check(cli::WholeNumber(0, kMaxDenialMib));
  cli::AddOption(app,
                 {"--expiring", "DAYS",
                  "Report DNSSEC signatures that expire within DAYS and should have been renewed "
                  "(default 7; 0 is none)."},
                 &options->expiring_days)
      ->check(cli::WholeNumber(0, kMaxDays));
}

}  // namespace caascan::tool
