// All records go to disk by name first, then each share of them is decided by itself. Tested by
// corroborate_test.cc.
#include "caascan/corroborate.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "scanner/compare/quorum.h"
#include "scanner/compare/spill.h"
#include "scanner/io/whole_file.h"
#include "scanner/record/json_text.h"
#include "scanner/record/run_files.h"
#include "scanner/record/scan_metadata.h"
#include "scanner/report/formats/cell_text.h"
#include "scanner/report/progress_line.h"
#include "scanner/report/record_pass.h"

namespace caascan {
namespace compare {
namespace {

constexpr size_t kMaxPerspectives = 200;  // Their numbers fit a row.
constexpr size_t kNameMemory = 256;       // Of a name beside its perspectives, and its texts.
constexpr size_t kWriteSize = size_t{1} << 20;

/// Perspectives may differ in how they look up, and not in what they are asked.
constexpr std::array<std::string_view, 5> kRequest = {"--ca", "--for", "--account-uri",
                                                      "--validation-method", "--wildcard"};

class SpillingWorker : public report::RecordWorker {
 public:
  explicit SpillingWorker(Spill* spill) : spill_(spill) {}
  void Add(const record::RecordView& record, size_t input, std::string_view /*line*/) override {
    SpillRow row = RowOf(record, input, &operator_name_, &caa_);
    row.operator_name = {};
    spill_->Add(row);
  }

 private:
  Spill* const spill_;
  std::string operator_name_;
  std::string caa_;
};

/// Two names of one file are one perspective.
bool IsSameFile(const std::string& a, const std::string& b) {
  struct stat of_a = {};
  struct stat of_b = {};
  if (a == b) return true;
  return stat(a.c_str(), &of_a) == 0 && stat(b.c_str(), &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
         of_a.st_ino == of_b.st_ino;
}

/// Of perspectives that have metadata: did they ask for the same?
absl::Status CheckMetadata(const CorroborateOptions& options) {
  const auto primary = record::MetadataBeside(options.primary);
  if (!primary) return absl::OkStatus();
  for (const std::string& path : options.remotes) {
    const auto remote = record::MetadataBeside(path);
    if (!remote) continue;
    std::vector<std::string> differences =
        record::DifferencesOf(primary->deciding, remote->deciding);
    std::erase_if(differences, [](const std::string& difference) {
      return std::none_of(kRequest.begin(), kRequest.end(), [&](std::string_view option) {
        return difference.starts_with(std::string(option) + ":");
      });
    });
    if (differences.empty()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("the perspectives did not ask for the same: ", options.primary, " and ", path,
                     " have ", absl::StrJoin(differences, "; ")));
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(const CorroborateOptions& options) {
  if (options.remotes.size() < 2) {
    return absl::InvalidArgumentError("--remote: fewer than two remote perspectives are no quorum");
  }
  if (options.remotes.size() > kMaxPerspectives) {
    return absl::InvalidArgumentError("--remote: more than 200 perspectives");
  }
  std::vector<std::string> inputs = options.remotes;
  inputs.push_back(options.primary);
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (IsSameFile(inputs[i], inputs[j])) {
        return absl::InvalidArgumentError("the same file stands for two perspectives: " +
                                          inputs[i]);
      }
    }
  }
  if (absl::Status status = CheckMetadata(options); !status.ok()) return status;
  if (absl::Status status = io::CheckWritable(options.output_path); !status.ok()) return status;
  return record::CheckReplaced(record::Operands(inputs), {{"-o", options.output_path}},
                               options.overwrite);
}

void AppendMember(std::string_view key, std::string_view text, std::string* out) {
  out->append(R"(,")").append(key).append(R"(":)");
  record::AppendJsonString(text, out);
}

/// What a perspective saw; nothing where it has no one record.
void AppendSeen(Perspective judged, const PerspectiveRecord& record, std::string* out) {
  out->append(R"("result":)");
  record::AppendJsonString(PerspectiveCode(judged), out);
  if (record.records != 1) return;
  AppendMember("outcome", OutcomeCode(record.outcome), out);
  AppendMember("reason", ReasonCode(record.reason), out);
  AppendMember("time", report::TimeText(record.time_ms), out);
}

/// One run's moving parts. Run() once.
class CorroborateRun {
 public:
  CorroborateRun(const CorroborateOptions& options, CorroborateSummary* summary)
      : options_(options), summary_(summary) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(options.now);
    freshness_.now_ms = now.time_since_epoch().count();
    freshness_.max_age_ms = std::chrono::milliseconds(options.max_age).count();
  }

  absl::Status Run();

 private:
  using Names = std::map<std::string, std::vector<PerspectiveRecord>, std::less<>>;

  absl::Status ReadAll(report::RecordPass* pass, Spill* spill);
  absl::Status ReadShare(const Spill& spill, const Spill::Share& share, Names* names) const;
  absl::Status CheckRequests(const std::string& name,
                             const std::vector<PerspectiveRecord>& records) const;
  absl::Status DecideAll(const Spill& spill, report::RecordPass* pass, io::WholeFile* output);
  void AppendName(const std::string& name, const std::vector<PerspectiveRecord>& records,
                  std::string* out);

  const CorroborateOptions& options_;
  CorroborateSummary* const summary_;
  Freshness freshness_;
};

absl::Status CorroborateRun::ReadAll(report::RecordPass* pass, Spill* spill) {
  absl::Status status = pass->Run([spill] { return std::make_unique<SpillingWorker>(spill); });
  if (!status.ok()) return status;
  if (pass->broken().count() > 0) {
    const report::BrokenLine& first = pass->broken().located().front();
    return absl::InvalidArgumentError(pass->DisplayNames().at(first.input) + ":" +
                                      std::to_string(first.line) + ": no record: " + first.problem);
  }
  return spill->Finish();
}

absl::Status CorroborateRun::ReadShare(const Spill& spill, const Spill::Share& share,
                                       Names* names) const {
  return spill.ForEach(share, [this, names](const SpillRow& row) {
    auto found = names->find(row.name);
    if (found == names->end()) {
      found = names->try_emplace(std::string(row.name), options_.remotes.size() + 1).first;
    }
    PerspectiveRecord& record = found->second.at(row.input);
    record = {.records = record.records + 1,
              .outcome = row.outcome,
              .reason = row.reason,
              .dnssec = row.dnssec,
              .may_issue = row.may_issue,
              .time_ms = row.time_ms,
              .caa = std::string(row.caa)};
  });
}

/// Records do not say which CA was asked for. But the decision follows from it and the CAA records
/// alone: where two perspectives saw the same records and decided differently, they asked for
/// different ones.
absl::Status CorroborateRun::CheckRequests(const std::string& name,
                                           const std::vector<PerspectiveRecord>& records) const {
  const auto input = [this](size_t i) {
    return i == 0 ? options_.primary : options_.remotes.at(i - 1);
  };
  for (size_t i = 0; i < records.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (!DecideTheSameSet(records[i], records[j]) || records[i].reason == records[j].reason) {
        continue;
      }
      return absl::InvalidArgumentError(
          input(j) + " and " + input(i) +
          " were not scanned for the same CA, account and method: they decide differently over the "
          "same CAA records of " +
          report::PrintableText(name));
    }
  }
  return absl::OkStatus();
}

/// records[0] is the primary perspective's.
void CorroborateRun::AppendName(const std::string& name,
                                const std::vector<PerspectiveRecord>& records, std::string* out) {
  const Perspective primary = JudgePrimary(records[0], freshness_);
  std::vector<Perspective> remotes;
  for (size_t i = 1; i < records.size(); ++i)
    remotes.push_back(JudgeRemote(records[i], freshness_));
  const QuorumDecision decision = DecideQuorum(primary, remotes);
  ++summary_->names;
  summary_->issue += decision.issue ? 1 : 0;
  out->append(R"({"name":)");
  record::AppendJsonString(name, out);
  AppendMember("decision", decision.issue ? "issue" : "do not issue", out);
  AppendMember("quorum",
               std::to_string(decision.corroborated) + "/" + std::to_string(remotes.size()), out);
  out->append(R"(,"required":)").append(std::to_string(decision.required));
  out->append(R"(,"primary":{)");
  AppendSeen(primary, records[0], out);
  out->append(R"(},"not_corroborating":[)");
  bool first = true;
  for (size_t i = 0; i < remotes.size(); ++i) {
    if (remotes[i] == Perspective::kCorroborates) continue;
    out->append(first ? "{" : ",{");
    first = false;
    AppendSeen(remotes[i], records[i + 1], out);
    AppendMember("perspective", options_.remotes[i], out);
    out->append("}");
  }
  out->append(R"(],"time":)");
  record::AppendJsonString(report::TimeText(freshness_.now_ms), out);
  out->append("}\n");
}

/// `pass` is where signals are taken from, or null.
absl::Status CorroborateRun::DecideAll(const Spill& spill, report::RecordPass* pass,
                                       io::WholeFile* output) {
  // Decisions that run down the same terminal tell enough.
  const bool mixes = io::IsStandardOutput(options_.output_path) && isatty(STDOUT_FILENO) == 1;
  report::ProgressLine progress(mixes ? ProgressMode::kNever : options_.progress,
                                report::ProgressLine::Clock::now());
  // A row may be all that there is of a name, which has room for every perspective.
  const size_t row_memory = kNameMemory + (options_.remotes.size() + 1) * sizeof(PerspectiveRecord);
  const std::vector<Spill::Share> shares = spill.Shares(row_memory);
  for (size_t i = 0; i < shares.size(); ++i) {
    report::ShowCompared(i, shares.size(), &progress);
    Names names;
    absl::Status status = ReadShare(spill, shares[i], &names);
    if (!status.ok()) return status;
    std::string lines;
    for (const auto& [name, records] : names) {
      if (status = CheckRequests(name, records); !status.ok()) return status;
      if (records[0].records > 0) AppendName(name, records, &lines);
      if (lines.size() >= kWriteSize) (void)output->Write(std::exchange(lines, {}));
    }
    if (!lines.empty() && !output->Write(lines)) return absl::OkStatus();  // Commit() says why.
    if (pass != nullptr) summary_->signal = pass->signal();
    if (summary_->signal != 0) break;
  }
  return absl::OkStatus();
}

absl::Status CorroborateRun::Run() {
  if (absl::Status status = CheckOptions(options_); !status.ok()) return status;
  std::vector<std::string> inputs = {options_.primary};
  inputs.insert(inputs.end(), options_.remotes.begin(), options_.remotes.end());
  auto pass = std::make_unique<report::RecordPass>(
      report::PassOptions{std::move(inputs), options_.threads, options_.progress});
  auto spill = Spill::Create(options_.temp_folder);
  if (!spill.ok()) return spill.status();
  absl::Status status = ReadAll(pass.get(), spill->get());
  summary_->signal = pass->signal();
  if (summary_->signal != 0) return absl::OkStatus();
  if (!status.ok()) return status;
  if (io::IsStandardOutput(options_.output_path)) pass.reset();
  auto output = io::WholeFile::Create(options_.output_path);
  if (!output.ok()) return output.status();
  status = DecideAll(**spill, pass.get(), &*output);
  if (!status.ok() || summary_->signal != 0) return status;
  return output->Commit();
}

}  // namespace
}  // namespace compare

absl::Status RunCorroborate(const CorroborateOptions& options, CorroborateSummary* summary) {
  *summary = CorroborateSummary();
  return compare::CorroborateRun(options, summary).Run();
}

}  // namespace caascan
