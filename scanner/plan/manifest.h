// What a run consists of: the folder that `caascan plan` makes (docs/manifest.schema.json).
//
//   RUN/manifest.json                  the chunks, with their counts and digests; written last
//   RUN/chunks/chunk-00042.ndjson.zst  a chunk: a job a line (job_line.h)
//   OUT/chunk-00042.ndjson.zst         its result: a record a line; OUT is RUN/out unless told
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace caascan::plan {

/// One chunk as it was planned. A value.
struct PlannedChunk {
  uint32_t names = 0;   // Lines of the chunk, and records of its result; at least 1.
  std::string sha256;   // Of the chunk's text, decoded; 64 hexadecimal digits in lower case.
  std::string records;  // RecordSet::Digest() of its names.
};

/// A run as it was planned. A value; chunks are numbered from 0 by their place.
struct Manifest {
  /// SHA-256 of what was read and how it was cut: the same input gives the same run. 64 digits.
  std::string run;
  std::string version;              // Of the program that planned it.
  std::vector<std::string> inputs;  // Paths as typed.
  bool wildcard = false;            // Every name is evaluated as `*.name`.
  uint32_t chunk_names = 0;         // Names of each chunk but the last.
  uint64_t names = 0;               // Of all chunks.
  uint64_t invalid = 0;             // Of these, lines that are no name.
  /// Machines that may scan the run at the same time; 0 where nothing was said. Each may always
  /// ask a server at the limit divided by twice this.
  uint32_t machines_at_most = 0;
  std::vector<PlannedChunk> chunks;
};

/// One object in ASCII, a line for each of its members and for each chunk.
std::string ManifestJson(const Manifest& manifest);

/// Reads RUN/manifest.json. Errors: InvalidArgument that names the file: it cannot be read, is no
/// manifest, or its counts do not add up.
absl::StatusOr<Manifest> ReadManifest(const std::string& run);

/// Writes RUN/manifest.json, whole or not at all. Errors as WriteWhole().
[[nodiscard]] absl::Status WriteManifest(const std::string& run, const Manifest& manifest);

std::string ManifestPath(const std::string& run);
/// Is there a manifest.json in that folder?
bool IsRun(const std::string& path);

/// "chunk-00042": what files of that chunk begin with. Longer for numbers above 99999.
std::string ChunkStem(uint32_t chunk);
std::string ChunkPath(const std::string& run, uint32_t chunk);
/// The folder of results where the user names none.
std::string DefaultResultFolder(const std::string& run);
std::string ResultPath(const std::string& results, uint32_t chunk);
/// "0123456789abcdef-00042": no other chunk of any run is called so. REQUIRES: the chunk is one of
/// the manifest.
std::string ChunkToken(const Manifest& manifest, uint32_t chunk);

}  // namespace caascan::plan
