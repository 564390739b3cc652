// Zone files of a parent (CZDS), record by record: the delegations in them, one after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "scanner/dns/delegation.h"
#include "scanner/dns/name.h"

namespace caascan::input {

/// Takes the lines of one zone file in order and finds its delegations: owners of NS records other
/// than the zone's apex (the owner of the SOA). One thread at a time; memory does not grow with the
/// file.
///
/// A delegation is complete when the next one begins, so NS and DS records of one owner must stand
/// together, with nothing but other types in between; where they do not, the owner comes again. The
/// addresses of its servers are taken from wherever they stand before the next delegation.
class ZoneLines {
 public:
  ZoneLines();
  ~ZoneLines();
  ZoneLines(const ZoneLines&) = delete;
  ZoneLines& operator=(const ZoneLines&) = delete;

  enum class Verdict : uint8_t {
    kNothing,     // Go on.
    kDelegation,  // The delegation before this line is complete: owner() and TakeDelegation().
    kInvalid,     // No record can be read from the line, or from those that began with it:
                  // invalid_text().
  };
  /// One line without its line feed.
  Verdict Add(std::string_view line);
  /// At the end of the file; call it until it says kNothing.
  Verdict End();

  /// The delegated name as text, lower case, no final dot. Until the next call of Add() or End().
  const std::string& owner() const;
  std::unique_ptr<dns::Delegation> TakeDelegation();
  const std::string& invalid_text() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace caascan::input
