// Three sorts, so that memory is bounded whatever the input:
//
//   jobs ─▶ DenialJoin (NSEC3 of zone files) ─▶ by registrable domain ─▶ by a digest ─▶ chunks
//
// The second brings the names of a domain together, whatever the order of the input. They are cut
// into groups of up to 64. The third sorts the groups by a digest of the run, the domain and the
// group's number: so the order is a mixed one, and always the same. Tested by plan_test.cc.
#include "caascan/plan.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <limits>
#include <memory>
#include <utility>

#include "scanner/crypto/digest.h"
#include "scanner/input/name_source.h"
#include "scanner/io/out_of_memory.h"
#include "scanner/io/signal_scope.h"
#include "scanner/io/whole_file.h"
#include "scanner/plan/chunk_file.h"
#include "scanner/plan/denial_join.h"
#include "scanner/plan/job_line.h"
#include "scanner/plan/line_sorter.h"
#include "scanner/plan/manifest.h"
#include "scanner/plan/record_set.h"
#include "scanner/plan/shard_key.h"

namespace caascan {
namespace plan {
namespace {

// Names of one domain that stay together: they share the look-ups of what is above them.
constexpr uint64_t kGroupNames = 64;
constexpr size_t kKeySize = 8;
constexpr size_t kZoneSize = 2;
constexpr uint16_t kNoZone = std::numeric_limits<uint16_t>::max();
constexpr uint64_t kNamesPerSignalCheck = 1024;

void AppendBigEndian(uint64_t value, size_t octets, std::string* out) {
  for (size_t i = octets; i-- > 0;) out->push_back(static_cast<char>(value >> (8 * i)));
}

/// SHA-256 over texts, each behind its size.
class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), crypto::Sha256(), nullptr) != 1) {
      io::OutOfMemory();
    }
  }
  void Add(std::string_view text) {
    std::string size;
    AppendBigEndian(text.size(), sizeof(uint64_t), &size);
    for (const std::string_view part : {std::string_view(size), text}) {
      if (EVP_DigestUpdate(context_.get(), part.data(), part.size()) != 1) io::OutOfMemory();
    }
  }
  /// 32 octets. Once.
  std::string Finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1) io::OutOfMemory();
    return {reinterpret_cast<const char*>(digest.data()), size};
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

/// What the zone files' denials are, for the digest and the join.
class TakenDenials final : public zonefile::DenialSink {
 public:
  TakenDenials(DenialJoin* join, Digest* digest) : join_(join), digest_(digest) {}
  void TakeDenial(dns::NameView zone, dns::NameView owner, dns::RRType type,
                  std::span<const uint8_t> rdata) override {
    digest_->Add(owner.bytes());
    digest_->Add({reinterpret_cast<const char*>(rdata.data()), rdata.size()});
    join_->TakeDenial(zone, owner, type, rdata);
  }
  void NoteUnreadable() override {}

 private:
  DenialJoin* const join_;
  Digest* const digest_;
};

/// One plan. Run() once.
class Planner {
 public:
  Planner(const PlanOptions& options, PlanSummary* summary)
      : options_(options),
        summary_(summary),
        denials_(options.run),
        by_domain_(kKeySize, options.run),
        mixed_(kKeySize, options.run),
        sink_(&denials_, &digest_) {}

  absl::Status Run();

 private:
  absl::Status ReadInputs();
  void TakeJob(const input::NameJob& job);
  absl::Status Join();
  absl::Status Mix();
  absl::Status CheckFolder();
  absl::Status WriteChunks();
  absl::Status AddLine();
  absl::Status EndChunk();
  void RemoveLeftovers() const;
  bool Stopped() { return summary_->signal != 0 || (summary_->signal = signals_.Take()) != 0; }

  const PlanOptions& options_;
  PlanSummary* const summary_;
  const io::SignalScope signals_;
  Digest digest_;
  DenialJoin denials_;
  LineSorter by_domain_;  // Lines are the zone of apex denials, and a job.
  LineSorter mixed_;      // Likewise.
  TakenDenials sink_;
  std::string run_;  // The digest.
  absl::Status not_whole_;

  std::string line_;
  // The chunk that is being filled.
  std::string text_;
  uint32_t names_ = 0;
  RecordSet records_;
  absl::flat_hash_set<uint16_t> zones_;  // Whose apex denials it holds.
  JobLineReader reader_;
  Manifest manifest_;
};

/// The key of the second sort, then what it sorts: so far without a zone.
void Planner::TakeJob(const input::NameJob& job) {
  line_.clear();
  AppendJobLine(job, &line_);
  digest_.Add(line_);
  const uint64_t number = manifest_.names++;
  if (!job.valid) ++manifest_.invalid;
  // Lines that are no name have no domain: each is for itself.
  const uint64_t domain = job.valid ? ShardKey(job.name) : number * 0x9E3779B97F4A7C15ull;
  std::string keyed;
  AppendBigEndian(domain, kKeySize, &keyed);
  keyed.append(line_);
  if (denials_.Take(job, number, keyed)) return;
  const std::string key = keyed.substr(0, kKeySize);
  keyed.erase(0, kKeySize);
  std::string zone;
  AppendBigEndian(kNoZone, kZoneSize, &zone);
  by_domain_.Add(key, number, zone + keyed);
}

absl::Status Planner::ReadInputs() {
  auto source =
      input::NameSource::Open({options_.inputs, options_.input_format, options_.wildcard, &sink_,
                               options_.fields, options_.on_notice, options_.zone_names},
                              nullptr);
  if (!source.ok()) return source.status();
  digest_.Add("caascan plan 1");
  digest_.Add(absl::StrCat(options_.chunk_names));
  input::NameJob job;
  input::NextJob next = input::NextJob::kJob;
  while (next == input::NextJob::kJob) {
    if (manifest_.names % kNamesPerSignalCheck == 0 && Stopped()) {
      return absl::CancelledError("stopped");
    }
    next = (*source)->Next(&job, /*wait=*/false);
    if (next == input::NextJob::kWouldWait) {
      const io::SignalGap gap;  // The input may be silent for ever.
      next = (*source)->Next(&job, /*wait=*/true);
    }
    if (next == input::NextJob::kJob) TakeJob(job);
  }
  summary_->input_remarks = (*source)->remarks();
  if (next == input::NextJob::kFailed) {
    if (!absl::IsDataLoss((*source)->status())) return (*source)->status();
    not_whole_ = (*source)->status();
  }
  return absl::OkStatus();
}

absl::Status Planner::Join() {
  denials_.Finish();
  while (denials_.Next()) {
    if (Stopped()) return absl::CancelledError("stopped");
    const std::string key = denials_.line().substr(0, kKeySize);
    line_ = denials_.line().substr(kKeySize);
    AddDenials(DenialsOf::kName, denials_.denials(), &line_);
    std::string zone;
    AppendBigEndian(denials_.zone(), kZoneSize, &zone);
    by_domain_.Add(key, denials_.number(), zone + line_);
  }
  return denials_.status();
}

absl::Status Planner::Mix() {
  run_ = digest_.Finish();
  manifest_.run = absl::BytesToHexString(run_);
  by_domain_.Finish();
  std::string domain;
  std::string key;
  uint64_t in_domain = 0;
  uint64_t number = 0;
  while (by_domain_.Next()) {
    if (number % kNamesPerSignalCheck == 0 && Stopped()) return absl::CancelledError("stopped");
    if (by_domain_.key() != domain) {
      domain = by_domain_.key();
      in_domain = 0;
    }
    if (in_domain % kGroupNames == 0) {
      Digest group;
      group.Add(run_);
      group.Add(domain);
      group.Add(absl::StrCat(in_domain / kGroupNames));
      key = group.Finish().substr(0, kKeySize);
    }
    ++in_domain;
    mixed_.Add(key, number++, by_domain_.line());
  }
  mixed_.Finish();
  return by_domain_.status();
}

/// What another run is kept in is not touched.
absl::Status Planner::CheckFolder() {
  if (!IsRun(options_.run)) return absl::OkStatus();
  const auto there = ReadManifest(options_.run);
  if (!there.ok()) return there.status();
  if (there->run == manifest_.run) return absl::OkStatus();
  constexpr size_t kShown = 16;
  return absl::InvalidArgumentError(
      absl::StrCat("-o ", options_.run, " holds another run (", there->run.substr(0, kShown),
                   ", not ", manifest_.run.substr(0, kShown), "): give another folder"));
}

/// Of a plan that was killed.
void Planner::RemoveLeftovers() const {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(options_.run + "/chunks", error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("chunk-") && name.find(".part") != std::string::npos) {
      std::filesystem::remove(entry.path(), error);
    }
  }
}

absl::Status Planner::EndChunk() {
  if (names_ == 0) return absl::OkStatus();
  if (Stopped()) return absl::CancelledError("stopped");
  const auto chunk = static_cast<uint32_t>(manifest_.chunks.size());
  manifest_.chunks.push_back({names_, TextDigest(text_), records_.Digest()});
  if (!ReadChunk(options_.run, manifest_, chunk).ok()) {
    if (absl::Status status = io::WriteWhole(ChunkPath(options_.run, chunk), text_); !status.ok()) {
      return status;
    }
    ++summary_->chunks_written;
  }
  text_.clear();
  names_ = 0;
  records_ = RecordSet();
  zones_.clear();
  return absl::OkStatus();
}

/// The line that mixed_ stands at.
absl::Status Planner::AddLine() {
  const std::string& sorted = mixed_.line();
  const auto octet = [&sorted](size_t at) { return static_cast<unsigned char>(sorted[at]); };
  const auto zone = static_cast<uint16_t>((octet(0) << 8) | octet(1));
  line_.assign(sorted, kZoneSize);
  if (names_ == options_.chunk_names || text_.size() + line_.size() > kMaxChunkText) {
    if (absl::Status status = EndChunk(); !status.ok()) return status;
  }
  if (zone != kNoZone && zones_.insert(zone).second) {
    AddDenials(DenialsOf::kApex, denials_.apex(zone), &line_);
  }
  const size_t size = line_.size();
  line_.append(JobLineReader::kPadding, ' ');
  input::NameJob job;
  if (!reader_.Read(std::string_view(line_).substr(0, size), &job, nullptr)) {
    return absl::InternalError("a line of the plan cannot be read back");
  }
  const input::JobDetails& details = job.details();
  records_.Add(input::RecordName(job), details.input, details.id.text, details.order.text);
  text_.append(line_, 0, size);
  ++names_;
  return absl::OkStatus();
}

absl::Status Planner::WriteChunks() {
  if (absl::Status status = MakeFolder(options_.run + "/chunks"); !status.ok()) return status;
  RemoveLeftovers();
  while (mixed_.Next()) {
    if (absl::Status status = AddLine(); !status.ok()) return status;
  }
  if (!mixed_.status().ok()) return mixed_.status();
  if (absl::Status status = EndChunk(); !status.ok()) return status;
  if (absl::Status status = SyncFileSystem(options_.run); !status.ok()) return status;
  manifest_.version = options_.version;
  manifest_.inputs = options_.inputs;
  if (manifest_.inputs.empty()) manifest_.inputs.emplace_back("-");
  manifest_.wildcard = options_.wildcard;
  manifest_.chunk_names = options_.chunk_names;
  manifest_.machines_at_most = options_.machines_at_most;
  if (absl::Status status = WriteManifest(options_.run, manifest_); !status.ok()) return status;
  if (absl::Status status = SyncToDisk(ManifestPath(options_.run)); !status.ok()) return status;
  return SyncToDisk(options_.run);
}

absl::Status Planner::Run() {
  for (absl::Status (Planner::*step)() : {&Planner::ReadInputs, &Planner::Join, &Planner::Mix,
                                          &Planner::CheckFolder, &Planner::WriteChunks}) {
    absl::Status status = (this->*step)();
    if (summary_->signal != 0) return absl::OkStatus();
    if (!status.ok()) return status;
  }
  summary_->run = manifest_.run;
  summary_->names = manifest_.names;
  summary_->invalid = manifest_.invalid;
  summary_->chunks = static_cast<uint32_t>(manifest_.chunks.size());
  return not_whole_;
}

}  // namespace
}  // namespace plan

absl::Status RunPlan(const PlanOptions& options, PlanSummary* summary) {
  *summary = PlanSummary();
  if (options.run.empty()) return absl::InvalidArgumentError("-o: needs a folder");
  if (options.chunk_names == 0) return absl::InvalidArgumentError("--chunk: at least 1 name");
  if (absl::Status status = plan::MakeFolder(options.run); !status.ok()) return status;
  return plan::Planner(options, summary).Run();
}

}  // namespace caascan
