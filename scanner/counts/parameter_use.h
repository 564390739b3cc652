// For whom a name's verdict turns on the day from which CAs enforce accounturi and
// validationmethods (RFC 8657; Baseline Requirements 2.2.8: 2027-03-15).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "caascan/caa.h"
#include "scanner/caa/property.h"
#include "scanner/counts/bounded_table.h"

namespace caascan::counts {

/// Of an issuer. Where it ignores parameters, it may issue for all of these names. Where it
/// enforces them, it may not for an account or by a method that the name's records do not list.
struct ParameterRow {
  uint64_t names = 0;
  uint64_t accounturi = 0;         // Of these: where it enforces accounturi alone,
  uint64_t validationmethods = 0;  // and validationmethods alone.
  uint64_t nobody = 0;             // No account or no method can match.
  uint64_t missing = 0;            // Of the names, those that do not exist.

  uint64_t weight() const { return names; }
  void Merge(const ParameterRow& other) {
    names += other.names;
    accounturi += other.accounturi;
    validationmethods += other.validationmethods;
    nobody += other.nobody;
    missing += other.missing;
  }
};

/// Looks at the properties of one relevant RRset after the other. A value; one thread at a time.
class ParameterUse {
 public:
  /// A set begins.
  void Begin(Purpose purpose, bool wildcard);
  /// A property of the set; `issuer` is what it names, in lower case, or empty. Values that break
  /// the grammar authorize nobody in any case.
  void Add(caa::TagKind kind, std::string_view issuer, const caa::IssueValue& value);
  /// Nobody may issue, whatever parameters say.
  void AddUnknownCritical() { barred_ = true; }
  /// The set ends: it is counted, for a name that exists or does not.
  void End(bool missing, BoundedTable<ParameterRow>* rows);

 private:
  /// What an issuer's properties of a kind have in common.
  struct Issuer {
    std::string domain;
    caa::TagKind kind{};
    bool all_accounturi = true;  // Each has one.
    bool all_validationmethods = true;
    bool all_either = true;
    bool all_nobody = true;  // Each has one that matches nothing.
  };

  Purpose purpose_ = Purpose::kTls;
  bool wildcard_ = false;
  bool has_issuewild_ = false;
  bool barred_ = false;
  std::vector<Issuer> issuers_;
};

}  // namespace caascan::counts
