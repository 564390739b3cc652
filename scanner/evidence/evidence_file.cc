// Tested by evidence_file_test.cc and tests/e2e/dnstap_test.py.
#include "scanner/evidence/evidence_file.h"

#include <absl/strings/str_cat.h>

#include <cassert>
#include <utility>

namespace caascan::evidence {

absl::Status EvidenceFile::Open(const std::string& path) {
  auto writer = dnstap::FrameWriter::Create(path);
  if (!writer.ok()) {
    return absl::Status(writer.status().code(),
                        absl::StrCat("--dnstap: ", writer.status().message()));
  }
  writer_ = *std::move(writer);
  return absl::OkStatus();
}

bool EvidenceFile::Wants(const Record& record) const {
  if (wanted_ == DnstapFor::kAll) return true;
  const Outcome outcome = record.outcome();
  return outcome != Outcome::kPermit && outcome != Outcome::kDeny &&
         record.reason != Reason::kStopped;
}

void EvidenceFile::Submit(const dnstap::Frame& frame) {
  assert(writer_ != nullptr && "Open() has succeeded");
  submitted_.fetch_add(1, std::memory_order_relaxed);
  writer_->Submit(dnstap::EncodeFrame(frame));
}

void EvidenceFile::Drop(uint64_t exchanges) {
  assert(writer_ != nullptr && "Open() has succeeded");
  submitted_.fetch_add(exchanges, std::memory_order_relaxed);
  writer_->Drop(exchanges);
}

absl::Status EvidenceFile::Finish() {
  if (writer_ == nullptr) return absl::OkStatus();
  absl::Status status = writer_->Finish();
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat("--dnstap: ", status.message()));
}

}  // namespace caascan::evidence
