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
#include <optional>
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

/// What decides: perspectives may differ in whom they ask, and in what stands beside the verdict.
constexpr std::array<std::string_view, 9> kDeciding = {
    "--ca",       "--for",    "--account-uri", "--validation-method", "--parameters",
    "--wildcard", "--dnssec", "--dnssec-sha1", "--nsec3-limit"};

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

/// What decides alike has one value: with its usual anchors a scan validates either way.
void MakeComparable(record::ScanMetadata* metadata) {
  for (auto& [option, value] : metadata->deciding) {
    if (option == "--dnssec" && value == "auto") value = "validate";
  }
}

/// What of two scans' metadata differs and decides, "--ca: x and y" each.
std::vector<std::string> DecidingDifferences(const record::ScanMetadata& a,
                                             const record::ScanMetadata& b) {
  std::vector<std::string> differences = record::DifferencesOf(a.deciding, b.deciding);
  std::erase_if(differences, [](const std::string& difference) {
    return std::none_of(kDeciding.begin(), kDeciding.end(), [&](std::string_view option) {
      return difference.starts_with(std::string(option) + ":");
    });
  });
  return differences;
}

/// Perspectives that have metadata are compared with the first of them.
absl::Status CheckMetadata(const std::vector<std::string>& paths) {
  std::optional<record::ScanMetadata> first;
  std::string first_path;
  for (const std::string& path : paths) {
    auto metadata = record::MetadataBeside(path);
    if (!metadata) continue;
    MakeComparable(&*metadata);
    if (!first) {
      first = std::move(metadata);
      first_path = path;
      continue;
    }
    const std::vector<std::string> differences = DecidingDifferences(*first, *metadata);
    if (differences.empty()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("the perspectives did not ask for the same: ", first_path, " and ", path,
                     " have ", absl::StrJoin(differences, "; ")));
  }
  return absl::OkStatus();
}

bool HasRegions(const CorroborateOptions& options) {
  return std::any_of(options.remotes.begin(), options.remotes.end(),
                     [](const auto& remote) { return remote.region != Registry::kUnknown; });
}

std::vector<std::string> PathsOf(const CorroborateOptions& options) {
  std::vector<std::string> paths = {options.primary.path};
  for (const NetworkPerspective& remote : options.remotes) paths.push_back(remote.path);
  return paths;
}

/// What the Baseline Requirements want that is not decided by the records.
std::vector<std::string> RemarksOn(const CorroborateOptions& options) {
  std::vector<std::string> remarks;
  if (!HasRegions(options)) {
    remarks.emplace_back(
        "no --region is given: that those which corroborate are in two registries' regions "
        "(BR 3.2.2.9) is not checked");
  }
  const uint32_t wanted = RequiredPerspectives(options.now);
  if (options.remotes.size() < wanted) {
    remarks.push_back(absl::StrCat(options.remotes.size(),
                                   " remote perspectives: BR 3.2.2.9 wants ", wanted, " at least"));
  }
  return remarks;
}

absl::Status CheckOptions(const CorroborateOptions& options) {
  if (options.remotes.size() < 2) {
    return absl::InvalidArgumentError("--remote: fewer than two remote perspectives are no quorum");
  }
  if (options.remotes.size() > kMaxPerspectives) {
    return absl::InvalidArgumentError("--remote: more than 200 perspectives");
  }
  const std::vector<std::string> inputs = PathsOf(options);
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (IsSameFile(inputs[i], inputs[j])) {
        return absl::InvalidArgumentError("the same file stands for two perspectives: " +
                                          inputs[i]);
      }
    }
  }
  if (absl::Status status = CheckMetadata(inputs); !status.ok()) return status;
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

/// How old its answer is, and may be, in seconds. Clocks that differ make none younger than new.
void AppendAge(const PerspectiveRecord& record, const Freshness& freshness, std::string* out) {
  if (record.records != 1) return;
  const int64_t age_ms = std::max<int64_t>(0, freshness.now_ms - record.time_ms);
  absl::StrAppend(out, R"(,"age_s":)", age_ms / 1000, R"(,"max_age_s":)",
                  freshness.MaxAgeMs(record) / 1000);
}

void AppendIdentity(const NetworkPerspective& perspective, std::string* out) {
  AppendMember("perspective", perspective.name, out);
  if (perspective.region != Registry::kUnknown) {
    AppendMember("region", RegistryName(perspective.region), out);
  }
}

/// Of the remotes that corroborate, and how many there must be.
void AppendRegions(const std::vector<Registry>& regions, std::string* out) {
  out->append(R"(,"regions":[)");
  for (size_t i = 0; i < regions.size(); ++i) {
    if (i > 0) out->push_back(',');
    record::AppendJsonString(RegistryName(regions[i]), out);
  }
  absl::StrAppend(out, R"(],"regions_required":)", kRequiredRegions);
}

/// One run's moving parts. Run() once.
class CorroborateRun {
 public:
  CorroborateRun(const CorroborateOptions& options, CorroborateSummary* summary)
      : options_(options), summary_(summary) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(options.now);
    freshness_.now_ms = now.time_since_epoch().count();
    if (options.max_age) {
      freshness_.max_age_ms = std::chrono::milliseconds(*options.max_age).count();
    }
    if (!HasRegions(options)) return;
    for (const NetworkPerspective& remote : options.remotes) regions_.push_back(remote.region);
  }

  absl::Status Run();

 private:
  using Names = std::map<NameKey, std::vector<PerspectiveRecord>, NameKeyLess>;

  absl::Status ReadAll(report::RecordPass* pass, Spill* spill);
  absl::Status ReadShare(const Spill& spill, const Spill::Share& share, Names* names) const;
  absl::Status CheckRequests(const std::string& name,
                             const std::vector<PerspectiveRecord>& records) const;
  absl::Status DecideAll(const Spill& spill, report::RecordPass* pass, io::WholeFile* output);
  void AppendName(const NameKey& key, const std::vector<PerspectiveRecord>& records,
                  std::string* out);
  void AppendRemotes(const std::vector<PerspectiveRecord>& records,
                     const std::vector<Perspective>& judged, std::string* out) const;

  const CorroborateOptions& options_;
  CorroborateSummary* const summary_;
  Freshness freshness_;
  std::vector<Registry> regions_;  // Of the remotes; empty where they are not known.
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
    auto found = names->find(row);
    if (found == names->end()) {
      found = names->try_emplace({std::string(row.name), row.purpose}, options_.remotes.size() + 1)
                  .first;
    }
    PerspectiveRecord& record = found->second.at(row.input);
    record = {.records = record.records + 1,
              .outcome = row.outcome,
              .reason = row.reason,
              .dnssec = row.dnssec,
              .may_issue = row.may_issue,
              .time_ms = row.time_ms,
              .ttl_s = row.ttl_s,
              .caa = std::string(row.caa)};
  });
}

/// Records do not say which CA was asked for. But the decision follows from it and the CAA records
/// alone: where two perspectives saw the same records and decided differently, they asked for
/// different ones.
absl::Status CorroborateRun::CheckRequests(const std::string& name,
                                           const std::vector<PerspectiveRecord>& records) const {
  const auto input = [this](size_t i) {
    return i == 0 ? options_.primary.path : options_.remotes.at(i - 1).path;
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

/// First those that do not corroborate, then all of them in the order of the options.
void CorroborateRun::AppendRemotes(const std::vector<PerspectiveRecord>& records,
                                   const std::vector<Perspective>& judged, std::string* out) const {
  out->append(R"(,"not_corroborating":[)");
  bool first = true;
  for (size_t i = 0; i < judged.size(); ++i) {
    if (judged[i] == Perspective::kCorroborates) continue;
    out->append(std::exchange(first, false) ? "{" : ",{");
    AppendSeen(judged[i], records[i + 1], out);
    AppendMember("perspective", options_.remotes[i].name, out);
    out->append("}");
  }
  out->append(R"(],"remotes":[)");
  for (size_t i = 0; i < judged.size(); ++i) {
    out->append(i == 0 ? "{" : ",{");
    AppendSeen(judged[i], records[i + 1], out);
    AppendIdentity(options_.remotes[i], out);
    AppendAge(records[i + 1], freshness_, out);
    out->append("}");
  }
  out->append("]");
}

/// records[0] is the primary perspective's.
void CorroborateRun::AppendName(const NameKey& key, const std::vector<PerspectiveRecord>& records,
                                std::string* out) {
  const Perspective primary = JudgePrimary(records[0], freshness_);
  std::vector<Perspective> remotes;
  for (size_t i = 1; i < records.size(); ++i)
    remotes.push_back(JudgeRemote(records[i], freshness_));
  const QuorumDecision decision = DecideQuorum(primary, remotes, regions_);
  ++summary_->names;
  summary_->issue += decision.issue ? 1 : 0;
  out->append(R"({"name":)");
  record::AppendJsonString(key.name, out);
  if (key.purpose != Purpose::kTls) AppendMember("for", PurposeCode(key.purpose), out);
  AppendMember("decision", decision.issue ? "issue" : "do not issue", out);
  AppendMember("quorum",
               std::to_string(decision.corroborated) + "/" + std::to_string(remotes.size()), out);
  out->append(R"(,"required":)").append(std::to_string(decision.required));
  out->append(R"(,"primary":{)");
  AppendSeen(primary, records[0], out);
  AppendIdentity(options_.primary, out);
  AppendAge(records[0], freshness_, out);
  out->append("}");
  AppendRemotes(records, remotes, out);
  if (!regions_.empty()) AppendRegions(decision.regions, out);
  out->append(R"(,"time":)");
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
    for (const auto& [key, records] : names) {
      if (status = CheckRequests(key.name, records); !status.ok()) return status;
      if (records[0].records > 0) AppendName(key, records, &lines);
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
  summary_->remarks = RemarksOn(options_);
  auto pass = std::make_unique<report::RecordPass>(
      report::PassOptions{PathsOf(options_), options_.threads, options_.progress});
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
