// The scanner as a library: options in, one record per input name out.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/caa.h"
#include "caascan/invocation.h"
#include "caascan/run_engine.h"

namespace caascan {

enum class InputFormat : uint8_t { kAuto, kLines, kCsv, kZone, kNdjson };
/// Which names of a zone file are looked up: those that it delegates, or all that have records.
enum class ZoneNames : uint8_t { kDelegations, kOwners };
enum class ServersInRecord : uint8_t { kNone, kFailures, kAll };
enum class AddressFamilies : uint8_t { kBoth, kIpv4, kIpv6 };
enum class DiagnoseMode : uint8_t { kOff, kFailures, kAll };
/// kAuto validates too, but leaves answers unchecked below a root that is not signed where
/// root_hints_path names it and no trust_anchor_path is given: a private root.
enum class DnssecMode : uint8_t { kOff, kAuto, kValidate };
/// Do signatures and DS digests by SHA-1 count, or are zones that have nothing better insecure
/// (RFC 9905)?
enum class DnssecSha1 : uint8_t { kAccept, kInsecure };

/// How much of a name the servers of the zones above its own are shown (RFC 9156).
enum class QnameMinimisation : uint8_t {
  kOff,      // All of it.
  kRelaxed,  // A label more than their zone has; the whole name where they answer that oddly.
};
/// Of which names exchanges with servers are kept as dnstap frames.
enum class DnstapFor : uint8_t {
  kFailures,  // Those with another outcome than permit and deny; not those that were stopped.
  kAll,
};
enum class ProgressMode : uint8_t { kAuto, kAlways, kNever };

/// What of an input's rows and objects is read. A value.
struct InputFields {
  /// The column of csv that holds the names: as its header calls it, of either case, or its number
  /// from 1. Empty: by the header or the first rows.
  std::string column;
  /// Columns of csv that records carry as `input_columns`; likewise.
  std::vector<std::string> keep;
  /// The member of ndjson that holds the name. Empty: name, host, domain or fqdn.
  std::string key;
  /// URLs, hosts with ports and mail addresses stand for their hosts.
  bool from_url = false;
};

/// What `caascan scan` is told, one member an option, the contract's defaults. A value.
// In the order of the options' meaning; one is made a scan.
struct ScanOptions {                // NOLINT(clang-analyzer-optin.performance.Padding)
  std::vector<std::string> inputs;  // Paths; "-" or none is standard input.
  InputFormat input_format = InputFormat::kAuto;
  InputFields fields;
  ZoneNames zone_names = ZoneNames::kDelegations;
  std::string output_path;  // Empty is standard output. `.gz` and `.zst` compress.
  /// Keep the records that output_path holds already, leave their names out, and append the rest.
  bool resume = false;
  /// Replace what output_path holds. Without this and `resume`, a file that is not empty is an
  /// error. It is emptied when the scan begins, and not where an error keeps it from that.
  bool overwrite = false;
  /// Where the scan's metadata go (docs/metadata.schema.json). Empty is output_path with
  /// `.meta.json` behind it where that is a file; "none" is nowhere.
  std::string metadata_path;
  Invocation invocation;
  /// Only the names of this shard, split by registrable domain.
  uint32_t shard = 1;  // Counted from 1; at most shard_count.
  uint32_t shard_count = 1;
  /// The scan is one of so many machines that scan at the same time: each takes its share of
  /// rate_qps, server_rate_qps, server_inflight and server_limits_path. At least 1.
  uint32_t machines = 1;
  /// Of a run in chunks (plan.h), whose folder is the only input; output_path is then the folder of
  /// results, RUN/out where it is empty. Run by /bin/sh for each result that is in its place;
  /// empty: nothing is.
  std::string commit;
  /// Likewise called, with the result's path, before that. May be empty.
  std::function<absl::Status(const std::string&)> on_result;
  /// Where chunks and shares of the limits come from, for a run in chunks that several machines
  /// scan (run_engine.h); empty: from the folder alone. `machines` is then what the run was planned
  /// for.
  EngineAccess engine;
  /// So long the engine waits for a machine that says nothing, before others get its chunks.
  std::chrono::seconds lease{60};
  /// What is in flight at the first signal may take so long; then it is given back.
  std::chrono::seconds grace{10};
  /// A name that was there at most so many lines before is looked up with that one; 0 is off.
  uint32_t dedupe_window = 1000;

  IssuanceRequest
      request;  // issuer_domains is letsencrypt.org where empty. `wildcard` is for every name.
  std::vector<CertificationAuthority> ca_set;
  std::string ca_set_path;  // The file that ca_set was read from, where it was one.

  /// [SCHEME://]HOST[:PORT] with an address, [V6]:PORT or a host name, and tls://HOST[:PORT]#NAME
  /// and https://HOST[:PORT]/PATH; "@FILE" for one a line of FILE; "system". None is iterative
  /// mode.
  std::vector<std::string> resolvers;
  /// Certificates in PEM form that the resolvers' must lead to. Empty: those of the system.
  std::string resolver_ca_path;
  /// What fails through the resolvers is looked up iteratively too, to find the server at fault.
  bool explain_iteratively = false;
  std::string root_hints_path;            // Empty is the built-in IANA list.
  DnssecMode dnssec = DnssecMode::kAuto;  // With resolvers it is they who validate.
  std::string trust_anchor_path;          // Empty is IANA's root keys.
  DnssecSha1 dnssec_sha1 = DnssecSha1::kAccept;
  /// Proofs by NSEC3 with more iterations are insecure (RFC 9276 §3.2). At most 2500.
  uint16_t nsec3_limit = 150;
  /// Memory for validated denials that are used again (RFC 8198), in MiB; 0: none are.
  uint32_t denial_mib = 64;
  /// Signatures that end within so many days, and should have been made anew, are a finding. 0:
  /// off. At most 365.
  uint16_t expiring_days = 7;
  /// Iterative only: it is the resolvers' own affair otherwise.
  QnameMinimisation qname_minimisation = QnameMinimisation::kOff;
  uint16_t port = 53;  // Of authoritative servers.
  /// No UDP at all: every query goes over TCP, or as the resolver's URL says.
  bool tcp_only = false;
  /// Addresses that queries leave from, by turns; none: the system chooses. A family without a
  /// source is not used.
  std::vector<std::string> sources;
  std::string interface;  // That queries leave by; empty: the system chooses.
  AddressFamilies families = AddressFamilies::kBoth;
  bool allow_special = false;
  std::string blocklist_path;  // Addresses, prefixes and names never to ask; empty is none.

  /// Told to the operators of servers in an EDNS option; at most 128 printable ASCII characters.
  std::string contact;
  /// Queries are padded to sizes that are multiples of 128 octets, so that more of them leave as
  /// one message. For a resolver of one's own: RFC 7830 §6 forbids padding in clear text elsewhere.
  bool pad_queries = false;

  unsigned threads = 0;  // 0 is one a core.
  unsigned concurrency = 10000;
  uint32_t rate_qps = 0;  // 0 is no limit, here and below.
  /// Of any one address. Negative takes the default: 100 and 32, and where resolvers are given no
  /// limit but the one that a resolver is seen to have.
  int64_t server_rate_qps = -1;
  int64_t server_inflight = -1;
  std::string server_limits_path;  // Limits of single servers, agreed with operators; may be empty.
  /// Operators by their servers' names, beside those of datasets/operators.tsv; may be empty.
  std::string operators_path;
  std::chrono::milliseconds timeout{2000};
  unsigned retries = 2;
  /// Somebody waits for the answer: silence is found out by shorter first waits and by tries that
  /// overlap, and names are looked up again sooner. It takes as many tries to blame a server. The
  /// progress line says what is waited for, and the first signal gives back what is in flight.
  bool brisk = false;
  /// What all passes over one name may take. Time spent waiting for a rate limit does not count.
  std::chrono::seconds name_timeout{60};
  unsigned recheck = 1;  // How often a name whose look-up failed is asked again, seconds later.

  /// Ask every address of every server of the zone that decides, and compare. Iterative only.
  bool all_servers = false;
  /// What was met of each zone goes here, a line a zone (docs/zone.schema.json), when the scan
  /// ends; empty: nowhere. `.gz` and `.zst` compress. Iterative only. With `resume` the zones that
  /// the file holds stay, each put together with what this scan meets of it.
  std::string zones_path;
  /// With it: ask each name's zone for its own NS set, and for its DNSKEY set where it is not
  /// signed as its parent says. A query each.
  bool zone_ns = false;
  bool zone_keys = false;
  /// With it: tables that say an address's AS and country (pfx2as text, MMDB), by turns.
  std::vector<std::string> asn_paths;
  /// Look up the persistent validation record of each name too (persist.h), by further queries; the
  /// record carries it as `persist`.
  bool also_persist = false;
  DiagnoseMode diagnose = DiagnoseMode::kFailures;
  ServersInRecord servers = ServersInRecord::kFailures;
  /// Where queries and answers go, octet by octet (dnstap.h); empty is nowhere.
  std::string dnstap_path;
  DnstapFor dnstap_for = DnstapFor::kFailures;
  /// Records carry each name of the climb and the chain of trust, for people.
  bool climb_in_record = false;
  ProgressMode progress = ProgressMode::kAuto;
  std::string status_path;      // Renewed every second with one JSON object; empty is none.
  std::string metrics_address;  // ADDR:PORT, or a port of 127.0.0.1, for Prometheus; empty is none.
  /// Called, from the thread of RunScan(), with a line of ASCII for people that they should know:
  /// fewer sockets than usual, an output without metadata, the column that holds the names; or once
  /// while it runs: a resolver that answers over TCP alone. May be empty.
  std::function<void(const std::string&)> on_notice;
};

/// An operator whose names took long: a second or more each.
struct SlowOperator {
  std::string name;
  uint64_t names = 0;
  std::chrono::microseconds elapsed{0};  // All of them together.
};

/// What a scan did. Counts are of this run.
struct ScanSummary {
  uint64_t names_in = 0;
  uint64_t records_out = 0;
  uint64_t done_before = 0;   // Names left out because an earlier run's record was kept.
  uint64_t zones = 0;         // In zones_path.
  uint64_t queries = 0;       // Sent, those of names that were given back included.
  uint64_t outcomes[6] = {};  // By Outcome.
  std::chrono::microseconds elapsed{0};
  std::vector<SlowOperator> slowest;  // A few, those first that took the most time.
  bool unsigned_root = false;         // Answers went unchecked (DnssecMode::kAuto).
  uint32_t chunks_done = 0;           // Of a run,
  uint32_t chunks_given_back = 0;     // and those that were begun in vain.
  int signal = 0;                     // SIGINT or SIGTERM where one stopped it, else 0.
  /// Key tags of keys of the root's validated DNSKEY set (SEP set, not revoked) that no trust
  /// anchor names: a roll-over is under way, or somebody put them there.
  std::vector<uint16_t> unnamed_root_keys;
  /// NSEC3 records of zone files, and RRSIGs over them, for which denial_mib was too little.
  uint64_t denials_without_room = 0;
  std::vector<std::string> source_addresses;    // That queries come from.
  std::vector<std::string> resolvers_over_tcp;  // Of --resolver, that are silent over UDP.
  std::vector<std::string> trust_anchors;       // In presentation form; none: nothing is validated.
  uint64_t unreadable_proofs = 0;  // NSEC, NSEC3 and RRSIG records of zone files, left out.
  /// Of dnstap_path: frames in the file, and exchanges that were wanted and for which there was no
  /// room, since the disk was too slow.
  uint64_t dnstap_frames = 0;
  uint64_t dnstap_dropped = 0;
  /// What people should know of inputs, a line of ASCII each: one that holds no name, a zone file
  /// that delegates nothing.
  std::vector<std::string> input_remarks;
};

/// Runs a whole scan: reads the inputs, writes the records, and returns when all of them are
/// written. Blocks; owns its threads; takes SIGINT and SIGTERM over while it runs (the first
/// finishes what is in flight, the second gives it back as `stopped`). Prints nothing but progress
/// on standard error. Errors: InvalidArgument for options or inputs that cannot be used (the
/// message names option or file), DataLoss where the output could not be written, Unavailable where
/// no resolver has ever answered (the records are written); *summary is filled in any case.
[[nodiscard]] absl::Status RunScan(const ScanOptions& options, ScanSummary* summary);

/// What a scan did, in one line of ASCII without line feed, for people. Where names and records
/// differ it says so.
std::string SummaryText(const ScanSummary& summary);

/// The same for a terminal, in a few lines below that one: outcomes, the slowest operators, and
/// what to do next. Printable ASCII.
std::vector<std::string> SummaryScreen(const ScanOptions& options, const ScanSummary& summary);

/// What people should be warned of, each in one line of ASCII without line feed: keys of the root
/// that no trust anchor names, proofs of zone files that were of no use, inputs without names.
/// Nearly always empty.
std::vector<std::string> SummaryWarnings(const ScanSummary& summary);

}  // namespace caascan
