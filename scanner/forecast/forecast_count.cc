// Tested by forecast_count_test.cc.
#include "scanner/forecast/forecast_count.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "scanner/zonefile/canonical_key.h"

namespace caascan::forecast {

void NameCounter::Add(dns::NameView name, unsigned ways) {
  record_.clear();
  zonefile::AppendNameKey(name, &record_);
  record_.push_back(static_cast<char>(ways));
  sorter_.Add(record_);
}

void NameCounter::AddListed(dns::NameView name, dns::NameView domain) {
  Add(name, kListed);
  if (name.size() == domain.size()) return Add(domain, kDomain);
  // Names with one parent often stand together.
  if (name.parent() == last_parent_.view()) return;
  last_parent_ = name.parent();
  for (name = name.parent(); name.size() >= domain.size(); name = name.parent()) {
    Add(name, kClimbed);
  }
  Add(domain, kDomain);
}

void NameCounter::AddSeeded(dns::NameView name, bool is_signed, bool proven) {
  const unsigned way = is_signed ? kSeededSigned : kSeededUnsigned;
  Add(name, proven ? way | kProven : way);
}

void NameCounter::ForEach(absl::FunctionRef<void(dns::NameView name, unsigned ways)> visit) {
  sorter_.Finish();
  std::string key;  // Of the name whose ways are added up.
  unsigned ways = 0;
  const auto give = [&] {
    if (ways == 0) return;
    std::string_view rest = key;
    visit(zonefile::TakeNameKey(&rest), ways);
    ways = 0;
  };
  std::string_view record;
  while (sorter_.Next(&record)) {
    const auto way = static_cast<uint8_t>(record.back());
    record.remove_suffix(1);
    if (record != key) {
      give();
      key.assign(record);
    }
    ways |= way;
  }
  give();
}

void HostCounter::Add(const dns::Delegation& delegation, uint64_t queries, bool proven,
                      Families families) {
  std::vector<std::string> keys;
  const auto* wire = reinterpret_cast<const uint8_t*>(delegation.hosts.data());
  for (size_t at = 0; at < delegation.hosts.size();) {
    size_t size = 1;  // The root's zero octet.
    while (wire[at + size - 1] != 0) size += 1u + wire[at + size - 1];
    zonefile::AppendNameKey(dns::NameView::FromTrusted(wire + at, size), &keys.emplace_back());
    at += size;
  }
  std::vector<uint8_t> addresses(keys.size());
  for (const dns::Delegation::Glue& glue : delegation.glue) {
    const bool is_ipv4 = glue.size == dns::Delegation::kIpv4Octets;
    if (is_ipv4 ? families.ipv4 : families.ipv6) ++addresses.at(glue.server);
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    Sums& sums = hosts_[keys[i]];
    ++sums.domains;
    sums.units += queries * kUnits / keys.size();
    sums.addresses = std::max(sums.addresses, addresses[i]);
    sums.unproven = sums.unproven || !proven;
  }
  if (hosts_.size() >= kMaxInMemory) Spill();
}

/// A record is the host's key, a number that makes it the only one of its kind, and the sums.
void HostCounter::Spill() {
  static_assert(std::is_trivially_copyable_v<Sums>);
  for (const auto& [key, sums] : hosts_) {
    std::string record = key;
    ++spilt_;
    record.append(reinterpret_cast<const char*>(&spilt_), sizeof(spilt_));
    record.append(reinterpret_cast<const char*>(&sums), sizeof(sums));
    sorter_.Add(record);
  }
  hosts_.clear();
}

void HostCounter::ForEach(absl::FunctionRef<void(dns::NameView host, const Host&)> visit) {
  Spill();
  sorter_.Finish();
  std::string key;
  Sums total;
  const auto give = [&] {
    if (total.domains == 0) return;
    std::string_view rest = key;
    const dns::Name host = zonefile::TakeNameKey(&rest);
    visit(host, {.domains = total.domains,
                 .queries = static_cast<double>(total.units) / static_cast<double>(kUnits),
                 .addresses = total.addresses,
                 .unproven = total.unproven});
    total = Sums();
  };
  std::string_view record;
  while (sorter_.Next(&record)) {
    Sums sums;
    std::memcpy(&sums, record.data() + record.size() - sizeof(sums), sizeof(sums));
    record.remove_suffix(sizeof(sums) + sizeof(spilt_));
    if (record != key) {
      give();
      key.assign(record);
    }
    total.domains += sums.domains;
    total.units += sums.units;
    total.addresses = std::max(total.addresses, sums.addresses);
    total.unproven = total.unproven || sums.unproven;
  }
  give();
}

}  // namespace caascan::forecast
