// A record's octets sort as its owner does, and an owner's NS records in front of DS and addresses:
// the owner's labels from the last to the first, each with a zero octet behind it, then a zero
// octet, the kind, and what the kind needs. Zeros in labels are escaped. Tested by
// zone_sorter_test.cc.
#include "scanner/input/zone_sorter.h"

#include <array>
#include <cassert>
#include <utility>

namespace caascan::input {
namespace {

constexpr char kEndOfLabel = '\0';
constexpr char kEscape = '\1';  // What follows is one more than the octet.
constexpr char kServer = '1';
constexpr char kDs = '2';
constexpr char kAddress = '3';
constexpr size_t kTtlSize = 4;

/// In lower case.
void AppendKey(dns::NameView owner, std::string* out) {
  std::array<dns::NameView, dns::kMaxNameSize / 2 + 1> names;
  size_t labels = 0;
  for (; !owner.is_root(); owner = owner.parent()) names.at(labels++) = owner;
  while (labels > 0) {
    for (const char c : names.at(--labels).first_label()) {
      const auto octet = static_cast<char>(dns::LowerOctet(static_cast<uint8_t>(c)));
      const bool special = octet == kEndOfLabel || octet == kEscape;
      if (special) out->push_back(kEscape);
      out->push_back(special ? static_cast<char>(octet + 1) : octet);
    }
    out->push_back(kEndOfLabel);
  }
  out->push_back(kEndOfLabel);
}

/// Takes the owner from the front of *record.
dns::Name TakeOwner(std::string_view* record) {
  dns::Name owner;
  std::array<char, dns::kMaxNameSize> label;
  while (record->front() != kEndOfLabel) {
    size_t size = 0;
    for (; record->front() != kEndOfLabel; record->remove_prefix(1)) {
      const bool escaped = record->front() == kEscape;
      if (escaped) record->remove_prefix(1);
      label.at(size++) = static_cast<char>(record->front() - (escaped ? 1 : 0));
    }
    record->remove_prefix(1);
    [[maybe_unused]] const bool fits = owner.Prepend({label.data(), size});
    assert(fits && "it was a name");
  }
  record->remove_prefix(1);
  return owner;
}

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
  AppendKey(owner, &record_);
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

void ZoneSorter::AddAddress(dns::NameView owner, std::span<const uint8_t> octets) {
  if (!glue_.Add(owner, octets)) Add(owner, kAddress, Bytes(octets));
}

void ZoneSorter::Finish() {
  glue_.Finish();
  sorter_.Finish();
}

/// True where the delegation before it is complete.
bool ZoneSorter::Play(std::string_view record, DelegationBuilder* builder) const {
  const dns::Name owner = TakeOwner(&record);
  const char kind = record.front();
  record.remove_prefix(1);
  if (kind == kDs) return builder->AddDs(owner, record);
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
