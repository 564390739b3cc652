// What a run reads and writes: no output may destroy.
#pragma once

#include <string>
#include <vector>

#include <absl/status/status.h>

namespace caascan::record {

/// A file as the command line names it. Empty or "-" is standard input or output.
struct RunFile {
  std::string option;  // Such as "--status"; empty for the operands.
  std::string path;
};

/// Is there a regular file, plain or compressed, whose first line is a record?
bool HoldsRecords(const std::string& path);

/// Likewise: a line of `scan --zones`?
bool HoldsZones(const std::string& path);

/// Error where an output is the same file as an input or another output (one device and inode,
/// whatever names and links they are given by), or where another program writes it: InvalidArgument
/// that names options and files. What is missing is known by its folder and name. Devices and
/// sockets are never the same: what is read from a terminal is not what was written there. Opens
/// nothing for writing.
[[nodiscard]] absl::Status CheckRunFiles(const std::vector<RunFile>& inputs,
                                         const std::vector<RunFile>& outputs);

/// CheckRunFiles(), and an error where an output holds records, or zones, and `overwrite` is not
/// set: they cannot be made again. Other files are replaced, as their kind is made again by the
/// same command. For all commands but scan.
[[nodiscard]] absl::Status CheckReplaced(const std::vector<RunFile>& inputs,
                                         const std::vector<RunFile>& outputs, bool overwrite);

/// RunFile of each operand; an empty list is standard input.
std::vector<RunFile> Operands(const std::vector<std::string>& paths);

}  // namespace caascan::record
