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

constexpr const char* kFooter =
    R"(Every input name gives exactly one output record. A name that could not be looked up has a
record that says why.

Input:
Without FILE, or for the FILE "-", names come from standard input. These are recognised by
content: gzip, zstd, xz, bzip2, lz4, a zip archive of one file, and UTF-16 with a byte-order
mark. Zero bytes after a gzip stream are ignored. Other archives and compressed files end the
scan with exit status 2. The formats of --input-format:
  lines: one name a line. Blank lines, and lines that begin with #, are skipped, here and in csv.
  csv: rows of columns that are separated by commas, semicolons or tabs, whichever the first such
    row has. Quotes are as in RFC 4180; a quoted line feed is allowed (up to 64 KiB a row). The
    names are in the column that the header calls domain, fqdn, hostname, host, name, origin,
    url, website or similar, in upper or lower case. If several match, the first that contains
    names is taken. Without such a header it is the only column of the first row that contains a
    name of at least two labels; otherwise the column with the most names in the first 100 rows
    (or in those that arrive without a pause), the leftmost if equal. Then a line on standard
    error names the column. A row without that column is taken as a whole. A rank is passed
    through as rank: from a column called rank or GlobalRank, or, without a header, from a number
    before the name (Tranco, Umbrella).
  zone: a master file of the parent zone, such as a registry's. Every delegated name is looked up
    once. Its NS, glue and DS records are used as the delegation, so the parent's servers are not
    queried again. Records may be in any order. A file that is grouped by owner is read twice.
    Any other file, a pipe and standard input are sorted first, in temporary files in TMPDIR no
    larger than the input. This takes up to 96 MiB of memory. A file with a ZONEMD record is
    verified against it, with further temporary files and 64 MiB of memory. With --zone-names
    owners every name that has records is looked up once, including the apex and the delegated
    names. The root and the hashes of NSEC3 are left out. If the file has its SOA record, so are
    names outside the zone or below a delegation, such as glue. Such a file is always sorted.
    $ORIGIN and $TTL are followed; $INCLUDE and $GENERATE end the scan with exit status 2.
  ndjson: one JSON object a line, with name (or host, domain or fqdn). Optional members: id,
    order, wildcard, for (tls, smime or mark), account_uri, and validation_method. The last two
    are a string, or an array of which any may match.
  auto: by the name of the file (.csv, .tsv, .zone, .ndjson, .jsonl, before .gz and similar), then
    by the first line that is not blank or a comment. An object means ndjson. A record, a
    directive or a ; comment means zone. A comma, semicolon or tab outside the path of a URL means
    csv. Anything else means lines, or csv if there is --column or --keep.

Names:
With --for smime a name may be a mail address, user@example.com. Its domain is looked up, and
input keeps the address.
With --from-url the host is looked up in https://user@host:443/path?query, host:443, host/path
and user@host, and input keeps the URL. This is also done, without the option, for a column that
the header calls origin, url, uri, website or site, and for --key origin, url or uri. Percent
encodings in a host are decoded. An IP address is not a name.
A line that is not a name also gives a record: outcome error, reason invalid_name, the number of
the line, and the cause in detail. If the first 1000 lines are all of that kind (not counting IP
addresses), the file is not in the format it was read as: the scan ends with exit status 2 after
their records. A line on standard error reports a shorter file without a name, a file of IP
addresses, and a zone file without a delegation.

Resolvers:
  HOST[:PORT]: an address, [IPV6]:PORT, or a host name. The system looks up a host name once, and
    all its addresses are used. The transport is UDP, and TCP where that is needed. A resolver
    that never answers over UDP, and is silent twice, is tried over TCP once. If it answers, it
    is queried over TCP only, and a line on standard error says so.
  tcp://HOST[:PORT]: TCP only. udp:// is accepted for the default.
  tls://HOST[:PORT][#NAME]: DNS over TLS (RFC 7858), port 853. The certificate must be valid for
    NAME, a host name or an address; without #NAME, for HOST if that is a host name. A connection
    to a bare address is encrypted but not authenticated (RFC 8310, opportunistic); standard error
    and the metadata say so. There is no fall-back to plain DNS.
  https://HOST[:PORT][/PATH]: DNS over HTTPS (RFC 8484) by POST over HTTP/2, port 443. The
    certificate must be valid for HOST. The default PATH is /dns-query.
  @FILE: a file with one resolver a line. Blank lines are skipped, and text after a # at the start
    of a line or after a blank.
  system: the nameserver lines of /etc/resolv.conf; if there are none, 127.0.0.1.

Certificates must chain to those of --resolver-ca, or of the system (SSL_CERT_FILE,
SSL_CERT_DIR). If one is not valid, no query is sent. Sessions are resumed, and queries are padded
to multiples of 128 octets (RFC 8467).

Output:
The FILE of -o is NDJSON (.ndjson, .jsonl, .json or no suffix) or CSV (.csv), and compressed if
.gz or .zst follows. Any other suffix is refused. caascan-record(5) describes the members of a
record. CSV has a header, and a line for each record; docs/csv.md lists its columns. A text that a
spreadsheet would read as a formula begins with an apostrophe. CSV does not hold everything that a
record does, and --resume refuses it. DuckDB converts NDJSON to Parquet:
      duckdb -c "COPY (FROM read_json('out.ndjson', sample_size = -1)) TO 'out.parquet'"

The FILE of -o cannot be an input as well, under any name or link. A FILE that is not empty is
refused without --resume or --overwrite. It is emptied only when the scan starts. The scan locks
it (flock), and also a file that standard output is redirected to, unless in append mode (>>). A
second scan of the same file ends with "in use".

With -o FILE the scan writes FILE.meta.json, which docs/metadata.schema.json describes. It exists
from the start, so a killed scan has it too. --resume is refused if FILE.meta.json has another CA,
purpose, account, method, wildcard, DNSSEC mode or kind of resolver. If there is no such file, a
line on standard error says so, and the scan continues.

Long scans:
With --resume a scan continues after it was stopped or killed. The output then holds one record
for each input line, exactly once. Lines are identified by name, input, for, id and order. Each
kept record takes 20 bytes of memory, and up to 40 while they are read: 200 MB and 400 MB for 10
million records. An incomplete last line (or compressed member or frame) is cut off. Names that a
signal stopped are scanned again.
The shard of a name depends only on its registrable domain. Let H be the lower half of
SplitMix64's finalizer of the 64-bit FNV-1a hash of that domain, in lower case and in wire format.
The shard is the upper 32 bits of H*N. It stays the same in every release, as far as the Public
Suffix List does. Lines that are not names all belong to one shard.

Runs in chunks:
If FILE is the folder of a run (caascan plan), its chunks are scanned. Another chunk starts when
fewer than four times --concurrency names are left, with at most 64 chunks at a time. -o is then a
folder, RUN/out by default. The result of each chunk is OUT/chunk-NNNNN.ndjson.zst. It is written
to another file, synced, and renamed, so it is complete when it appears. Chunks that have a result
are left out, so the same command continues a stopped run.
Several processes may scan one run. Each locks its chunks (flock, also over NFS unless it is
mounted with local_lock), and takes chunks that no other process has. Without such locks, give
each process a --shard. After a signal no further chunk starts. Chunks that do not finish within
--grace seconds leave no file. Metadata are in OUT/scan-*.meta.json. A folder with results of
other options, as for --resume, is refused. docs/scale-out.md has the details. With --engine a
Redis server distributes the chunks, and lends machines shares of each server's limit
(docs/engine.md).

Persistent validation:
With --also persist a record has the member persist: the TXT records of
_validation-persist.NAME (BR 3.2.2.4.22), each with its result. It never changes the CAA verdict.
Parent names are not queried, and names that were not looked up have no such member. The results:
  valid: the record names the CA and, if given, the account of --account-uri. For a wildcard it
    has policy=wildcard. Its persistUntil is not over.
  expired, policy_mismatch, account_uri_mismatch, issuer_not_authorized, malformed: why the
    record does not count.
  none: there is no record.
  failed: the look-up failed, for the given reason.

Forecast:
--dry-run reads the input and estimates which servers would get how many queries, by this model:
  the name's own servers: CAA of each name once, its TXT with --also persist, and CAA of each name
    above it up to the registrable domain, once for all names below.
  the zone above, such as a registry's: from a list, one referral for each domain; names of one
    domain that are looked up at the same time may each cause one. From a zone file none. With
    validation, unless the file proves it, there is also a DS query for each domain that has a DS
    record, and for each span of NSEC3 records that contains another name. Opt-out is assumed:
    there is one span more than there are domains with DS. The zone itself is queried for its CAA
    and DNSKEY sets.
  the root: each top-level domain, and its DNSKEY set.
  a domain of a zone file with DS: its DNSKEY set.
  a domain, with --zone-ns: its NS set; with --zone-keys: its DNSKEY set, if no DS is known.

The servers of a zone share its queries equally. Each address gets one further query, about
letter case. A server without glue costs two queries and a referral. Failures and aliases are not
in the model, nor is what a list does not say about servers. The time follows from --server-rate
and --rate, and from 50 ms an answer with --server-inflight and --concurrency. A server has the
addresses that the file gives, or else one; a zone above has eight. Memory: up to 384 MiB.

Exit status:
  0: done, whatever the outcomes are.
  1: could not finish, for example because the disk is full or the output was closed. What is
    written stays valid, line by line. Also, after all names were scanned, if an input is not
    complete: a truncated compressed stream, a zone file that ends within a record or does not
    match its ZONEMD record, or a zone transfer without its closing SOA record.
  2: wrong usage or unreadable input; also if standard input or output is needed and closed.
  130, 143: stopped by SIGINT or SIGTERM, after the names in flight were finished or given the
    reason stopped. An output that nothing reads is abandoned after 10 s or at the second signal;
    the exit status is then 1.

Examples:
  caascan scan names.txt -o out.ndjson
  caascan scan --shard 2/3 --machines 3 --resume -o shard-2.ndjson.zst com.zone.gz
  caascan scan run/ -o run/out --commit 'rclone copyto {} s3:bucket/{name}'
  printf 'www.example.com\n' | caascan scan --resolver 192.0.2.53 | jq .outcome)";

}  // namespace

ScanCommand::ScanCommand(cli::Program* program) : program_(program) {
  CLI::App* app = program->app()->add_subcommand(
      "scan", "Look up the CAA records of many names, and decide for each whether a CA may issue.");
  app->footer(kFooter);
  app->add_option("FILE", options_.inputs, "Files of names. \"-\", or no FILE, is standard input.")
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
                "Evaluate every name as *.name. A name given as *.name always is. Only for TLS.");
  AddAlsoOption(app, &options_.also_persist);
}

void ScanCommand::AddPartOptions(CLI::App* app) {
  cli::AddOption(
      app,
      {"--shard", "I/N",
       "Scan only the names of shard I of N, counted from 1. Names of one registrable domain stay "
       "together. For a run of caascan plan: every Nth chunk (default 1/1)."},
      &shard_);
  cli::AddOption(app,
                 {"--dedupe-window", "N",
                  "Look up a name once for equal lines among the next N lines. Each line still has "
                  "its record. 0 is off (default 1000)."},
                 &options_.dedupe_window)
      ->check(cli::WholeNumber(0, kMaxDedupeWindow));
}

void ScanCommand::AddOutputOptions(CLI::App* app) {
  cli::AddOption(app,
                 {"-o,--output", "FILE",
                  "Write the records to FILE (default: standard output): NDJSON, or CSV if FILE "
                  "ends in .csv. It is compressed if .gz or .zst follows. A FILE is refused that "
                  "is also an input, is not empty, or is being written by another scan."},
                 &options_.output_path);
  CLI::Option* resume =
      app->add_flag("--resume", options_.resume,
                    "Keep the records in the output file, skip their names, and append the rest.");
  app->add_flag(
         "--overwrite", options_.overwrite,
         "Replace the output file. Without this or --resume, a file that is not empty is refused.")
      ->excludes(resume);
  app->add_flag("--dry-run", dry_run_,
                "Send no query and write no record. Estimate how many queries each operator's "
                "servers would get, and the time under the limits.")
      ->excludes(resume);
  cli::AddChoice(app, "--servers", "Which servers' results are in a record (default failures).",
                 {{"none", ServersInRecord::kNone},
                  {"failures", ServersInRecord::kFailures},
                  {"all", ServersInRecord::kAll}},
                 &options_.servers);
  CLI::Option* dnstap = cli::AddOption(
      app,
      {"--dnstap", "FILE",
       "Keep queries and answers, octet by octet, as dnstap frames in FILE. caascan explain "
       "--dnstap and dnstap-read show them. A FILE that is not empty is refused without "
       "--overwrite. The scan never waits for FILE: exchanges without room are dropped and "
       "counted."},
      &options_.dnstap_path);
  cli::AddChoice(
      app, "--dnstap-for", "Which names: those without a verdict, or all (default failures).",
      {{"failures", DnstapFor::kFailures}, {"all", DnstapFor::kAll}}, &options_.dnstap_for)
      ->needs(dnstap);
  cli::AddOption(
      app,
      {"--metadata", "FILE",
       "Write the metadata of the scan to FILE: version, options, vantage point, inputs with "
       "digests, times and counts. \"none\" writes nothing (default: FILE.meta.json for -o FILE)."},
      &options_.metadata_path);
  AddOperatorsOption(app, &options_.operators_path);
  AddZoneOptions(app);
  AddProgressOption(app, &options_.progress);
  cli::AddOption(
      app,
      {"--status", "FILE",
       "Write one JSON object to FILE every second: names, outcomes, rates, loss, time left."},
      &options_.status_path);
  cli::AddOption(
      app,
      {"--metrics", "ADDR:PORT",
       "Serve Prometheus metrics at http://ADDR:PORT/metrics. Without ADDR it is 127.0.0.1."},
      &options_.metrics_address);
}

void ScanCommand::AddZoneOptions(CLI::App* app) {
  CLI::Option* zones = cli::AddOption(
      app,
      {"--zones", "FILE",
       "When the scan ends, write a line to FILE for each zone that it met: NS sets, servers, DS "
       "and DNSKEY records, denial, the end of signatures. Not with --resolver. As with -o, a FILE "
       "that is not empty needs --resume, which merges, or --overwrite."},
      &options_.zones_path);
  zones->excludes(app->get_option("--resolver"));
  cli::AddRepeatedOption(
      app,
      {"--asn", "FILE",
       "Add the AS and the country of each server's address to --zones, from this table: pfx2as "
       "text (prefix, length and AS number, with tabs between) or an MMDB database. Repeat for "
       "more tables; a later one adds what an earlier one does not have."},
      &options_.asn_paths)
      ->needs(zones);
  app->add_flag("--zone-ns", options_.zone_ns,
                "Query each name's zone for its own NS set too: one query a zone.")
      ->needs(zones);
  app->add_flag("--zone-keys", options_.zone_keys,
                "Query each name's zone for its DNSKEY set, also if there is no DS: one query a "
                "zone without DS.")
      ->needs(zones);
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
