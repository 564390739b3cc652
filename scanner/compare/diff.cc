// RunDiff: the records of both scans go to disk by name, then each share of them is compared by
// itself.
// Tested by diff_test.cc.
#include "caascan/diff.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "scanner/compare/diff_counts.h"
#include "scanner/compare/spill.h"
#include "scanner/io/whole_file.h"
#include "scanner/publish/report_output.h"
#include "scanner/record/json_text.h"
#include "scanner/record/run_files.h"
#include "scanner/record/scan_metadata.h"
#include "scanner/report/progress_line.h"
#include "scanner/report/record_pass.h"

namespace caascan {
namespace compare {
namespace {

class SpillingWorker : public report::RecordWorker {
 public:
  explicit SpillingWorker(Spill* spill) : spill_(spill) {}
  void Add(const record::RecordView& record, size_t input, std::string_view /*line*/) override {
    SpillRow row = RowOf(record, input, &operator_name_, &caa_);
    FindingCodes(record, &findings_);
    row.findings = findings_;
    spill_->Add(row);
  }

 private:
  Spill* const spill_;
  std::string operator_name_;
  std::string caa_;
  std::string findings_;
};

struct NamePair {
  NameState before;
  NameState after;
};
using Names = std::map<NameKey, NamePair, NameKeyLess>;

/// The latest record counts; of two at the same time, the one that is greater in every reading
/// order, so that the order of reading does not matter.
void Take(const SpillRow& row, NameState* state) {
  const bool first = ++state->records == 1;
  const auto rank = [](const auto& of) {
    return std::tuple(of.time_ms, of.reason, std::string_view(of.caa),
                      std::string_view(of.findings));
  };
  if (!first && rank(row) <= rank(*state)) return;
  state->outcome = row.outcome;
  state->reason = row.reason;
  state->time_ms = row.time_ms;
  state->operator_name = row.operator_name;
  state->caa = row.caa;
  state->findings = row.findings;
}

/// What a row takes in memory beside its texts, a node of the map included.
constexpr size_t kRowMemory = sizeof(Names::value_type) + 64;

absl::Status ReadShare(const Spill& spill, const Spill::Share& share, Names* names) {
  return spill.ForEach(share, [names](const SpillRow& row) {
    auto found = names->find(row);
    if (found == names->end()) {
      found = names->try_emplace({std::string(row.name), row.purpose}).first;
    }
    Take(row, row.input == 0 ? &found->second.before : &found->second.after);
  });
}

void AppendState(const NameState& state, std::string* out) {
  out->append(R"({"outcome":)");
  record::AppendJsonString(OutcomeCode(state.outcome), out);
  out->append(R"(,"reason":)");
  record::AppendJsonString(ReasonCode(state.reason), out);
  if (!state.operator_name.empty()) {
    out->append(R"(,"operator":)");
    record::AppendJsonString(state.operator_name, out);
  }
  out->append(R"(,"caa":[)");
  for (size_t begin = 0; begin < state.caa.size();) {
    const size_t end = std::min(state.caa.find('\n', begin), state.caa.size());
    if (begin > 0) out->append(",");
    record::AppendJsonString(std::string_view(state.caa).substr(begin, end - begin), out);
    begin = end + 1;
  }
  out->append("]}");
}

void AppendCodes(const char* what, const std::vector<std::string_view>& codes, std::string* out) {
  record::AppendJsonString(what, out);
  out->append(":[");
  for (size_t i = 0; i < codes.size(); ++i) {
    if (i > 0) out->append(",");
    record::AppendJsonString(codes[i], out);
  }
  out->append("]");
}

void AppendFindings(const FindingChange& change, std::string* out) {
  out->append(R"(,"findings":{)");
  AppendCodes("came", change.came, out);
  out->append(",");
  AppendCodes("stayed", change.stayed, out);
  out->append(",");
  AppendCodes("went", change.went, out);
  out->append("}");
}

void AppendChange(const NameKey& key, const NamePair& pair, std::string* out) {
  const NameChange change = ChangeOf(pair.before, pair.after);
  const FindingChange findings = FindingChangeOf(pair.before.findings, pair.after.findings);
  if (!change.any() && !findings.any()) return;
  out->append(R"({"name":)");
  record::AppendJsonString(key.name, out);
  if (key.purpose != Purpose::kTls) {
    out->append(R"(,"for":)");
    record::AppendJsonString(PurposeCode(key.purpose), out);
  }
  out->append(R"(,"changed":[)");
  std::string codes;
  if (change.outcome) codes += R"(,"outcome")";
  if (change.reason) codes += R"(,"reason")";
  if (change.caa) codes += R"(,"caa")";
  if (findings.any()) codes += R"(,"findings")";
  out->append(codes, 1).append(R"(],"old":)");
  AppendState(pair.before, out);
  out->append(R"(,"new":)");
  AppendState(pair.after, out);
  if (findings.any()) AppendFindings(findings, out);
  out->append("}\n");
}

/// Compares share by share. `changes` may be null.
absl::Status Compare(const Spill& spill, report::RecordPass* pass, report::ProgressLine* progress,
                     io::WholeFile* changes, DiffCounts* counts) {
  const std::vector<Spill::Share> shares = spill.Shares(kRowMemory);
  for (size_t i = 0; i < shares.size(); ++i) {
    report::ShowCompared(i, shares.size(), progress);
    Names names;
    if (absl::Status read = ReadShare(spill, shares[i], &names); !read.ok()) return read;
    std::string lines;
    for (const auto& [key, pair] : names) {
      counts->Add(pair.before, pair.after);
      const bool in_both = pair.before.records > 0 && pair.after.records > 0;
      if (changes != nullptr && in_both) AppendChange(key, pair, &lines);
    }
    if (!lines.empty() && !changes->Write(lines)) return changes->Commit();
    if (pass->signal() != 0) break;
  }
  return absl::OkStatus();
}

/// A change of these may be why records changed.
void CompareRequests(const DiffOptions& options, DiffSummary* summary) {
  const auto before = record::MetadataBeside(options.old_path);
  const auto after = record::MetadataBeside(options.new_path);
  if (!before || !after) return;
  const auto differences = record::DifferencesOf(before->deciding, after->deciding);
  if (differences.empty()) return;
  summary->notices.push_back(
      absl::StrCat("the scans had different options, which may be why records changed: ",
                   absl::StrJoin(differences, "; ")));
}

/// CSV goes to a folder.
absl::Status CheckChanges(const DiffOptions& options, const publish::ReportOutput& output) {
  if (options.changes_path.empty()) return absl::OkStatus();
  std::vector<record::RunFile> outputs = {{"--changes", options.changes_path}};
  if (options.format != ReportFormat::kCsv) outputs.push_back({"-o", options.output_path});
  return record::CheckReplaced(output.inputs, outputs, options.overwrite);
}

absl::Status RunDiff(const DiffOptions& options, DiffSummary* summary) {
  const publish::ReportOutput output = {options.output_path, options.format, options.top,
                                        record::Operands({options.old_path, options.new_path}),
                                        options.overwrite};
  if (absl::Status status = publish::CheckOutput(output); !status.ok()) return status;
  if (absl::Status status = CheckChanges(options, output); !status.ok()) return status;
  CompareRequests(options, summary);
  auto pass = std::make_unique<report::RecordPass>(
      report::PassOptions{{options.old_path, options.new_path}, options.threads, options.progress});
  auto spill = Spill::Create(options.temp_folder);
  if (!spill.ok()) return spill.status();
  std::optional<io::WholeFile> changes;
  if (!options.changes_path.empty()) {
    auto file = io::WholeFile::Create(options.changes_path);
    if (!file.ok()) return file.status();
    changes.emplace(*std::move(file));
  }
  absl::Status status =
      pass->Run([&spill] { return std::make_unique<SpillingWorker>(spill->get()); });
  if (status.ok()) status = (*spill)->Finish();
  if (!status.ok()) return status;
  DiffCounts counts;
  if (pass->signal() == 0) {
    report::ProgressLine progress(options.progress, report::ProgressLine::Clock::now());
    status =
        Compare(**spill, pass.get(), &progress, changes.has_value() ? &*changes : nullptr, &counts);
  }
  summary->old_names = counts.old_names();
  summary->new_names = counts.new_names();
  summary->changed = counts.changed();
  summary->broken = pass->broken().count();
  summary->signal = pass->signal();
  if (!status.ok() || summary->signal != 0) return status;
  if (changes.has_value()) status = changes->Commit();
  if (!status.ok()) return status;
  if (io::IsStandardOutput(options.output_path)) pass.reset();
  return publish::WriteReport(counts.MakeReport(summary->broken), output);
}

}  // namespace
}  // namespace compare

absl::Status RunDiff(const DiffOptions& options, DiffSummary* summary) {
  *summary = DiffSummary();
  return compare::RunDiff(options, summary);
}

}  // namespace caascan
