// A job as a line of a chunk: all that its input said of it, so that a chunk needs no other file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/dns/name.h"
#include "scanner/input/name_job.h"
#include "scanner/zonefile/zone_proof.h"

namespace caascan::plan {

/// An NSEC3 record of a zone file, or an RRSIG over one, that proves something of a job's name.
struct Denial {
  dns::Name zone;
  dns::Name owner;
  dns::RRType type{};
  std::string rdata;
};

/// Appends an object in ASCII and a line feed. Twins are not in it: a job that was read has none.
///
///   name, wildcard (true), for (where it is not tls), invalid (the record's name, where the line
///   is no name), input, id, order, columns, rank, account_uri and validation_method (arrays),
///   line, detail: those that there are; delegation {ttl, hosts, glue [[host, address]], ds, proofs
///   [[type, RDATA]]}; denials and apex_denials [[zone, owner, type, RDATA]]. Octets are in Base64.
void AppendJobLine(const input::NameJob& job, std::string* out);

enum class DenialsOf : uint8_t { kName, kApex };
/// Puts denials into a line that AppendJobLine() has made: once for each kind at most. Those of the
/// apex help all names of the zone in the same chunk.
void AddDenials(DenialsOf what, const std::vector<Denial>& denials, std::string* line);

/// Reads lines back. Keeps its parser's memory. One thread at a time.
class JobLineReader {
 public:
  /// `usual` is what is asked for where a line does not say: the scan's.
  explicit JobLineReader(Purpose usual = Purpose::kTls);
  ~JobLineReader();
  JobLineReader(const JobLineReader&) = delete;
  JobLineReader& operator=(const JobLineReader&) = delete;

  /// Readable octets behind each line, whatever they are.
  static constexpr size_t kPadding = 64;

  /// Makes *job what AppendJobLine() was given. Denials go to `denials` where that is not null, and
  /// so do delegations' proofs to the job. False, and *job unspecified, where it is no such line.
  /// kPadding stands behind `line`.
  bool Read(std::string_view line, input::NameJob* job, zonefile::DenialSink* denials);

 private:
  struct Impl;
  const Purpose usual_;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace caascan::plan
