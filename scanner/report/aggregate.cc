// Tested by aggregate_test.cc.
#include "scanner/report/aggregate.h"

#include <algorithm>
#include <cmath>

namespace caascan::report {
namespace {

/// What names without a top-level domain of their own count under.
constexpr std::string_view kNoTld = "(no name)";
/// Codes of findings on servers whose names do not exist.
constexpr std::string_view kLapsed = "server_domain_unregistered";
constexpr std::string_view kMissing = "server_nxdomain";
/// The result of a server that was not asked.
constexpr std::string_view kBlocked = "blocked";

/// Ranks from 1 to 100 are bucket "2", from 101 to 1000 "3", and so on: as many digits as the last
/// of them has, but one.
std::string_view RankBucket(uint32_t rank) {
  constexpr std::array<std::string_view, 9> kBuckets = {"2", "3", "4", "5", "6",
                                                        "7", "8", "9", "10"};
  size_t bucket = 0;
  for (uint64_t last = 100; rank > last; last *= 10) ++bucket;
  return kBuckets.at(bucket);
}

/// Does `get` give the same for an element before `index`?
template <typename Elements, typename Get>
bool SeenBefore(const Elements& elements, size_t index, const Get& get) {
  for (size_t i = 0; i < index; ++i) {
    if (get(elements[i]) == get(elements[index])) return true;
  }
  return false;
}

/// Partial reports may hold anything: no count becomes less than none.
void Remove(const OutcomeCounts& some, OutcomeCounts* all) {
  all->names -= std::min(all->names, some.names);
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    all->by_outcome[i] -= std::min(all->by_outcome[i], some.by_outcome[i]);
  }
}

}  // namespace

void Aggregate::AddTld(const record::RecordView& record) {
  std::string_view tld = kNoTld;
  if (record.reason != Reason::kInvalidName) {
    tld = record.name.substr(record.name.rfind('.') + 1);
  }
  tlds_.Find(tld)->Add(record);
}

ServerRow* Aggregate::FindServer(std::string_view address, std::string_view host) {
  key_.assign(address);
  key_ += ' ';
  key_ += host;
  return servers_.Find(key_);
}

void ServerRow::Merge(const ServerRow& other) {
  names += other.names;
  asked += other.asked;
  faults.Merge(other.faults);
  NoteOperator(other.operator_name);
  seen.Merge(other.seen);
}

/// Names of several operators may share a server: the first of them by letters, so that the order
/// of the records does not matter.
void ServerRow::NoteOperator(std::string_view name) {
  if (name.empty() || (!operator_name.empty() && operator_name <= name)) return;
  operator_name = name;
}

void Aggregate::Hold(std::string_view fault, const record::RecordView& record,
                     std::string_view host, std::string_view operator_name, ServerRow* row) {
  row->faults.Add(fault);
  // A top-level domain's server is not run by who runs a name's. Only a resolver has no name.
  if (host.empty()) {
    row->NoteOperator(operator_name);
  } else if (row->operator_name.empty()) {
    row->operator_name = guide::OperatorOfHost(host, *table_);
  }
  row->seen.Add(record.time_ms);
}

/// A name counts once for each server that is at fault, whatever the faults are, and once for each
/// that was asked.
void Aggregate::AddServers(const record::RecordView& record, std::string_view operator_name) {
  const auto server_key = [](const record::ServerView& server) {
    return std::pair(server.address, server.host);
  };
  for (size_t i = 0; i < record.servers.size(); ++i) {
    const record::ServerView& server = record.servers[i];
    if (server.result == kBlocked) continue;
    ServerRow* const row = FindServer(server.address, server.host);
    const bool first = !SeenBefore(record.servers, i, server_key);
    if (first) ++row->asked;
    if (!guide::IsFault(server.result)) continue;
    if (first) ++row->names;
    Hold(server.result, record, server.host, operator_name, row);
  }
  for (size_t i = 0; i < record.findings.size(); ++i) {
    const record::FindingView& finding = record.findings[i];
    if (finding.address.empty() && finding.host.empty()) continue;
    ServerRow* const row = FindServer(finding.address, finding.host);
    const auto finding_key = [](const record::FindingView& other) {
      return std::pair(other.address, other.host);
    };
    if (!SeenBefore(record.findings, i, finding_key)) {
      bool asked = false;
      bool failed = false;
      for (const record::ServerView& server : record.servers) {
        if (server.address != finding.address || server.host != finding.host) continue;
        asked = asked || server.result != kBlocked;
        failed = failed || guide::IsFault(server.result);
      }
      if (!asked) ++row->asked;
      if (!failed) ++row->names;
    }
    Hold(finding.code, record, finding.host, operator_name, row);
  }
}

void Aggregate::AddIssuers(std::string_view operator_name, bool missing) {
  for (const std::string_view issuer : caa_.last_issuers()) {
    key_.assign(issuer);
    key_ += ' ';
    key_ += operator_name;
    operator_issuers_.Find(key_)->Add(missing);
  }
}

/// A name counts once for each code, and once for how it is known.
void Aggregate::AddEde(const record::RecordView& record) {
  codes_.clear();
  for (const uint16_t code : record.server_ede) codes_.push_back({code, true});
  for (const record::FindingView& finding : record.findings) {
    if (finding.ede.has_value()) codes_.push_back({*finding.ede, false});
  }
  for (size_t i = 0; i < codes_.size(); ++i) {
    const auto& [code, reported] = codes_[i];
    if (SeenBefore(codes_, i, [](const auto& seen) { return seen; })) continue;
    EdeRow* const row = ede_.Find(std::to_string(code));
    ++(reported ? row->reported : row->found);
    if (SeenBefore(codes_, i, [](const auto& seen) { return seen.first; })) continue;
    ++row->names;
    row->missing += record.nxdomain ? 1 : 0;
    row->reasons.Add(ReasonCode(record.reason));
  }
}

/// A name counts once for each server.
void Aggregate::AddLostServers(const record::RecordView& record) {
  for (size_t i = 0; i < record.findings.size(); ++i) {
    const record::FindingView& finding = record.findings[i];
    const bool lapsed = finding.code == kLapsed;
    if (!lapsed && finding.code != kMissing) continue;
    if (SeenBefore(record.findings, i, [](const record::FindingView& other) {
          return std::pair(other.code, other.host);
        })) {
      continue;
    }
    LostServerRow* const row = (lapsed ? lapsed_servers_ : missing_servers_).Find(finding.host);
    const uint64_t failed = IsFailure(record.outcome) ? 1 : 0;
    const uint64_t missing = record.nxdomain ? 1 : 0;
    row->Merge({1, failed, missing, failed * missing});
  }
}

void Aggregate::AddOperator(const record::RecordView& record) {
  const guide::OperatorName by = guide::OperatorOf(record, &operator_name_, *table_);
  if (by.basis == guide::OperatorBasis::kNone) {
    without_operator_.Add(record.outcome);
  }
  const auto code = [](const record::FindingView& finding) { return finding.code; };
  OperatorRow* const row =
      by.basis == guide::OperatorBasis::kNone ? nullptr : operators_.Find(by.name);
  if (row != nullptr) {
    row->outcomes.Add(record.outcome);
    row->facts.Add(record);
    row->basis = by.basis;
    row->seen.Add(record.time_ms);
    if (IsFailure(record.outcome)) row->failures.Add(ReasonCode(record.reason));
    if (record.has_caa) AddIssuers(by.name, record.nxdomain);
  }
  for (size_t i = 0; i < record.findings.size(); ++i) {
    const bool first = !SeenBefore(record.findings, i, code);
    FindingRow* const finding = findings_.Find(record.findings[i].code);
    ++finding->findings;
    finding->names += first ? 1 : 0;
    finding->missing += first && record.nxdomain ? 1 : 0;
    finding->failed += first && IsFailure(record.outcome) ? 1 : 0;
    if (row != nullptr && first) row->findings.Add(record.findings[i].code);
  }
  AddServers(record, by.name);
  AddEde(record);
  AddLostServers(record);
  samples_.Add(record, by.name);
}

void Aggregate::Add(const record::RecordView& record) {
  outcomes_.Add(record.outcome);
  ++reasons_[static_cast<size_t>(record.reason)];
  dnssec_[static_cast<size_t>(record.dnssec)].Add(record.outcome);
  dnssec_facts_[static_cast<size_t>(record.dnssec)].Add(record);
  if (record.purpose != Purpose::kTls) {
    purposes_[static_cast<size_t>(record.purpose)].Add(record.outcome);
  }
  may_issue_[0] += record.may_issue ? 1 : 0;
  may_issue_[1] += record.may_issue && !record.would_issue ? 1 : 0;
  rechecked_ += record.attempts > 1 ? 1 : 0;
  span_.Add(record.time_ms);
  missing_.Add(record);
  ++with_facts_;
  AddTld(record);
  if (record.rank.has_value()) ranks_.Find(RankBucket(*record.rank))->Add(record);
  if (record.has_caa) caa_.Add(record);
  if (record.operator_name.empty() && record.servers.empty() && record.findings.empty()) {
    without_operator_.Add(record.outcome);
    samples_.Add(record, {});
  } else {
    AddOperator(record);
  }
  caa_.AddPersist(record.persist, record.nxdomain);
  if (!record.order.empty() && !record.would_issue) {
    orders_.Find(record.order)->Merge({1, std::string(record.name), record.reason, record.purpose});
  }
  for (const record::DecisionView& decision : record.decisions) {
    DecisionRow* const row = decisions_.Find(decision.ca);
    ++(decision.permit ? row->permit : row->deny);
    if (record.nxdomain) ++(decision.permit ? row->missing_permit : row->missing_deny);
  }
  if (record.outcome == Outcome::kError) return;  // It was never looked up: nothing to measure.
  elapsed_us_.Add(static_cast<uint64_t>(std::llround(record.elapsed_ms * 1000)));
  queries_.Add(record.queries);
  retries_.Add(record.retries);
}

void Aggregate::Merge(const Aggregate& other) {
  broken_ += other.broken_;
  partial_lines_ += other.partial_lines_;
  partial_expected_ += other.partial_expected_;
  outcomes_.Merge(other.outcomes_);
  for (size_t i = 0; i < kReasonCount; ++i) reasons_[i] += other.reasons_[i];
  for (size_t i = 0; i < kDnssecStatusCount; ++i) dnssec_[i].Merge(other.dnssec_[i]);
  for (size_t i = 0; i < kDnssecStatusCount; ++i) dnssec_facts_[i].Merge(other.dnssec_facts_[i]);
  for (size_t i = 0; i < kPurposeCount; ++i) purposes_[i].Merge(other.purposes_[i]);
  for (size_t i = 0; i < may_issue_.size(); ++i) may_issue_[i] += other.may_issue_[i];
  rechecked_ += other.rechecked_;
  missing_.Merge(other.missing_);
  span_.Merge(other.span_);
  with_facts_ += other.with_facts_;
  tlds_.Merge(other.tlds_);
  ranks_.Merge(other.ranks_);
  operators_.Merge(other.operators_);
  without_operator_.Merge(other.without_operator_);
  servers_.Merge(other.servers_);
  findings_.Merge(other.findings_);
  ede_.Merge(other.ede_);
  lapsed_servers_.Merge(other.lapsed_servers_);
  missing_servers_.Merge(other.missing_servers_);
  operator_issuers_.Merge(other.operator_issuers_);
  decisions_.Merge(other.decisions_);
  orders_.Merge(other.orders_);
  samples_.Merge(other.samples_);
  caa_.Merge(other.caa_);
  elapsed_us_.Merge(other.elapsed_us_);
  queries_.Merge(other.queries_);
  retries_.Merge(other.retries_);
}

void Aggregate::MoveRowsInto(Aggregate* sum) {
  tlds_.MoveInto(&sum->tlds_);
  ranks_.MoveInto(&sum->ranks_);
  operators_.MoveInto(&sum->operators_);
  servers_.MoveInto(&sum->servers_);
  findings_.MoveInto(&sum->findings_);
  ede_.MoveInto(&sum->ede_);
  lapsed_servers_.MoveInto(&sum->lapsed_servers_);
  missing_servers_.MoveInto(&sum->missing_servers_);
  operator_issuers_.MoveInto(&sum->operator_issuers_);
  decisions_.MoveInto(&sum->decisions_);
  orders_.MoveInto(&sum->orders_);
  samples_.MoveRowsInto(&sum->samples_);
  caa_.MoveRowsInto(&sum->caa_);
}

OutcomeCounts Aggregate::of(Purpose purpose) const {
  if (purpose != Purpose::kTls) return purposes_[static_cast<size_t>(purpose)];
  OutcomeCounts tls = outcomes_;
  for (const OutcomeCounts& other : purposes_) Remove(other, &tls);
  return tls;
}

size_t Aggregate::rows() const {
  return tlds_.size() + operators_.size() + servers_.size() + findings_.size() + decisions_.size() +
         ranks_.size() + ede_.size() + lapsed_servers_.size() + missing_servers_.size() +
         operator_issuers_.size() + orders_.size() + samples_.rows() + caa_.rows();
}

}  // namespace caascan::report
