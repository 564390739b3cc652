// A record is its owner's key, the kind, and what the kind needs: that there is an owner sorts in
// front of all else, and its NS records come next. Tested by zone_sorter_test.cc.
#include "scanner/zonefile/zone_sorter.h"

#include <cassert>
#include <utility>

#include "scanner/dns/wire.h"
#include "scanner/zonefile/canonical_key.h"

namespace caascan::zonefile {
namespace {

constexpr char kOwner = '0';
constexpr char kServer = '1';
constexpr char kDs = '2';
constexpr char kAddress = '3';
constexpr char kProof = '4';
constexpr size_t kTtlSize = 4;

}  // namespace

ZoneSorter::ZoneSorter(std::string folder, size_t memory, size_t glue_memory)
    : sorter_(std::move(folder), memory), glue_(glue_memory) {}

void ZoneSorter::Add(dns::NameView owner, char kind, std::string_view payload) {
  record_.clear();
  AppendNameKey(owner, &record_);
  record_.push_back(kind);
  record_.append(payload);
  sorter_.Add(record_);
}

void ZoneSorter::AddServer(dns::NameView owner, uint32_t ttl_s, dns::NameView host) {
  dns::Name lower(host);
  lower.ToLower();
  std::string payload(lower.view().bytes());
  dns::Append32(ttl_s, &payload);
  Add(owner, kServer, payload);
}

void ZoneSorter::AddDs(dns::NameView owner, std::string_view rdata) {
  if (rdata.size() <= kMaxRdataSize) Add(owner, kDs, rdata);
}

void ZoneSorter::AddProof(dns::NameView owner, dns::RRType type, std::string_view rdata) {
  if (rdata.size() > kMaxRdataSize) return;
  std::string payload;
  dns::Append16(static_cast<uint16_t>(type), &payload);
  Add(owner, kProof, payload.append(rdata));
}

void ZoneSorter::AddAddress(dns::NameView owner, std::span<const uint8_t> octets) {
  if (!glue_.Add(owner, octets)) Add(owner, kAddress, dns::AsChars(octets));
}

void ZoneSorter::AddOwner(dns::NameView owner) { Add(owner, kOwner, {}); }

void ZoneSorter::Finish() {
  finished_ = true;
  glue_.Finish();
  sorter_.Finish();
}

/// True where the delegation before it is complete.
bool ZoneSorter::Play(std::string_view record, DelegationBuilder* builder) const {
  const dns::Name owner = TakeNameKey(&record);
  const char kind = record.front();
  record.remove_prefix(1);
  if (kind == kOwner) return builder->AddOwner(owner);
  if (kind == kDs) return builder->AddDs(owner, record);
  if (kind == kProof) {
    builder->AddProof(owner, static_cast<dns::RRType>(dns::Read16(record)), record.substr(2));
    return false;
  }
  if (kind == kAddress) {
    builder->AddAddress(owner, dns::AsOctets(record));
    return false;
  }
  const size_t host_size = record.size() - kTtlSize;
  return builder->AddServer(owner, dns::Read32(record.substr(host_size)),
                            dns::NameView::FromTrusted(dns::AsOctets(record).data(), host_size));
}

bool ZoneSorter::Next(DelegationBuilder* builder) {
  assert(finished_ && "records are sorted");
  std::string_view record;
  while (sorter_.Next(&record)) {
    ++given_;
    if (Play(record, builder)) return true;
  }
  return status().ok() && !std::exchange(flushed_, true) && builder->Flush();
}

double ZoneSorter::share_given() const {
  if (flushed_ || sorter_.added() == 0) return flushed_ ? 1 : 0;
  return static_cast<double>(given_) / static_cast<double>(sorter_.added());
}

}  // namespace caascan::zonefile
