// Lines of a zone file that are no records (RFC 1035 §5.1, RFC 2308 §4).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>

namespace caascan::zonefile {

/// What zone files know as `$` and a word.
enum class ZoneDirective : uint8_t {
  kNone,      // It is no such line.
  kOrigin,    // $ORIGIN.
  kTtl,       // $TTL.
  kInclude,   // $INCLUDE: records in another file.
  kGenerate,  // $GENERATE, BIND's: records that are made by counting.
  kUnknown,   // Another word.
};

/// By the line's first word, in letters of either case.
ZoneDirective ZoneDirectiveOf(std::string_view line);

/// Does the line stand for records that are not in the file? Then a scan of it would lack names.
inline bool StandsForRecords(ZoneDirective directive) {
  return directive == ZoneDirective::kInclude || directive == ZoneDirective::kGenerate;
}

/// InvalidArgument that names the file and the line, and says what to give instead. REQUIRES:
/// StandsForRecords(directive).
absl::Status RefuseDirective(ZoneDirective directive, const std::string& file, uint64_t line);

}  // namespace caascan::zonefile
