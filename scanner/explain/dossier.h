// All that a scan's records hold against one operator, ready to be sent to them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "caascan/finding_kind.h"
#include "scanner/record/record_view.h"
#include "scanner/report/aggregate.h"

namespace caascan::explain {

/// One case that shows a fault.
struct DossierSample {
  std::string name;
  std::string host;
  std::string address;
  std::string zone;
  std::string evidence;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 finds a 0 in it.
  friend auto operator<=>(const DossierSample&, const DossierSample&) = default;
};

/// A kind of fault: a finding's code, or a reason of look-ups that failed.
struct DossierFault {
  static constexpr size_t kMaxSamples = 10;

  Dig dig = Dig::kCaa;
  uint64_t names = 0;
  std::vector<DossierSample> samples;  // The first ten by name, one a name; in order.

  void AddSample(DossierSample sample);
  void Merge(const DossierFault& other);
};

/// A value; one thread at a time. Memory is bounded: strangers' codes beyond 200 are left out.
class Dossier {
 public:
  static constexpr size_t kMaxFaults = 200;

  /// `operator_name` as reports have it; ASCII case is ignored.
  explicit Dossier(std::string operator_name) : operator_name_(std::move(operator_name)) {}

  /// Takes the record if it is this operator's.
  void Add(const record::RecordView& record,
           const guide::OperatorTable& table = guide::OperatorTable::BuiltIn());
  void Merge(const Dossier& other);

  const std::string& operator_name() const { return operator_name_; }
  const report::OutcomeCounts& outcomes() const { return outcomes_; }
  const report::TimeSpan& span() const { return span_; }
  /// By code.
  const std::map<std::string, DossierFault>& findings() const { return findings_; }
  /// By reason; the samples' evidence is what the server did.
  const std::map<std::string, DossierFault>& failures() const { return failures_; }

 private:
  std::string operator_name_;
  report::OutcomeCounts outcomes_;
  report::TimeSpan span_;
  std::map<std::string, DossierFault> findings_;
  std::map<std::string, DossierFault> failures_;
};

/// As a letter in Markdown.
std::string MarkdownDossier(const Dossier& dossier);
/// As an HTML page of its own.
std::string HtmlDossier(const Dossier& dossier);

/// Commands that show the fault without us: dig of BIND. Empty where a name or an address is none
/// that a shell should see.
std::vector<std::string> DigLines(Dig dig, const DossierSample& sample);
/// One question to one server, or to a resolver, which needs RD; empty likewise.
std::string DigLine(std::string_view type, const std::string& name, const std::string& address,
                    bool of_resolver = false);

}  // namespace caascan::explain
