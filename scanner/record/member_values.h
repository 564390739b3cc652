// Values of a record's members, read with simdjson's On-Demand reader. Parts of the record's
// reader, which record_view.h declares.
#pragma once

#include <simdjson.h>

#include <cassert>
#include <cstdint>
#include <string_view>
#include <utility>

#include "scanner/record/record_view.h"

namespace caascan::record {

/// The text between the quotes of a string. REQUIRES: the token is a string without an escape.
inline std::string_view BetweenQuotes(std::string_view token) {
  assert(token.size() >= 2 && token.front() == '"' && token.find('\\') == token.npos);
  while (token.back() != '"') token.remove_suffix(1);  // Blanks behind it.
  return token.substr(1, token.size() - 2);
}

/// Most strings have no escape and need no copy: a view into the line does.
inline bool GetString(simdjson::ondemand::value& value, std::string_view* text) {
  const std::string_view token = value.raw_json_token();
  if (token.front() != '"' || token.find('\\') != std::string_view::npos) {
    return value.get_string().get(*text) == simdjson::SUCCESS;
  }
  *text = BetweenQuotes(token);
  return true;
}

/// The key as the line has it, without its quotes. A key with an escape gives an empty text.
inline std::string_view RawKey(const char* begin) {
  const char* end = begin;
  while (*end != '"' && *end != '\\') ++end;
  return *end == '"' ? std::string_view(begin, static_cast<size_t>(end - begin))
                     : std::string_view();
}

/// The field itself: copying one would stall the processor, since it was written in parts and would
/// be read as a whole.
inline simdjson::ondemand::field& InPlace(
    simdjson::simdjson_result<simdjson::ondemand::field>& result) {
  simdjson::ondemand::field&& field = std::move(result).value_unsafe();
  return field;
}

/// How strictly a CAA RRset is read.
enum class RrsetUse : uint8_t {
  /// Its owner is read too, and it may lack its TTL. Keys with escapes are not ours.
  kReport,
  /// It has a TTL, no member twice, and sound presentation: what is misread would permit.
  kDecide,
};

/// Read into the record what `value` holds. False where it is of another form; the record may
/// then have been changed.
bool ReadCaa(simdjson::ondemand::value& value, RrsetUse use, RecordView* record);
bool ReadCname(simdjson::ondemand::value& value, RecordView* record);
bool ReadServers(simdjson::ondemand::value& value, RecordView* record);
bool ReadFindings(simdjson::ondemand::value& value, RecordView* record);
bool ReadDecisions(simdjson::ondemand::value& value, RecordView* record);
/// Of `persist` its result alone; see persist_member.h.
bool ReadPersistResult(simdjson::ondemand::value& value, RecordView* record);
bool ReadElapsed(simdjson::ondemand::value& value, RecordView* record);
bool ReadRank(simdjson::ondemand::value& value, RecordView* record);

}  // namespace caascan::record
