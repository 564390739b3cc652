// Tested by zone_directive_test.cc.
#include "scanner/zonefile/zone_directive.h"

#include <absl/strings/str_cat.h>

#include <array>
#include <cassert>

#include "scanner/caa/property.h"
#include "scanner/dns/record_text.h"

namespace caascan::zonefile {

ZoneDirective ZoneDirectiveOf(std::string_view line) {
  if (!line.starts_with('$')) return ZoneDirective::kNone;
  struct Word {
    std::string_view text;
    ZoneDirective directive;
  };
  constexpr std::array<Word, 4> kWords = {{{"$origin", ZoneDirective::kOrigin},
                                           {"$ttl", ZoneDirective::kTtl},
                                           {"$include", ZoneDirective::kInclude},
                                           {"$generate", ZoneDirective::kGenerate}}};
  const std::string_view typed = dns::TakeRecordField(&line);
  for (const Word& word : kWords) {
    if (caa::EqualIgnoringCase(typed, word.text)) return word.directive;
  }
  return ZoneDirective::kUnknown;
}

absl::Status RefuseDirective(ZoneDirective directive, const std::string& file, uint64_t line) {
  assert(StandsForRecords(directive) && "what else can be followed is not refused");
  const bool include = directive == ZoneDirective::kInclude;
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": line ", line, ": ",
                   include ? "$INCLUDE refers to another file, which is not read"
                           : "$GENERATE refers to records that are not generated here",
                   "; give the whole zone in one file, as named-compilezone writes it"));
}

}  // namespace caascan::zonefile
