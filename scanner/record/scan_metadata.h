// What is known of a scan beside its records: docs/metadata.schema.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "caascan/caa.h"

namespace caascan::record {

/// An option that decides what records say, and its value as text; empty where it was not given.
using DecidingOption = std::pair<std::string, std::string>;

struct InputFacts {
  std::string path;
  std::optional<uint64_t> size;  // Octets; of a pipe what was read.
  std::string sha256;            // In hexadecimal; empty of what can be read once alone.
};

/// A value. Times are those of records.
struct ScanMetadata {
  std::string version;
  std::vector<std::string> command_line;
  /// Every option of the command, by its name, with its values: as typed, or the default.
  std::vector<std::pair<std::string, std::vector<std::string>>> options;
  std::vector<DecidingOption> deciding;
  std::vector<std::string> trust_anchors;  // In presentation form; empty: nothing is validated.
  bool iterative = true;
  std::vector<std::string> families;  // "ipv4", "ipv6": those that had sockets.
  /// Those that were given, or what the system chooses for the first servers.
  std::vector<std::string> source_addresses;
  std::string interface;  // Empty where none was given.
  std::vector<std::string> resolvers;
  std::vector<std::string> unauthenticated_resolvers;  // Of those: over TLS with any certificate.
  std::vector<std::string> resolvers_over_tcp;         // Of these, that were silent over UDP.
  unsigned threads = 0;
  std::vector<InputFacts> inputs;
  std::string output;
  std::string start;
  std::string end;                // Empty while it runs, and where it was killed.
  std::string state = "running";  // Then "done", "stopped" (by a signal) or "failed".
  std::string signal;             // "SIGINT" or "SIGTERM".
  std::string error;
  uint64_t names_in = 0;
  uint64_t records_out = 0;
  uint64_t records_kept = 0;  // Of earlier runs.
  uint64_t queries = 0;
  std::string dnstap;  // The file of frames; empty: none. Known at the end:
  uint64_t dnstap_frames = 0;
  uint64_t dnstap_dropped = 0;
  std::vector<std::pair<std::string, uint64_t>> outcomes;  // By code; those that there are.
  std::vector<std::pair<std::string, uint64_t>> reasons;
  /// The metadata of earlier runs of the same output (--resume), raw JSON objects, oldest first.
  std::vector<std::string> earlier_runs;
};

/// One object, a line for each of its members, ASCII.
std::string MetadataJson(const ScanMetadata& metadata);

/// The path that a scan writes beside the records of `path` unless told otherwise.
std::string MetadataPathOf(const std::string& path);

/// The part of the deciding options that says who asks and for what. `wildcard` aside: with
/// `decide` it stays as it was.
std::vector<DecidingOption> RequestOptionsOf(const IssuanceRequest& request,
                                             const std::vector<CertificationAuthority>& ca_set);

/// Reads the metadata beside the records of `path`; nullopt where there is none, or it cannot be
/// read: for commands to whom it is a help and no more.
std::optional<ScanMetadata> MetadataBeside(const std::string& path);

/// Reads a file that MetadataJson() made: what the commands need that read records, and for
/// earlier_runs all runs so far, the file's own last. Nullopt where there is no such file. Errors:
/// InvalidArgument that names a file that is no metadata.
absl::StatusOr<std::optional<ScanMetadata>> ReadMetadata(const std::string& path);

/// The options that differ, each with both values: "--ca: letsencrypt.org and ca.example". Those
/// that only one version of the program knows do not count.
std::vector<std::string> DifferencesOf(const std::vector<DecidingOption>& a,
                                       const std::vector<DecidingOption>& b);

/// A line for people: version, time, CA, vantage, and how it ended.
std::string MetadataLine(const ScanMetadata& metadata);

}  // namespace caascan::record
