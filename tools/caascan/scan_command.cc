#include "tools/caascan/scan_command.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "caascan/forecast.h"
#include "tools/caascan/engine_options.h"
#include "tools/caascan/input_options.h"
#include "tools/caascan/shared_options.h"
#include "tools/cli/option.h"

namespace caascan::tool {
namespace {

constexpr int64_t kMaxDedupeWindow = 10'000'000;

constexpr const char* kFooter = R"(Input:
Without FILE, or for the FILE "-", names come from standard input. By their content are known: gzip (zeros behind it are
padding), zstd, xz, bzip2 and lz4, a zip archive of one file, and UTF-16 that begins with its mark. Archives and other
compressed files end with exit status 2. Every name gives exactly one record, in the order in which they are ready. The formats:
  lines: a name a line. Blank lines and lines that begin with # are skipped, here and in csv.
  csv: rows whose columns are separated by commas, semicolons or tabs, by the first row that has one of them; quoted as
    in RFC 4180, line feeds within quotes too (up to 64 KiB a row). The names are in the column that the header calls
    domain, fqdn, hostname, host, name, origin, url, website or the like, of either case; of several in the first that
    holds names, and in another where one called name or site holds none. Without such a header they are in the only
    column of the first row that holds a name of two labels or more; else in that with the most names in the first 100
    rows, or those that come without a pause, the leftmost of equals: this is said. A row without that column is taken
    as a whole. Its rank comes back as rank: from a column called rank or GlobalRank, or, without a header, a number in
    front of the name (Tranco, Umbrella).
  zone: a master file of the parent, such as a registry's. Every delegated name once, in whatever order the records
    stand; its NS, glue and DS are taken as the delegation, so that the parent's servers are not asked again. A file
    whose records stand by owner is read twice; any other, a pipe and standard input are sorted, in temporary files
    beside TMPDIR of at most the input's size, and begin when they are read. All of that takes up to 96 MiB of memory.
    A file with a ZONEMD record is compared with it, in temporary files and 64 MiB more.
    With --zone-names owners: every name that has records once, the apex and the delegated names too. Not the root, and
    not the hashes of NSEC3; where the file has its SOA record, not what is outside the zone or below a delegation, such
    as glue. Such a file is sorted. $ORIGIN and $TTL are followed; $INCLUDE and $GENERATE end with exit status 2.
  ndjson: a JSON object a line with name (or else host, domain or fqdn) and optionally id, order, wildcard, for (tls, smime
    or mark), account_uri, validation_method (a string, or an array of which any may match).
auto goes by the file's name (.csv, .tsv, .zone, .ndjson, .jsonl, before .gz and the like), then by its first line that
counts: an object is ndjson; a record, a directive or a ; comment is zone; a comma, semicolon or tab is csv, unless it
stands in the path of a URL; anything else is lines, or csv with --column or --keep.
With --for smime a name may be a mail address, user@example.com: its domain is looked up, and input keeps the address.
With --from-url https://user@host:443/path?query, host:443, host/path and user@host are the name host, and are kept as
input; so they are without it in a column that the header calls origin, url, uri, website or site, and in a member by
--key origin, url or uri. Percent encodings in a host are decoded; an address is no name.
A line that is no name gives a record too: outcome error, reason invalid_name, the line's number, and in detail why. Where
the first 1000 lines are all of that kind (IP addresses aside), the file is something else than what it was read as: the
scan ends with exit status 2 behind their records. A shorter file without a name, one of IP addresses alone and a zone
file that delegates nothing are said on standard error.

Resolvers:
  HOST[:PORT]: an address, [V6]:PORT, or a host name, which the system looks up once and which stands for all its
    addresses. DNS over UDP, and over TCP where that is needed. One that never answers over UDP and is silent twice is
    tried over TCP once; where it answers there, it is asked over TCP alone, which is said.
  tcp://HOST[:PORT]: over TCP alone. udp:// may be written for the usual way.
  tls://HOST[:PORT][#NAME]: DNS over TLS (RFC 7858), port 853. Its certificate must be valid for NAME, a host name or an
    address; without #NAME for HOST where that is a name. An address alone is encrypted but not authenticated (RFC 8310,
    opportunistic): that is said on standard error, and in the metadata. It never falls back to plain DNS.
  https://HOST[:PORT][/PATH]: DNS over HTTPS (RFC 8484) by POST over HTTP/2, port 443. Its certificate must be valid for
    HOST. Without PATH it is /dns-query.
  Certificates must lead to those of --resolver-ca, or of the system (SSL_CERT_FILE, SSL_CERT_DIR). Where one is not valid
    nothing is asked. Sessions are resumed, and queries padded to multiples of 128 octets (RFC 8467).
  @FILE: one of these a line; blank lines are skipped, and what follows a # at the line's beginning or behind a blank.
  system: the nameserver lines of /etc/resolv.conf; without any, 127.0.0.1.

Output:
FILE of -o: NDJSON (.ndjson, .jsonl, .json or no suffix) or CSV (.csv), with .gz or .zst behind it or without; any other
suffix is refused. CSV has a line a record, and a header; docs/csv.md has its columns. What a spreadsheet would take for a
formula has an apostrophe in front. CSV does not hold all that a record says, and cannot be resumed: --resume refuses it.
Parquet is made of NDJSON, by DuckDB: duckdb -c "COPY (FROM read_json('out.ndjson', sample_size = -1)) TO 'out.parquet'"

Persistent validation:
With --also persist a record has persist: the TXT records of _validation-persist.NAME (BR 3.2.2.4.22), each with its
result. valid: it names the CA, an account (--account-uri, where given) and, for a wildcard, policy=wildcard, and its
persistUntil has not passed; else expired, policy_mismatch, account_uri_mismatch, issuer_not_authorized or malformed; none
without a record, and failed with the reason where the look-up failed. It never changes the verdict on CAA. Parents are
not asked, and names that were not looked up have none.

Forecast:
--dry-run reads the input and says what would be asked of whom, by this model. A name's CAA is asked of its own servers
once, with --also persist its TXT too, and so is CAA of each name above it, up to its registrable domain, for all below
it together. At the zone above
that, such as a registry's: a referral for each domain of a list, though names of one domain that are looked up at the
same time each ask for it. For those of a zone file none, but validating, unless the file proves it, a DS set for each
that has one, and for each span of the zone's NSEC3 records with another in it (opt-out is assumed: one more than there
are domains with DS). The zone itself is asked for its CAA and DNSKEY set, and the root for each top-level domain and
its DNSKEY set. A domain of a zone file with DS is asked for its DNSKEY set too. Its servers share the queries evenly;
each address is asked one more, about letter case, and those without glue are looked up by two queries and a
referral. Failures, aliases, and what lists do not say of servers are not in it. Time: queries by --server-rate and
--rate, and 50 ms an answer by --server-inflight and --concurrency. A server has the addresses that the file gives, else
one; a zone above has eight. Memory: up to 384 MiB.

Output:
FILE of -o is never an input too, by whatever name or link. One that is not empty is refused without --resume or
--overwrite. It is locked (flock) while the scan writes it, and so is a file that standard output goes to, unless it
appends (>>): a second scan ends with "in use". It is emptied only when the scan begins.

With -o FILE the scan writes FILE.meta.json: docs/metadata.schema.json says what. It is there from the beginning, so that a
scan that was killed has it too. --resume with another CA, purpose, account, method, wildcard, DNSSEC mode or kind of
resolver than FILE.meta.json tells is refused; where there is no such file, that is said, and the scan goes on.

Long scans:
With --resume a scan that was ended, killed even, goes on where it stopped: the output then holds a record for each
input line, exactly once. Lines are told apart by name, input, for, id and order. Each record
kept takes 20 bytes of memory, and up to 40 while they are read: for 10 million, 200 MB and 400 MB. A torn last line (compressed: member or frame) is cut off; names that a signal stopped are scanned.
The shard of a name is the upper part of H*N, where H is the lower half, as a fraction of 2^32, of SplitMix64's
finalizer of the FNV-1a hash (64 bits) of its registrable domain, lower case, in wire form. It is the same in every
release, as far as the Public Suffix List is. Lines that are no name belong to one shard together.

Runs in chunks:
Where FILE is the folder of a run (caascan plan), its chunks are scanned: another is begun while fewer than four times
--concurrency names are left, up to 64 at the same time. -o is a folder then, RUN/out by default, and each chunk's result is
OUT/chunk-NNNNN.ndjson.zst. It appears when it is whole: written to a file
beside it, synced, renamed. Chunks that have a result are left out; so the same command goes on where it stopped. Several
processes may scan a run: each locks the chunks that it has in hand (flock; over NFS unless it is mounted with
local_lock), and takes those that no other has. Without such locks, give each a --shard. At a signal no more chunks are
taken; those that are not done within --grace are given back and leave no file. Metadata are in OUT/scan-*.meta.json. A
folder with results of other options, as for --resume, is refused. docs/scale-out.md has the whole. With --engine a Redis
server deals the chunks out, and lends machines shares of each server's limit (docs/engine.md).

Exit status:
0: done, whatever the outcomes were. 1: could not finish, such as a full disk or a closed output; what was written
stays valid, line by line. Likewise where an input was not whole (a compressed stream that breaks off, a zone file that
ends within a record or does not fit its ZONEMD record, a zone transfer without its closing SOA record), after the names that it holds were scanned. 2: wrong usage or unreadable input, also
a standard input or output that is needed and closed. 130, 143: stopped by SIGINT or SIGTERM after the names in flight
were finished or given back; an output that is not read is given up after 10 s or at the second signal (1).

Examples:
  caascan scan names.txt -o out.ndjson
  caascan scan --shard 2/3 --machines 3 --resume -o shard-2.ndjson.zst com.zone.gz
  caascan scan run/ -o run/out --commit 'rclone copyto {} s3:bucket/{name}'
  printf 'www.example.com\n' | caascan scan --resolver 192.0.2.53 | jq .outcome)";

}  // namespace

ScanCommand::ScanCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "scan", "Look up the CAA records of many names and say who may issue for them.");
  app->footer(kFooter);
  app->add_option("FILE", options_.inputs, "Names to scan; \"-\" or none is standard input.")
      ->option_text("FILE...");
  AddDecisionOptions(app);
  look_up_.AddTo(app, &options_);
  AddInputOptions(app, {&options_.input_format, &options_.fields, &options_.zone_names});
  AddPartOptions(app);
  machines_.AddTo(app, &options_);
  AddScanEngineOptions(app, &options_.engine, &lease_s_);
  AddOutputOptions(app);
}

void ScanCommand::AddDecisionOptions(CLI::App* app) {
  request_.AddTo(app);
  app->add_flag("--wildcard", options_.request.wildcard,
                "Evaluate every name as *.name; a name given so always is. For TLS alone.");
  cli::AddChoice(app, "--also",
                 "Look up the TXT records of _validation-persist.NAME too, by one more query a "
                 "name, and say in persist what they are worth to the CA and the account "
                 "(dns-persist-01).",
                 {{"persist", true}}, &options_.also_persist);
}

void ScanCommand::AddPartOptions(CLI::App* app) {
  cli::AddOption(app,
                 {"--shard", "I/N",
                  "Only the names of shard I of N, counted from 1; names of one registrable domain "
                  "stay together. Of a run of caascan plan: every Nth chunk (default 1/1)."},
                 &shard_);
  cli::AddOption(app,
                 {"--dedupe-window", "N",
                  "Look a name up once for all lines up to N behind it that ask for the same; each "
                  "has its record; 0 is off (default 1000)."},
                 &options_.dedupe_window)
      ->check(cli::WholeNumber(0, kMaxDedupeWindow));
}

void ScanCommand::AddOutputOptions(CLI::App* app) {
  cli::AddOption(
      app,
      {"-o,--output", "FILE",
       "Write records here (default: standard output): NDJSON, or CSV where FILE ends in "
       ".csv; .gz and .zst behind that compress. Refused where FILE is an input too, is "
       "not empty, or is written by another scan."},
      &options_.output_path);
  CLI::Option* resume =
      app->add_flag("--resume", options_.resume,
                    "Keep the records that the output file holds, leave their names out, and "
                    "append the rest.");
  app->add_flag("--overwrite", options_.overwrite,
                "Begin the output file anew; without this or --resume, one that is not empty is "
                "refused.")
      ->excludes(resume);
  app->add_flag("--dry-run", dry_run_,
                "Send no query, and write no record: say how many queries whose servers would be "
                "asked, and how long that takes under the limits.")
      ->excludes(resume);
  cli::AddChoice(app, "--servers", "Which servers' results a record carries (default failures).",
                 {{"none", ServersInRecord::kNone},
                  {"failures", ServersInRecord::kFailures},
                  {"all", ServersInRecord::kAll}},
                 &options_.servers);
  cli::AddOption(app,
                 {"--metadata", "FILE",
                  "Write version, options, vantage, inputs with digests, times and counts here, or "
                  "\"none\" (default: beside -o FILE as FILE.meta.json)."},
                 &options_.metadata_path);
  AddProgressOption(app, &options_.progress);
  cli::AddOption(
      app,
      {"--status", "FILE",
       "Renew FILE every second with one JSON object: names, outcomes, rates, loss, time "
       "left."},
      &options_.status_path);
  cli::AddOption(app,
                 {"--metrics", "ADDR:PORT",
                  "Serve Prometheus metrics at http://ADDR:PORT/metrics; a port alone is one of "
                  "127.0.0.1."},
                 &options_.metrics_address);
}

absl::Status ScanCommand::ReadShard() {
  const std::vector<std::string> parts = CLI::detail::split(shard_, '/');
  uint32_t* const numbers[] = {&options_.shard, &options_.shard_count};
  bool sound = parts.size() == 2;
  for (size_t i = 0; sound && i < 2; ++i) {
    const std::string& part = parts[i];
    const auto end = std::from_chars(part.data(), part.data() + part.size(), *numbers[i]);
    sound = end.ec == std::errc() && end.ptr == part.data() + part.size();
  }
  if (sound && options_.shard >= 1 && options_.shard <= options_.shard_count) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("--shard: '" + shard_ + "' is not I/N with I from 1 to N");
}

absl::Status ScanCommand::CompleteOptions() {
  if (absl::Status status = ReadShard(); !status.ok()) return status;
  if (absl::Status status = CheckInputOptions(options_.input_format, options_.fields);
      !status.ok()) {
    return status;
  }
  machines_.Complete(&options_);
  look_up_.Complete(&options_);
  options_.lease = std::chrono::seconds(lease_s_);
  CLI::App* app = program_->app()->get_subcommand("scan");
  options_.invocation = {program_->app()->version(), program_->command_line(),
                         cli::OptionValues(app)};
  options_.ca_set_path = request_.ca_set_path();
  return request_.Read(&options_.request, &options_.ca_set);
}

int ScanCommand::Foresee() const {
  caascan::Forecast forecast;
  const absl::Status made = MakeForecast(options_, &forecast);
  for (const std::string& remark : forecast.input_remarks) program_->Complain(remark);
  // An input that was not whole: what there was counts.
  if (!made.ok() && forecast.queries == 0) return program_->Finish(made);
  const absl::Status written = WriteForecast(options_, forecast);
  return program_->Finish(written.ok() ? made : written);
}

/// Somebody who types the names is told so, and sees more at the end.
bool ScanCommand::IsWatched() const {
  return options_.progress != ProgressMode::kNever && isatty(STDERR_FILENO) != 0;
}

void ScanCommand::SayWhatIsAwaited() const {
  const auto& inputs = options_.inputs;
  const bool reads = inputs.empty() || std::find(inputs.begin(), inputs.end(), "-") != inputs.end();
  if (!reads || options_.progress == ProgressMode::kNever || isatty(STDIN_FILENO) == 0) return;
  program_->Complain("waiting for names from this terminal, one a line; Ctrl-D ends them");
}

int ScanCommand::Run() {
  if (absl::Status status = CompleteOptions(); !status.ok()) return program_->Finish(status);
  for (const std::string& warning : request_.Warnings()) program_->Complain(warning);
  if (const std::string warning = machines_.Warning(options_); !warning.empty()) {
    program_->Complain(warning);
  }
  options_.on_notice = [this](const std::string& notice) { program_->Complain(notice); };
  if (dry_run_) return Foresee();
  SayWhatIsAwaited();
  ScanSummary summary;
  absl::Status status = RunScan(options_, &summary);
  for (const std::string& warning : SummaryWarnings(summary)) program_->Complain(warning);
  const int code = program_->Finish(status, SummaryText(summary), summary.signal);
  if (!status.ok() || !IsWatched()) return code;
  for (const std::string& line : SummaryScreen(options_, summary)) {
    (void)std::fprintf(stderr, "%s\n", line.c_str());
  }
  return code;
}

}  // namespace caascan::tool
