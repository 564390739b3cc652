// Multi-perspective corroboration of scans (Baseline Requirements 3.2.2.9).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "caascan/scanner.h"

namespace caascan {

/// The Regional Internet Registry in whose service region a perspective is.
enum class Registry : uint8_t { kUnknown, kAfrinic, kApnic, kArin, kLacnic, kRipeNcc };
inline constexpr size_t kRegistryCount = 6;

/// "AFRINIC" … "RIPE NCC"; empty for kUnknown.
std::string_view RegistryName(Registry registry);

/// A scan of the names from one place of the network.
struct NetworkPerspective {
  std::string name;  // What the audit log calls it.
  std::string path;  // Of its records.
  Registry region = Registry::kUnknown;
};

/// What `caascan corroborate` is told. A value.
struct CorroborateOptions {
  NetworkPerspective primary;
  std::vector<NetworkPerspective> remotes;  // At least two.
  std::string output_path;                  // Empty is standard output. `.gz` and `.zst` compress.
  bool overwrite = false;   // Replace a file that holds records; else that is an error.
  std::string temp_folder;  // Empty is that of TMPDIR, else /tmp.
  /// How old an answer may be; unset: 8 hours, or the TTL of its CAA set where that is longer
  /// (Baseline Requirements 4.2.2.1).
  std::optional<std::chrono::seconds> max_age;
  /// When records must be fresh.
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
  unsigned threads = 0;  // 0 is one a core, 16 at most.
  ProgressMode progress = ProgressMode::kAuto;
};

struct CorroborateSummary {
  uint64_t names = 0;  // Of the primary perspective.
  uint64_t issue = 0;
  int signal = 0;  // SIGINT or SIGTERM where one stopped it, else 0.
  /// What the Baseline Requirements want besides, a line of ASCII each: that regions are given, and
  /// how many remote perspectives there must be.
  std::vector<std::string> remarks;
};

/// Takes perspectives as people name them into options->primary and options->remotes: `primary` and
/// each of `remotes` is FILE or NAME=FILE, and each of `regions` NAME=REGISTRY. NAME is of letters,
/// digits, ".", "-" and "_"; without one a perspective is called as its file. InvalidArgument, with
/// the option's name in front, where two have one name, a region is for none of them or for one
/// that has a region, or a registry is none; and where some remote has no region though others do.
[[nodiscard]] absl::Status NamePerspectives(std::string_view primary,
                                            std::span<const std::string> remotes,
                                            std::span<const std::string> regions,
                                            CorroborateOptions* options);

/// Decides for each name of the primary perspective by the quorum of caascan::report::DecideQuorum
/// whether it may be issued for, and writes a line of NDJSON for each (docs/corroboration.schema.
/// json), in no particular order, with the result of every perspective. Names are compared as the
/// records have them, `*.` included. A remote perspective that has no record of a name, several,
/// one that is stale, or one whose look-up does not permit, does not corroborate. Where remotes
/// have regions, those that corroborate must be in two of them at least.
///
/// Blocks; owns its threads; takes SIGINT and SIGTERM over while it runs; prints nothing but
/// progress on standard error. Nothing is written before all is read, and nothing after a signal.
/// Records lie in temporary files meanwhile, about 40 bytes, the name and the CAA set each; memory
/// is bounded, about 100 MiB whatever the number of names. Errors: InvalidArgument for inputs that
/// cannot be used, a line that is no record among them, for it may hide a denial, and scans that
/// decide differently over the same CAA records, for they did not ask for the same CA, or whose
/// metadata differ in what decides, with the option's name; DataLoss where something could not be
/// written.
[[nodiscard]] absl::Status RunCorroborate(const CorroborateOptions& options,
                                          CorroborateSummary* summary);

}  // namespace caascan
