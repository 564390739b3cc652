// The user's command that takes a result where it is wanted (--commit).
#pragma once

#include <atomic>
#include <string>

#include <absl/status/status.h>

namespace caascan::plan {

/// What stands for a result in a command. A value.
struct CommitFacts {
  std::string token;  // ChunkToken().
  std::string file;   // The result's path.
  std::string name;   // Without its folder.
};

/// The command with {chunk}, {file} (or {}) and {name} replaced. A value that the shell would not
/// take as it is stands in single quotes.
std::string CommitLine(const std::string& command, const CommitFacts& facts);

/// Runs CommitLine() by /bin/sh -c, in a process group of its own, with nothing to read;
/// CAASCAN_CHUNK, CAASCAN_FILE and CAASCAN_NAME hold the values too. What it prints goes to
/// standard error. Once `abandon` is true it is ended. Errors: DataLoss that says how it ended.
[[nodiscard]] absl::Status RunCommit(const std::string& command, const CommitFacts& facts,
                                     const std::atomic<bool>& abandon);

}  // namespace caascan::plan
