// What a report knows: counts over any number of records, in bounded memory; counts add up.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "caascan/caa.h"
#include "caascan/outcome.h"
#include "scanner/counts/bounded_table.h"
#include "scanner/counts/caa_use.h"
#include "scanner/counts/histogram.h"
#include "scanner/guide/operator_name.h"
#include "scanner/record/record_view.h"
#include "scanner/report/missing_names.h"
#include "scanner/report/rows.h"
#include "scanner/report/samples.h"
#include "scanner/report/time_span.h"

namespace caascan::report {

using counts::BoundedTable;
using counts::CaaUse;
using counts::Histogram;

/// A value; one thread at a time.
class Aggregate {
 public:
  /// Rows that a table of unbounded keys keeps.
  static constexpr size_t kMaxRows = size_t{1} << 16;
  /// The same, where keys are numbers that mean something: of an error, of a bucket of ranks.
  static constexpr size_t kMaxCodes = size_t{1} << 10;

  /// Who runs servers, where records do not say; it outlives this. Without: the built-in table.
  void UseOperators(const guide::OperatorTable* table) { table_ = table; }
  void Add(const record::RecordView& record);
  void Merge(const Aggregate& other);
  /// Adds the rows of all tables to those of `sum` and leaves the tables empty; the totals stay.
  void MoveRowsInto(Aggregate* sum);
  /// Shows every piece of it, by a name, to `archive`, which has Table(), Counts(), Outcomes(),
  /// Span() and Bins().
  template <typename Self, typename Archive>
  static void Visit(Self& self, Archive& archive) {
    archive.Outcomes("outcomes", self.outcomes_);
    // The first partial reports had those before kLocalFault.
    archive.Counts("reasons", std::span(self.reasons_), static_cast<size_t>(Reason::kLocalFault));
    for (size_t i = 0; i < kDnssecStatusCount; ++i) {
      archive.Outcomes(kDnssecPieces[i], self.dnssec_[i]);
      archive.Facts(kDnssecPieces[i], self.dnssec_facts_[i]);
    }
    for (size_t i = 1; i < kPurposeCount; ++i)
      archive.Outcomes(PurposeCode(static_cast<Purpose>(i)), self.purposes_[i]);
    // The first partial reports had the first count alone.
    archive.Counts("may_issue", std::span(self.may_issue_), 1);
    archive.Counts("rechecked", std::span(&self.rechecked_, 1));
    MissingNames::Visit(self.missing_, archive);
    archive.Counts("broken", std::span(&self.broken_, 1));
    archive.Span("span", self.span_);
    archive.Counts("with_facts", std::span(&self.with_facts_, 1));
    archive.Table("tlds", self.tlds_);
    archive.Table("ranks", self.ranks_);
    archive.Table("operators", self.operators_);
    archive.Outcomes("without_operator", self.without_operator_);
    archive.Table("servers", self.servers_);
    archive.Table("findings", self.findings_);
    archive.Table("ede", self.ede_);
    archive.Table("lapsed_servers", self.lapsed_servers_);
    archive.Table("missing_servers", self.missing_servers_);
    archive.Table("operator_issuers", self.operator_issuers_);
    archive.Table("decisions", self.decisions_);
    archive.Table("orders", self.orders_);
    Samples::Visit(self.samples_, archive);
    CaaUse::Visit(self.caa_, archive);
    archive.Bins("elapsed_us", self.elapsed_us_);
    archive.Bins("queries", self.queries_);
    archive.Bins("retries", self.retries_);
  }

  /// Lines that were no records where a part was counted.
  void AddBroken(uint64_t lines) { broken_ += lines; }
  uint64_t broken() const { return broken_; }
  /// A line of a partial report was added; its last line says that there are `lines` before it.
  void AddPartialLine() { ++partial_lines_; }
  void AddPartialEnd(uint64_t lines) { partial_expected_ += lines; }
  /// Are all partial reports there as a whole?
  bool complete() const { return partial_lines_ == partial_expected_; }

  /// Rows of all tables, which is what memory goes by.
  size_t rows() const;

  const OutcomeCounts& outcomes() const { return outcomes_; }
  uint64_t of(Reason reason) const { return reasons_[static_cast<size_t>(reason)]; }
  uint64_t of(DnssecStatus status, Outcome outcome) const {
    return dnssec_[static_cast<size_t>(status)].of(outcome);
  }
  uint64_t of(DnssecStatus status) const { return dnssec_[static_cast<size_t>(status)].names; }
  OutcomeCounts of(Purpose purpose) const;
  /// May be issued for, and of those the failures that the Baseline Requirements let pass.
  uint64_t may_issue() const { return may_issue_[0]; }
  uint64_t would_issue() const { return may_issue_[0] - may_issue_[1]; }
  uint64_t rechecked() const { return rechecked_; }
  const MissingNames& missing() const { return missing_; }
  const TimeSpan& span() const { return span_; }
  const NameFacts& facts(DnssecStatus status) const {
    return dnssec_facts_[static_cast<size_t>(status)];
  }
  const OutcomeCounts& counts(DnssecStatus status) const {
    return dnssec_[static_cast<size_t>(status)];
  }
  /// Is of every name counted what its groups know of it (NameFacts and the like)? Partial reports
  /// of earlier versions lack it.
  bool has_facts() const { return with_facts_ == outcomes_.names; }
  const BoundedTable<GroupRow>& tlds() const { return tlds_; }
  /// By bucket: n is of ranks up to the n-th power of 10 that no smaller one has.
  const BoundedTable<GroupRow>& ranks() const { return ranks_; }
  const BoundedTable<OperatorRow>& operators() const { return operators_; }
  /// Names of which nothing tells the operator.
  const OutcomeCounts& without_operator() const { return without_operator_; }
  /// By "address host", either may be missing.
  const BoundedTable<ServerRow>& servers() const { return servers_; }
  const BoundedTable<FindingRow>& findings() const { return findings_; }
  /// By the number of the error.
  const BoundedTable<EdeRow>& ede() const { return ede_; }
  /// By host: those whose domain anyone could register, and other names that do not exist.
  const BoundedTable<LostServerRow>& lapsed_servers() const { return lapsed_servers_; }
  const BoundedTable<LostServerRow>& missing_servers() const { return missing_servers_; }
  /// By "issuer operator": names whose relevant RRset names the issuer.
  const BoundedTable<counts::NamesRow>& operator_issuers() const { return operator_issuers_; }
  const BoundedTable<DecisionRow>& decisions() const { return decisions_; }
  /// Orders of which some name may not be issued for, by the raw JSON of `order`.
  const BoundedTable<OrderRow>& orders() const { return orders_; }
  const Samples& samples() const { return samples_; }
  const CaaUse& caa() const { return caa_; }
  const Histogram& elapsed_us() const { return elapsed_us_; }
  const Histogram& queries() const { return queries_; }
  const Histogram& retries() const { return retries_; }

 private:
  void AddTld(const record::RecordView& record);
  void AddOperator(const record::RecordView& record);
  void AddIssuers(std::string_view operator_name, bool missing);
  void AddEde(const record::RecordView& record);
  void AddLostServers(const record::RecordView& record);
  void AddServers(const record::RecordView& record, std::string_view operator_name);
  void Hold(std::string_view fault, const record::RecordView& record, std::string_view host,
            std::string_view operator_name, ServerRow* row);
  ServerRow* FindServer(std::string_view address, std::string_view host);

  static constexpr std::array<std::string_view, kDnssecStatusCount> kDnssecPieces = {
      "secure", "insecure", "bogus", "indeterminate", "unchecked"};

  uint64_t broken_ = 0;
  uint64_t partial_lines_ = 0;
  uint64_t partial_expected_ = 0;
  OutcomeCounts outcomes_;
  std::array<uint64_t, kReasonCount> reasons_{};
  std::array<OutcomeCounts, kDnssecStatusCount> dnssec_{};
  std::array<NameFacts, kDnssecStatusCount> dnssec_facts_{};
  std::array<OutcomeCounts, kPurposeCount> purposes_{};  // But TLS, which is all others.
  std::array<uint64_t, 2> may_issue_{};  // All; those of them for which the CA would not.
  uint64_t rechecked_ = 0;
  MissingNames missing_;
  TimeSpan span_;
  uint64_t with_facts_ = 0;
  BoundedTable<GroupRow> tlds_{kMaxRows};
  BoundedTable<GroupRow> ranks_{kMaxCodes};
  BoundedTable<OperatorRow> operators_{kMaxRows};
  OutcomeCounts without_operator_;
  BoundedTable<ServerRow> servers_{kMaxRows};
  BoundedTable<FindingRow> findings_{kMaxRows};
  BoundedTable<EdeRow> ede_{kMaxCodes};
  BoundedTable<LostServerRow> lapsed_servers_{kMaxRows};
  BoundedTable<LostServerRow> missing_servers_{kMaxRows};
  BoundedTable<counts::NamesRow> operator_issuers_{kMaxRows};
  BoundedTable<DecisionRow> decisions_{kMaxRows};
  BoundedTable<OrderRow> orders_{kMaxRows};
  Samples samples_;
  CaaUse caa_{kMaxRows};
  Histogram elapsed_us_;
  Histogram queries_;
  Histogram retries_;
  std::string key_, operator_name_;  // Kept for their memory.
  const guide::OperatorTable* table_ = &guide::OperatorTable::BuiltIn();
  std::vector<std::pair<uint16_t, bool>> codes_;  // INFO-CODEs; came with an answer?
};

}  // namespace caascan::report
