// The denials of zone files that are scanned.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "scanner/dnssec/denial_store.h"
#include "scanner/zonefile/zone_proof.h"

namespace caascan::scan {

/// Puts them into the workers' store, and counts what is of no use. Reader thread, and others after
/// its end.
class FileDenials final : public zonefile::DenialSink {
 public:
  explicit FileDenials(std::shared_ptr<dnssec::DenialStore> store) : store_(std::move(store)) {}

  void TakeDenial(dns::NameView zone, dns::NameView owner, dns::RRType type,
                  std::span<const uint8_t> rdata) override {
    if (!store_->AddUnchecked(zone, owner, type, rdata)) ++without_room_;
  }
  void NoteUnreadable() override { ++unreadable_; }

  /// Records for which the store had no room.
  uint64_t without_room() const { return without_room_; }
  uint64_t unreadable() const { return unreadable_; }

 private:
  const std::shared_ptr<dnssec::DenialStore> store_;
  uint64_t without_room_ = 0;
  uint64_t unreadable_ = 0;
};

}  // namespace caascan::scan
