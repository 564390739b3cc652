// Tested by record_folder_test.cc.
#include "scanner/record/record_folder.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <system_error>

namespace caascan::record {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPartialSuffix = ".partial.gz";

/// Of a file of records the path without what makes it one; else empty.
std::string StemOf(const std::string& path) {
  absl::string_view stem = path;
  if (!absl::ConsumeSuffix(&stem, ".gz")) absl::ConsumeSuffix(&stem, ".zst");
  if (absl::ConsumeSuffix(&stem, ".ndjson") || absl::ConsumeSuffix(&stem, ".jsonl")) {
    return std::string(stem);
  }
  return "";
}

/// A path without what says that the file is compressed.
std::string PlainPath(const std::string& path) {
  absl::string_view plain = path;
  if (!absl::ConsumeSuffix(&plain, ".gz")) absl::ConsumeSuffix(&plain, ".zst");
  return std::string(plain);
}

/// Records that lie there plain and compressed would count twice.
absl::Status RefusePairs(const std::vector<std::string>& files) {
  std::map<std::string, std::string> by_plain;
  for (const std::string& file : files) {
    const auto [known, added] = by_plain.emplace(PlainPath(file), file);
    if (added || known->second == file) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(known->second, " and ", file,
                     " may be the same records, which would count twice: give one"));
  }
  return absl::OkStatus();
}

bool IsFolder(const std::string& path) {
  std::error_code error;
  return path != "-" && fs::is_directory(path, error);
}

/// Where the records of a folder are.
std::string RecordsOf(const std::string& folder) {
  std::error_code error;
  return fs::exists(folder + "/manifest.json", error) ? folder + "/out" : folder;
}

/// The folder's files, sorted.
std::vector<std::string> FilesOf(const std::string& folder, std::error_code* error) {
  std::vector<std::string> files;
  for (fs::directory_iterator at(folder, *error), end; !*error && at != end; at.increment(*error)) {
    std::error_code of_file;
    if (at->is_regular_file(of_file)) files.push_back(at->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ExpandFolders(const std::vector<std::string>& inputs) {
  std::vector<std::string> expanded;
  for (const std::string& input : inputs) {
    if (!IsFolder(input)) {
      expanded.push_back(input);
      continue;
    }
    const std::string folder = RecordsOf(input);
    std::error_code error;
    const std::vector<std::string> files = FilesOf(folder, &error);
    if (error) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot read ", folder, ": ", error.message()));
    }
    std::set<std::string> stems;
    for (const std::string& file : files) stems.insert(StemOf(file));
    const size_t before = expanded.size();
    for (const std::string& file : files) {
      const bool counts = file.ends_with(kPartialSuffix) &&
                          !stems.contains(file.substr(0, file.size() - kPartialSuffix.size()));
      if (counts || !StemOf(file).empty()) expanded.push_back(file);
    }
    if (expanded.size() == before) {
      return absl::InvalidArgumentError(absl::StrCat("the folder ", folder, " holds no records"));
    }
  }
  if (absl::Status status = RefusePairs(expanded); !status.ok()) return status;
  return expanded;
}

std::vector<std::string> MetadataInFolders(const std::vector<std::string>& inputs) {
  std::vector<std::string> found;
  for (const std::string& input : inputs) {
    if (!IsFolder(input)) continue;
    std::error_code error;
    for (const std::string& file : FilesOf(RecordsOf(input), &error)) {
      const std::string name = fs::path(file).filename().string();
      if (name.starts_with("scan-") && name.ends_with(".meta.json")) found.push_back(file);
    }
  }
  return found;
}

}  // namespace caascan::record
