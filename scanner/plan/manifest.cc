// Tested by manifest_test.cc.
#include "scanner/plan/manifest.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <simdjson.h>
#include <sys/stat.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <string_view>

#include "scanner/io/whole_file.h"
#include "scanner/record/json_text.h"

namespace caascan::plan {
namespace {

constexpr std::string_view kSchema = "urn:caascan:schema:manifest:1";
constexpr size_t kDigestDigits = 64;
constexpr size_t kSetDigits = 32;

bool IsHex(std::string_view text, size_t digits) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == digits && std::all_of(text.begin(), text.end(), is_digit);
}

std::string TextOf(const simdjson::dom::element& object, const char* key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

/// False, and *out unchanged, where the member is no such number.
template <typename Number>
bool ReadNumber(const simdjson::dom::element& object, const char* key, Number* out) {
  uint64_t value = 0;
  if (object[key].get(value) != simdjson::SUCCESS) return false;
  if (value > std::numeric_limits<Number>::max()) return false;
  *out = static_cast<Number>(value);
  return true;
}

/// False where one of them is not as ManifestJson() writes it.
bool ReadChunks(const simdjson::dom::element& object, std::vector<PlannedChunk>* chunks) {
  simdjson::dom::array array;
  if (object["chunks"].get(array) != simdjson::SUCCESS) return false;
  for (const simdjson::dom::element element : array) {
    if (!element.is_object()) return false;
    PlannedChunk& chunk = chunks->emplace_back();
    chunk.sha256 = TextOf(element, "sha256");
    chunk.records = TextOf(element, "records");
    if (!ReadNumber(element, "names", &chunk.names) || chunk.names == 0) return false;
    if (!IsHex(chunk.sha256, kDigestDigits) || !IsHex(chunk.records, kSetDigits)) return false;
  }
  return chunks->size() < std::numeric_limits<uint32_t>::max();
}

bool AddsUp(const Manifest& manifest) {
  uint64_t names = 0;
  for (const PlannedChunk& chunk : manifest.chunks) names += chunk.names;
  return names == manifest.names && manifest.invalid <= names;
}

void AppendChunk(const Manifest& manifest, uint32_t chunk, std::string* out) {
  const PlannedChunk& planned = manifest.chunks[chunk];
  absl::StrAppend(out, chunk == 0 ? "\n" : ",\n", "    {\"file\": \"", ChunkStem(chunk),
                  ".ndjson.zst\", \"names\": ", planned.names, ", \"sha256\": \"", planned.sha256,
                  "\", \"records\": \"", planned.records, "\"}");
}

}  // namespace

std::string ManifestPath(const std::string& run) { return run + "/manifest.json"; }

bool IsRun(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
         stat(ManifestPath(path).c_str(), &info) == 0;
}

std::string ChunkStem(uint32_t chunk) { return absl::StrFormat("chunk-%05u", chunk); }

std::string ChunkPath(const std::string& run, uint32_t chunk) {
  return absl::StrCat(run, "/chunks/", ChunkStem(chunk), ".ndjson.zst");
}

std::string DefaultResultFolder(const std::string& run) { return run + "/out"; }

std::string ResultPath(const std::string& results, uint32_t chunk) {
  return absl::StrCat(results, "/", ChunkStem(chunk), ".ndjson.zst");
}

std::string ChunkToken(const Manifest& manifest, uint32_t chunk) {
  assert(chunk < manifest.chunks.size() && "one of the run's chunks");
  constexpr size_t kRunDigits = 16;
  return absl::StrFormat("%s-%05u", manifest.run.substr(0, kRunDigits), chunk);
}

std::string ManifestJson(const Manifest& manifest) {
  std::string out = absl::StrCat("{\n  \"schema\": \"", kSchema.data(), "\",\n  \"run\": \"",
                                 manifest.run, "\",\n  \"version\": ");
  record::AppendJsonString(manifest.version, &out);
  out.append(",\n  \"inputs\": [");
  for (size_t i = 0; i < manifest.inputs.size(); ++i) {
    if (i > 0) out.append(", ");
    record::AppendJsonString(manifest.inputs[i], &out);
  }
  absl::StrAppend(&out, "],\n  \"wildcard\": ", manifest.wildcard ? "true" : "false",
                  ",\n  \"chunk_names\": ", manifest.chunk_names,
                  ",\n  \"names\": ", manifest.names, ",\n  \"invalid\": ", manifest.invalid,
                  ",\n  \"machines_at_most\": ", manifest.machines_at_most, ",\n  \"chunks\": [");
  for (size_t i = 0; i < manifest.chunks.size(); ++i) {
    AppendChunk(manifest, static_cast<uint32_t>(i), &out);
  }
  out.append("\n  ]\n}\n");
  return out;
}

absl::StatusOr<Manifest> ReadManifest(const std::string& run) {
  const std::string path = ManifestPath(run);
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  const simdjson::error_code error = parser.load(path).get(object);
  if (error == simdjson::IO_ERROR) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot read ", path, ": caascan plan makes it"));
  }
  if (error != simdjson::SUCCESS || !object.is_object() || TextOf(object, "schema") != kSchema) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": no manifest of a run"));
  }
  Manifest manifest;
  manifest.run = TextOf(object, "run");
  manifest.version = TextOf(object, "version");
  simdjson::dom::array inputs;
  if (object["inputs"].get(inputs) == simdjson::SUCCESS) {
    for (const simdjson::dom::element input : inputs) {
      std::string_view text;
      if (input.get(text) == simdjson::SUCCESS) manifest.inputs.emplace_back(text);
    }
  }
  bool wildcard = false;
  if (object["wildcard"].get(wildcard) == simdjson::SUCCESS) manifest.wildcard = wildcard;
  (void)ReadNumber(object, "machines_at_most", &manifest.machines_at_most);
  const bool read = IsHex(manifest.run, kDigestDigits) &&
                    ReadNumber(object, "chunk_names", &manifest.chunk_names) &&
                    ReadNumber(object, "names", &manifest.names) &&
                    ReadNumber(object, "invalid", &manifest.invalid) &&
                    ReadChunks(object, &manifest.chunks);
  if (read && AddsUp(manifest)) return manifest;
  return absl::InvalidArgumentError(absl::StrCat(
      path, read ? ": its counts do not add up" : ": no manifest of a run, or a broken one"));
}

absl::Status WriteManifest(const std::string& run, const Manifest& manifest) {
  assert(AddsUp(manifest) && "the chunks hold the names of the run");
  return io::WriteWhole(ManifestPath(run), ManifestJson(manifest));
}

}  // namespace caascan::plan
