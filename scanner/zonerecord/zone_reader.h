// Lines of `scan --zones`, read.
#pragma once

#include <memory>
#include <string_view>

#include "scanner/zonerecord/zone_record.h"

namespace caascan::zonerecord {

/// Reads lines as AppendZoneJson() writes them. One thread at a time. A resource.
class ZoneReader {
 public:
  /// So many octets behind a line must be readable, whatever they hold.
  static const size_t kPadding;

  ZoneReader();
  ~ZoneReader();
  ZoneReader(const ZoneReader&) = delete;
  ZoneReader& operator=(const ZoneReader&) = delete;

  /// What keeps the line (without its line feed) from being a zone's, in words, or empty. Members
  /// that it does not know, and what follows from others, are not looked at; zone and time must be
  /// there. On failure *record is unspecified.
  std::string_view Read(std::string_view line, ZoneRecord* record);

 private:
  struct Parser;
  const std::unique_ptr<Parser> parser_;
};

}  // namespace caascan::zonerecord
