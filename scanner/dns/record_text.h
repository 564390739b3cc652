// The fields of a zone file's record in front of its RDATA (RFC 1035 §5.1). Texts come from
// strangers, and ldns 1.8 leaks memory at broken RDATA of some types: who reads records looks at
// the type first, and hands ldns the types alone that are of use.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "scanner/dns/codes.h"
#include "scanner/dns/ldns.h"

namespace caascan::dns {

/// What separates the fields of a record that stands in one line.
constexpr std::string_view kRecordBlanks = " \t\r";

/// One of them?
constexpr bool IsRecordBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Takes the next field from `*rest`: empty where there is none.
inline std::string_view TakeRecordField(std::string_view* rest) {
  const char* const end = rest->data() + rest->size();
  const char* const begin = std::find_if_not(rest->data(), end, IsRecordBlank);
  const char* const stop = std::find_if(begin, end, IsRecordBlank);
  *rest = {stop, static_cast<size_t>(end - stop)};
  return {begin, static_cast<size_t>(stop - begin)};
}

/// The type's text in a record behind its owner. TTL and class are stepped over: each may be left
/// out, and either may come first. Empty where there is none.
inline std::string_view RecordTypeText(std::string_view behind_owner) {
  const auto is_ttl = [](std::string_view field) { return field[0] >= '0' && field[0] <= '9'; };
  std::string_view field = TakeRecordField(&behind_owner);
  for (int before = 0; before < 2 && !field.empty(); ++before) {
    if (!is_ttl(field) && ldns_get_rr_class_by_name(std::string(field).c_str()) == 0) break;
    field = TakeRecordField(&behind_owner);
  }
  return field;
}

/// A registered mnemonic or `TYPE` with a number (RFC 3597 §5), in letters of either case: what
/// ldns knows. 0 where it is none.
inline RRType RecordTypeOf(std::string_view text) {
  return static_cast<RRType>(ldns_get_rr_type_by_name(std::string(text).c_str()));
}

}  // namespace caascan::dns
