// One record of an earlier scan, decided again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caascan/caa.h"

namespace caascan::redecide {

/// What `decide` is told beside the request; see DecideOptions.
struct RedecideRules {
  std::optional<Purpose> purpose = {};
  bool both_parameters = false;
};

/// Rewrites records one line at a time; keeps its memory between lines and allocates nothing once
/// that has grown to the longest of them. One thread at a time.
class Redecider {
 public:
  enum class Verdict : uint8_t { kPermit, kDeny, kFailed };

  struct Result {
    /// What is wrong with the line, in words; nothing was appended then. Empty where it is sound.
    std::string_view problem;
    Verdict verdict = Verdict::kFailed;
    bool changed = false;  // From permit to deny, or the other way round.
    bool turns = false;    // Does the verdict depend on whether parameters are enforced?
  };

  /// `request.wildcard` and `request.purpose` are ignored: a record's name and `for` tell, or
  /// `rules`. The names in `ca_set` must differ. REQUIRES: request.issuer_domains is not empty.
  Redecider(const IssuanceRequest& request, const std::vector<CertificationAuthority>& ca_set,
            const RedecideRules& rules = {});
  ~Redecider();
  Redecider(const Redecider&) = delete;
  Redecider& operator=(const Redecider&) = delete;

  /// Appends the record of `line` and a line feed (include/caascan/decide.h tells what changes).
  /// `line` is one line without its line feed, RecordReader::kPadding readable bytes behind it.
  Result Append(std::string_view line, std::string* out);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace caascan::redecide
