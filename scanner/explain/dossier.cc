// Tested by dossier_test.cc.
#include "scanner/explain/dossier.h"

#include <algorithm>
#include <set>

#include "scanner/caa/property.h"
#include "scanner/explain/culprit.h"
#include "scanner/guide/operator_name.h"
#include "scanner/guide/reason_remedy.h"

namespace caascan::explain {
namespace {

constexpr size_t kMaxTextSize = 300;

std::string Text(std::string_view text) { return std::string(text.substr(0, kMaxTextSize)); }

/// The fault with that key; nullptr where there are too many.
DossierFault* Find(const std::string& key, Dig dig, std::map<std::string, DossierFault>* faults) {
  const auto found = faults->find(key);
  if (found != faults->end()) return &found->second;
  if (faults->size() >= Dossier::kMaxFaults) return nullptr;
  DossierFault& fault = (*faults)[key];
  fault.dig = dig;
  return &fault;
}

/// Of a code that this version does not know, the plain question shows most.
Dig DigOf(std::string_view code) {
  const FindingKind* const kind = FindFindingKind(code);
  return kind == nullptr ? Dig::kCaa : kind->dig;
}

void MergeAll(const std::map<std::string, DossierFault>& from,
              std::map<std::string, DossierFault>* to) {
  for (const auto& [key, fault] : from) {
    if (DossierFault* const into = Find(key, fault.dig, to)) into->Merge(fault);
  }
}

}  // namespace

void DossierFault::AddSample(DossierSample sample) {
  const auto at = std::lower_bound(samples.begin(), samples.end(), sample);
  if (at == samples.end() && samples.size() == kMaxSamples) return;
  if (at != samples.end() && at->name == sample.name) {
    *at = std::move(sample);  // The lesser of two of one name.
    return;
  }
  if (at != samples.begin() && std::prev(at)->name == sample.name) return;
  samples.insert(at, std::move(sample));
  if (samples.size() > kMaxSamples) samples.pop_back();
}

void DossierFault::Merge(const DossierFault& other) {
  names += other.names;
  for (const DossierSample& sample : other.samples) AddSample(sample);
}

void Dossier::Add(const record::RecordView& record, const guide::OperatorTable& table) {
  std::string memory;
  const guide::OperatorName by = guide::OperatorOf(record, &memory, table);
  if (by.basis == guide::OperatorBasis::kNone || !caa::EqualIgnoringCase(by.name, operator_name_))
    return;
  outcomes_.Add(record.outcome);
  span_.Add(record.time_ms);
  std::set<std::string_view> seen;
  for (const record::FindingView& finding : record.findings) {
    DossierFault* const fault = Find(Text(finding.code), DigOf(finding.code), &findings_);
    if (fault == nullptr) continue;
    fault->names += seen.insert(finding.code).second ? 1 : 0;
    fault->AddSample({.name = Text(AskedName(record)),
                      .host = Text(finding.host),
                      .address = Text(finding.address),
                      .zone = Text(finding.zone.empty() ? record.zone : finding.zone),
                      .evidence = Text(finding.evidence)});
  }
  if (!report::IsFailure(record.outcome)) return;
  DossierFault* const failure =
      Find(std::string(ReasonCode(record.reason)), guide::DigOf(record.reason), &failures_);
  ++failure->names;  // There are fewer reasons than there is room.
  for (const record::ServerView& server : record.servers) {
    if (!guide::IsFault(server.result)) continue;
    failure->AddSample({.name = Text(AskedName(record)),
                        .host = Text(server.host),
                        .address = Text(server.address),
                        .zone = Text(record.zone),
                        .evidence = Text(server.result)});
  }
}

void Dossier::Merge(const Dossier& other) {
  outcomes_.Merge(other.outcomes_);
  span_.Merge(other.span_);
  MergeAll(other.findings_, &findings_);
  MergeAll(other.failures_, &failures_);
}

}  // namespace caascan::explain
