// How CAA is used: what the relevant RRsets of a scan say.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "caascan/caa.h"
#include "scanner/caa/property.h"
#include "scanner/counts/bounded_table.h"
#include "scanner/counts/histogram.h"
#include "scanner/counts/name_facts.h"
#include "scanner/counts/parameter_use.h"
#include "scanner/record/record_view.h"

namespace caascan::counts {

/// Names whose properties name this issuer.
struct IssuerRow {
  uint64_t names = 0;
  uint64_t issue = 0;
  uint64_t issuewild = 0;
  uint64_t issuemail = 0;
  uint64_t issuevmc = 0;
  uint64_t missing = 0;  // Of the names, those that do not exist.

  uint64_t weight() const { return names; }
  void Merge(const IssuerRow& other) {
    names += other.names;
    issue += other.issue;
    issuewild += other.issuewild;
    issuemail += other.issuemail;
    issuevmc += other.issuevmc;
    missing += other.missing;
  }
};

struct CountRow {
  uint64_t count = 0;

  uint64_t weight() const { return count; }
  void Merge(const CountRow& other) { count += other.count; }
};

/// What a set may hold. A name counts once for each.
enum class CaaFeature : uint8_t {
  kIssue,
  kIssueWild,
  kIodef,
  kIodefMailto,
  kIodefHttp,
  kIodefOther,  // Neither mailto: nor http: nor https: (RFC 8659 §4.4).
  kIssueMail,   // RFC 9495.
  kIssueVmc,
  kContact,  // contactemail and contactphone.
  kUnknownTag,
  kCritical,         // The flag 128.
  kFlagOne,          // The flag 1, which is mostly meant as 128.
  kUnknownCritical,  // Forbids issuance (RFC 8659 §4.1).
  // These of the properties that count for the record's purpose: issue and issuewild for TLS.
  kNobody,             // One that names no issuer, such as ";".
  kMalformed,          // One whose value breaks the grammar (RFC 8659 §4.2).
  kAccountUri,         // RFC 8657 §3.
  kValidationMethods,  // RFC 8657 §4.
  kCount
};

/// The row's name in reports.
std::string_view CaaFeatureCode(CaaFeature feature);

/// A value; one thread at a time.
class CaaUse {
 public:
  static constexpr size_t kMaxDepth = 16;

  explicit CaaUse(size_t max_rows)
      : issuers_(max_rows),
        issuer_sets_(max_rows),
        tags_(max_rows),
        parameters_(max_rows),
        persist_(max_rows) {}

  /// REQUIRES: record.has_caa.
  void Add(const record::RecordView& record);
  /// Counts the result of `persist`, where the record has one.
  void AddPersist(std::string_view result, bool missing) {
    if (!result.empty()) persist_.Find(result)->Add(missing);
  }
  void Merge(const CaaUse& other);
  /// Adds the rows of all tables to those of `sum` and leaves the tables empty.
  void MoveRowsInto(CaaUse* sum) {
    issuers_.MoveInto(&sum->issuers_);
    issuer_sets_.MoveInto(&sum->issuer_sets_);
    tags_.MoveInto(&sum->tags_);
    parameters_.MoveInto(&sum->parameters_);
    persist_.MoveInto(&sum->persist_);
  }
  size_t rows() const {
    return issuers_.size() + issuer_sets_.size() + tags_.size() + parameters_.size() +
           persist_.size();
  }

  /// Shows every piece of it to `archive`, as Aggregate::Visit() does.
  template <typename Self, typename Archive>
  static void Visit(Self& self, Archive& archive) {
    archive.Counts("caa_names", std::span(&self.names_, 1));
    archive.Counts("caa_depths", std::span(self.depths_));
    archive.Counts("caa_behind_alias", std::span(&self.behind_alias_, 1));
    archive.Counts("caa_features", std::span(self.features_));
    archive.Counts("caa_missing", std::span(&self.missing_, 1));
    archive.Counts("caa_depths_missing", std::span(self.missing_depths_));
    archive.Counts("caa_behind_alias_missing", std::span(&self.missing_behind_alias_, 1));
    archive.Counts("caa_features_missing", std::span(self.missing_features_));
    archive.Table("issuers", self.issuers_);
    archive.Table("issuer_sets", self.issuer_sets_);
    archive.Table("tags", self.tags_);
    archive.Table("parameters", self.parameters_);
    archive.Table("persist", self.persist_);
    archive.Bins("caa_set_sizes", self.set_sizes_);
    archive.Bins("caa_ttls", self.ttls_s_);
  }

  NamesRow names() const { return {names_, missing_}; }
  /// Names whose RRset was found so many labels above them, the last for all beyond. REQUIRES:
  /// depth <= kMaxDepth.
  NamesRow at_depth(size_t depth) const {
    assert(depth <= kMaxDepth);
    return {depths_[depth], missing_depths_[depth]};
  }
  /// Names whose RRset has an owner that is neither the name nor above it: behind an alias.
  NamesRow behind_alias() const { return {behind_alias_, missing_behind_alias_}; }
  NamesRow names_with(CaaFeature feature) const {
    return {features_[static_cast<size_t>(feature)],
            missing_features_[static_cast<size_t>(feature)]};
  }
  /// The issuers that the set counted last names, each once, in the order of their letters. Views
  /// hold until the next call of Add().
  const std::vector<std::string_view>& last_issuers() const { return set_; }
  /// Names by all the issuers that their RRset names, with ", " between; empty where it names none.
  const BoundedTable<NamesRow>& issuer_sets() const { return issuer_sets_; }
  const BoundedTable<IssuerRow>& issuers() const { return issuers_; }
  /// Records by tag in lower case.
  const BoundedTable<CountRow>& tags() const { return tags_; }
  /// By issuer: names whose verdict turns when parameters are enforced.
  const BoundedTable<ParameterRow>& parameters() const { return parameters_; }
  const BoundedTable<NamesRow>& persist() const { return persist_; }
  const Histogram& set_sizes() const { return set_sizes_; }
  const Histogram& ttls_s() const { return ttls_s_; }

 private:
  /// The depth at which the RRset was found; kMaxDepth + 1 behind an alias.
  static size_t DepthOf(const record::RecordView& record);
  void AddDepth(const record::RecordView& record);
  void AddRecord(const record::CaaRecordView& record);
  void AddIssue(caa::TagKind kind);
  void AddIodef();
  void CountIssuers(bool missing);
  void Mark(CaaFeature feature) { seen_features_ |= 1u << static_cast<unsigned>(feature); }

  uint64_t names_ = 0;
  std::array<uint64_t, kMaxDepth + 1> depths_{};
  uint64_t behind_alias_ = 0;
  std::array<uint64_t, static_cast<size_t>(CaaFeature::kCount)> features_{};
  // The same of names that do not exist.
  uint64_t missing_ = 0;
  std::array<uint64_t, kMaxDepth + 1> missing_depths_{};
  uint64_t missing_behind_alias_ = 0;
  std::array<uint64_t, static_cast<size_t>(CaaFeature::kCount)> missing_features_{};
  BoundedTable<IssuerRow> issuers_;
  BoundedTable<NamesRow> issuer_sets_;
  BoundedTable<CountRow> tags_;
  BoundedTable<ParameterRow> parameters_;
  BoundedTable<NamesRow> persist_;  // Names by the result of their validation record.
  Histogram set_sizes_;
  Histogram ttls_s_;

  // Of the record at hand.
  struct NamedIssuer {
    std::string domain;
    caa::TagKind kind{};
  };
  Purpose purpose_ = Purpose::kTls;
  unsigned seen_features_ = 0;
  std::vector<NamedIssuer> named_;
  std::vector<std::string_view> set_;
  std::string set_key_;
  ParameterUse parameter_use_;
  std::string tag_;
  std::string value_;
};

}  // namespace caascan::counts
