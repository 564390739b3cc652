// Tested by run_files_test.cc, and end to end by outputs_test.py.
#include "scanner/record/run_files.h"

#include <absl/strings/str_cat.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <tuple>

#include "scanner/io/file_lock.h"
#include "scanner/io/input_file.h"
#include "scanner/io/whole_file.h"
#include "scanner/record/record_view.h"

namespace caascan::record {
namespace {

/// Device and inode; of what is missing those of its folder, and its name there.
using Identity = std::tuple<dev_t, ino_t, std::string>;

std::optional<Identity> IdentityOf(const struct stat& info) {
  if (S_ISCHR(info.st_mode) || S_ISSOCK(info.st_mode)) return std::nullopt;
  return Identity(info.st_dev, info.st_ino, "");
}

std::optional<Identity> IdentityOf(const std::string& path, int standard) {
  struct stat info = {};
  if (io::IsStandardOutput(path)) {
    if (fstat(standard, &info) != 0) return std::nullopt;
    return IdentityOf(info);
  }
  if (stat(path.c_str(), &info) == 0) return IdentityOf(info);
  const size_t slash = path.rfind('/');
  const std::string folder = slash == path.npos ? "." : path.substr(0, slash + 1);
  if (stat(folder.c_str(), &info) != 0) return std::nullopt;
  return Identity(info.st_dev, info.st_ino, path.substr(slash == path.npos ? 0 : slash + 1));
}

std::string NameOf(const RunFile& file, const char* standard) {
  if (io::IsStandardOutput(file.path)) return standard;
  return file.option.empty() ? file.path : file.option + " " + file.path;
}

/// The first line of a regular file, decompressed, with RecordReader::kPadding octets behind it;
/// empty where there is none: a torn line is none.
std::string FirstLine(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return "";
  const auto file = io::InputFile::Open(path, nullptr);
  if (!file.ok()) return "";
  std::array<char, 65536> piece;
  std::string start;
  size_t got = 0;
  while (start.size() < RecordReader::kMaxLineSize && start.find('\n') == start.npos &&
         (*file)->Read(piece, /*wait=*/true, &got) == io::ReadResult::kLine) {
    start.append(piece.data(), got);
  }
  const size_t size = start.find('\n');
  if (size == start.npos) return "";
  start.resize(size + RecordReader::kPadding, ' ');
  return start;
}

}  // namespace

bool HoldsRecords(const std::string& path) {
  const std::string start = FirstLine(path);
  if (start.empty()) return false;
  RecordReader reader;
  return reader.ReadOrigin(
             std::string_view(start).substr(0, start.size() - RecordReader::kPadding)) &&
         !reader.record().reason_code.empty();
}

bool HoldsZones(const std::string& path) { return FirstLine(path).starts_with(R"({"zone":")"); }

absl::Status CheckRunFiles(const std::vector<RunFile>& inputs,
                           const std::vector<RunFile>& outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const RunFile& output = outputs[i];
    const std::optional<Identity> identity = IdentityOf(output.path, STDOUT_FILENO);
    if (!identity.has_value()) continue;
    const std::string name = NameOf(output, "standard output");
    for (const RunFile& input : inputs) {
      if (IdentityOf(input.path, STDIN_FILENO) != identity) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "input and output are the same file: ", NameOf(input, "standard input"), " and ", name));
    }
    for (size_t j = 0; j < i; ++j) {
      if (IdentityOf(outputs[j].path, STDOUT_FILENO) != identity) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "two outputs are the same file: ", NameOf(outputs[j], "standard output"), " and ", name));
    }
    if (!io::IsStandardOutput(output.path) && io::IsInUse(output.path)) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot write ", output.path, ": it is in use: another program writes it"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckReplaced(const std::vector<RunFile>& inputs, const std::vector<RunFile>& outputs,
                           bool overwrite) {
  if (absl::Status status = CheckRunFiles(inputs, outputs); !status.ok()) return status;
  for (const RunFile& output : outputs) {
    if (overwrite || io::IsStandardOutput(output.path)) continue;
    const bool zones = HoldsZones(output.path);
    if (!zones && !HoldsRecords(output.path)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(output.option, " ", output.path, zones ? " holds zones" : " holds records",
                     ": --overwrite replaces them (--resume is for scan alone)"));
  }
  return absl::OkStatus();
}

std::vector<RunFile> Operands(const std::vector<std::string>& paths) {
  if (paths.empty()) return {{"", "-"}};
  std::vector<RunFile> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) files.push_back({"", path});
  return files;
}

}  // namespace caascan::record
