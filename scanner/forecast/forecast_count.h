// What the names of an input have in common, counted exactly in bounded memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>
#include <absl/functional/function_ref.h>
#include <absl/status/status.h>

#include "scanner/dns/delegation.h"
#include "scanner/dns/name.h"
#include "scanner/io/record_sorter.h"

namespace caascan::forecast {

/// Different names, each with the ways in which it was given. One thread at a time; memory is that
/// of a RecordSorter.
class NameCounter {
 public:
  enum Way : uint8_t {
    kListed = 1,          // It is in a list.
    kClimbed = 2,         // It is asked for on the way up from another one.
    kDomain = 4,          // It is a registrable domain.
    kSeededUnsigned = 8,  // A zone file has its delegation, without a DS record,
    kSeededSigned = 16,   // or with one,
    kProven = 32,         // and what proves it.
  };

  /// The name, and its parents up to `domain`, which is the name itself or above it.
  void AddListed(dns::NameView name, dns::NameView domain);
  void AddSeeded(dns::NameView name, bool is_signed, bool proven);
  /// Once, behind all: each name in canonical order, with its ways added up.
  void ForEach(absl::FunctionRef<void(dns::NameView name, unsigned ways)> visit);
  const absl::Status& status() const { return sorter_.status(); }

 private:
  void Add(dns::NameView name, unsigned ways);

  io::RecordSorter sorter_;
  std::string record_;
  dns::Name last_parent_;
};

/// Servers of delegations, by host name, and what they are asked. One thread at a time; memory is
/// that of a RecordSorter, and about 32 MiB.
class HostCounter {
 public:
  struct Host {
    uint64_t domains = 0;
    double queries = 0;
    uint8_t addresses = 0;  // That zone files give it.
    bool unproven = false;  // Are some of its denials without a signature's proof?
  };
  /// Which addresses count.
  struct Families {
    bool ipv4 = true;
    bool ipv6 = true;
  };

  /// `queries` are shared evenly by the servers; `proven`: denials are by signatures.
  void Add(const dns::Delegation& delegation, uint64_t queries, bool proven, Families families);
  /// Once, behind all: each host in canonical order.
  void ForEach(absl::FunctionRef<void(dns::NameView host, const Host&)> visit);
  const absl::Status& status() const { return sorter_.status(); }

 private:
  /// Divided by any number of servers that a delegation has, it is whole.
  static constexpr uint64_t kUnits = 720'720;
  static constexpr size_t kMaxInMemory = 200'000;
  struct Sums {
    uint64_t domains = 0;
    uint64_t units = 0;
    uint8_t addresses = 0;
    bool unproven = false;
  };

  void Spill();

  absl::flat_hash_map<std::string, Sums> hosts_;  // By the key of the name.
  io::RecordSorter sorter_;
  uint64_t spilt_ = 0;
};

}  // namespace caascan::forecast
