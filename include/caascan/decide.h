// Deciding again over the records of an earlier scan: other CAs, accounts or methods, no query.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>

#include "caascan/caa.h"
#include "caascan/invocation.h"

namespace caascan {

/// What `caascan decide` is told. A value.
struct DecideOptions {
  std::vector<std::string> inputs;  // Paths of records, NDJSON; "-" or none is standard input.
  std::string output_path;          // Empty is standard output.
  bool overwrite = false;           // Replace a file that holds records; else that is an error.

  /// issuer_domains is letsencrypt.org where empty. `wildcard` and `purpose` are ignored: a record
  /// is decided as it was scanned, which the `*.` of its name and its `for` tell.
  IssuanceRequest request;
  /// What all records are decided for instead; then `for` says so.
  std::optional<Purpose> purpose = {};
  /// Records get `parameters`: the verdict where accounturi and validationmethods are enforced, and
  /// where they are ignored.
  bool both_parameters = false;
  std::vector<CertificationAuthority> ca_set;

  unsigned threads = 0;   // 0 is one a core, 4 at most.
  Invocation invocation;  // For the metadata of the output.
};

/// What was done.
struct DecideSummary {
  uint64_t records = 0;  // Written: one for each that was read.
  uint64_t permit = 0;
  uint64_t deny = 0;
  uint64_t failed = 0;   // Look-ups that had failed.
  uint64_t changed = 0;  // Permits that became denials, and the other way round.
  uint64_t turns = 0;    // Whose two verdicts differ, where both were wanted.
  int signal = 0;        // SIGINT or SIGTERM where one stopped it, else 0.
};

/// Reads records and writes each again, in order, with `outcome`, `reason`, `may_issue`,
/// `would_issue`, `decisions`, `persist` and `valid_until` as `request` and `ca_set` make them;
/// without a `ca_set`, `decisions` goes away, and `parameters` where it is not wanted. `persist` is
/// judged as of the record's time. All other members stay as they are, to the byte and in their
/// places. Records whose look-up failed (any outcome but permit and deny) stay so: only
/// `would_issue`, which is what this CA makes of the failure, and `persist` are made anew. Blank
/// lines are skipped.
///
/// Blocks; owns its threads; takes SIGINT and SIGTERM over while it runs (the first ends the
/// reading and what was read is still written, the second does not wait for a slow reader of the
/// output). Prints nothing. Errors: InvalidArgument for inputs that cannot be used (the message
/// names the file, and for a broken record the line: everything before it is written, nothing
/// behind it), DataLoss where the output could not be written; *summary is filled either way.
[[nodiscard]] absl::Status RunDecide(const DecideOptions& options, DecideSummary* summary);

}  // namespace caascan
