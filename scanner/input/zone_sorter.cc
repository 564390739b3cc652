// A record is its owner's key, the kind, and what the kind needs: an owner's NS records sort in
// front of all others. Tested by zone_sorter_test.cc.
#include "scanner/input/zone_sorter.h"

#include <cassert>
#include <utility>

#include "scanner/input/canonical_key.h"

namespace caascan::input {
namespace {

constexpr char kServer = '1';
constexpr char kDs = '2';
constexpr char kAddress = '3';
constexpr char kProof = '4';
constexpr size_t kTtlSize = 4;

std::string_view Bytes(std::span<const uint8_t> octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

std::span<const uint8_t> Octets(std::string_view bytes) {
  return {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
}

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
  for (size_t i = kTtlSize; i-- > 0;) payload.push_back(static_cast<char>(ttl_s >> (8 * i) & 0xFF));
  Add(owner, kServer, payload);
}

void ZoneSorter::AddDs(dns::NameView owner, std::string_view rdata) {
  if (rdata.size() <= kMaxRdataSize) Add(owner, kDs, rdata);
}

void ZoneSorter::AddProof(dns::NameView owner, dns::RRType type, std::string_view rdata) {
  if (rdata.size() > kMaxRdataSize) return;
  const auto number = static_cast<uint16_t>(type);
  std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
  Add(owner, kProof, payload.append(rdata));
}

void ZoneSorter::AddAddress(dns::NameView owner, std::span<const uint8_t> octets) {
  if (!glue_.Add(owner, octets)) Add(owner, kAddress, Bytes(octets));
}

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
  if (kind == kDs) return builder->AddDs(owner, record);
  if (kind == kProof) {
    const auto number = static_cast<uint16_t>(Octets(record)[0] << 8 | Octets(record)[1]);
    builder->AddProof(owner, static_cast<dns::RRType>(number), record.substr(2));
    return false;
  }
  if (kind == kAddress) {
    builder->AddAddress(owner, Octets(record));
    return false;
  }
  const size_t host_size = record.size() - kTtlSize;
  uint32_t ttl_s = 0;
  for (const uint8_t octet : Octets(record.substr(host_size))) ttl_s = ttl_s << 8 | octet;
  return builder->AddServer(owner, ttl_s,
                            dns::NameView::FromTrusted(Octets(record).data(), host_size));
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

}  // namespace caascan::input
