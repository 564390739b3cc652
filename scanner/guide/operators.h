// Who runs a name server, by its name: datasets/operators.tsv and rows of the user's own, and the
// registrable domain of what is in neither.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include "scanner/dns/name.h"

namespace caascan::guide {

/// What an operator is in the main.
enum class OperatorKind : uint8_t { kDns, kRegistrar, kHosting, kDynamic, kParking };

/// The text lives as long as its table.
struct Operator {
  std::string_view name;
  OperatorKind kind = OperatorKind::kDns;
};

/// What of a host a pattern fits.
struct OperatorMatch {
  const Operator* known = nullptr;
  size_t size = 0;  // Octets of the suffix that fits.
};

/// Operators by the names of their servers. Does not change; any thread.
class OperatorTable {
 public:
  /// datasets/operators.tsv. Lives as long as the program; allocates at the first call only.
  static const OperatorTable& BuiltIn();
  /// The rows of a file of the user's own, and those of datasets/operators.tsv with other patterns.
  /// A row has a pattern and an operator, separated by a tab, and may have the other columns of
  /// that table. Errors: InvalidArgument that names the file, and the line of a row that is not
  /// sound or has the pattern of another.
  static absl::StatusOr<std::unique_ptr<const OperatorTable>> Read(const std::string& path);
  /// As Read(), of a text in memory. Errors: InvalidArgument that names the line.
  static absl::StatusOr<std::unique_ptr<const OperatorTable>> WithRows(std::string text);

  OperatorTable(const OperatorTable&) = delete;
  OperatorTable& operator=(const OperatorTable&) = delete;

  /// The operator of the longest pattern that fits; null where none does. `host` is in lower case.
  const Operator* Find(dns::NameView host) const { return Match(host, 0).known; }
  /// As Find(), but of suffixes of more than `above` octets alone.
  OperatorMatch Match(dns::NameView host, size_t above) const;

 private:
  struct Glob {
    std::string_view begin;  // Of the first label, before the "*".
    std::string_view end;    // Behind it.
    dns::Name tail;          // The other labels.
    Operator who;
  };

  /// Room for so many rows: keys are views into keys_.
  explicit OperatorTable(size_t rows) { keys_.reserve(rows); }
  static bool Fits(const Glob& glob, dns::NameView name);
  /// False where the pattern is none, or is there already.
  bool Add(std::string_view pattern, Operator who);
  void AddBuiltIn();

  std::string text_;               // The user's rows, which operators' names are views into.
  std::vector<std::string> keys_;  // Wire form; exact_ looks into them.
  absl::flat_hash_map<std::string_view, Operator> exact_;
  std::vector<Glob> globs_;
};

/// The shortest parent of `host` (or itself) that is no public suffix by the ICANN section of the
/// Public Suffix List. A view into it. Any thread; no allocation.
dns::NameView RegistrableDomain(dns::NameView host);

}  // namespace caascan::guide
