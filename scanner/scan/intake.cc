// Tested by intake_test.cc.
#include "scanner/scan/intake.h"

#include <cassert>
#include <string>
#include <utility>

#include "scanner/plan/shard_key.h"

namespace caascan::scan {
namespace {

uint64_t HashOf(const input::NameJob& job) {
  return dns::HashName(job.name, 2 * static_cast<unsigned>(job.purpose) + (job.wildcard ? 1 : 0));
}

bool AsksTheSame(const input::NameJob& a, const input::NameJob& b) {
  return a.name == b.name && a.wildcard == b.wildcard && a.purpose == b.purpose &&
         a.details().account_uris == b.details().account_uris &&
         a.details().validation_methods == b.details().validation_methods;
}

}  // namespace

Intake::Intake(const IntakeOptions& options, FingerprintSet* done, Fingerprinter* fingerprinter)
    : options_(options), done_(done), fingerprinter_(fingerprinter) {
  assert(options.shard < options.shard_count && "one of the shards");
  ring_.resize(options.dedupe_window);
  slot_of_.reserve(options.dedupe_window);
}

bool Intake::IsOurs(const input::NameJob& job) {
  if (options_.shard_count > 1 &&
      plan::ShardOf(plan::ShardKey(job.name), options_.shard_count) != options_.shard) {
    return false;
  }
  if (done_ == nullptr || done_->size() == 0) return true;
  const input::JobDetails& details = job.details();
  const Fingerprint fingerprint =
      fingerprinter_->Of(input::RecordName(job), details.input, job.purpose, details.id.text,
                         details.order.text, input::RankOf(job.rank));
  if (!done_->Take(fingerprint)) return true;
  ++done_before_;
  return false;
}

bool Intake::Exchange(input::NameJob* job) {
  if (!IsOurs(*job)) return false;
  ++jobs_;
  // What is never looked up gains nothing by waiting for its like.
  if (ring_.empty() || !job->valid) return true;
  const uint64_t hash = HashOf(*job);
  if (TakeAsTwin(job, hash)) return false;
  input::NameJob ready;
  const bool full =
      held_ == ring_.size() || (held_ > 0 && jobs_ - ring_[oldest_].line > ring_.size());
  if (full) TakeOldest(&ready);
  const size_t at = (oldest_ + held_++) % ring_.size();
  ring_[at].job = std::move(*job);
  ring_[at].line = jobs_;
  ring_[at].hash = hash;
  slot_of_[hash] = at;
  if (full) *job = std::move(ready);
  return full;
}

bool Intake::TakeAsTwin(input::NameJob* job, uint64_t hash) {
  const auto found = slot_of_.find(hash);
  if (found == slot_of_.end()) return false;
  Slot& slot = ring_[found->second];
  if (jobs_ - slot.line > ring_.size() || !AsksTheSame(slot.job, *job)) return false;
  const input::JobDetails& details = job->details();
  slot.job.mutable_details()->twins.push_back(
      {details.input, details.id, details.order, details.input_columns, job->rank});
  return true;
}

void Intake::TakeOldest(input::NameJob* job) {
  Slot& slot = ring_[oldest_];
  *job = std::move(slot.job);
  const auto found = slot_of_.find(slot.hash);
  if (found != slot_of_.end() && found->second == oldest_) slot_of_.erase(found);
  oldest_ = (oldest_ + 1) % ring_.size();
  --held_;
}

bool Intake::Drain(input::NameJob* job) {
  if (held_ == 0) return false;
  TakeOldest(job);
  return true;
}

}  // namespace caascan::scan
