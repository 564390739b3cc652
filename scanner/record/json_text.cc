// Most bytes of a record are copied as they are, so strings are scanned for the first byte that
// needs an escape and copied in runs. Tested by json_text_test.cc.
#include "scanner/record/json_text.h"

#include <array>
#include <charconv>

#include "scanner/record/utf8.h"

namespace caascan::record {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

/// Is the byte the same inside a JSON string, and harmless on a terminal?
constexpr std::array<bool, 256> MakePlainTable() {
  std::array<bool, 256> plain{};
  for (size_t c = 0x20; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}
constexpr std::array<bool, 256> kPlain = MakePlainTable();

/// Where the run of plain bytes from `position` ends.
size_t PlainRunEnd(std::string_view text, size_t position) {
  while (position < text.size() && kPlain[static_cast<uint8_t>(text[position])]) ++position;
  return position;
}

void AppendUnitEscape(uint32_t unit, std::string* out) {
  const char escape[6] = {'\\',
                          'u',
                          kHexDigits[(unit >> 12) & 0xF],
                          kHexDigits[(unit >> 8) & 0xF],
                          kHexDigits[(unit >> 4) & 0xF],
                          kHexDigits[unit & 0xF]};
  out->append(escape, sizeof(escape));
}

void AppendCharacterEscape(char32_t c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      break;
  }
  if (c >= 0x10000) {  // A surrogate pair (RFC 8259 §7).
    const uint32_t offset = static_cast<uint32_t>(c) - 0x10000;
    AppendUnitEscape(0xD800 | (offset >> 10), out);
    AppendUnitEscape(0xDC00 | (offset & 0x3FF), out);
    return;
  }
  AppendUnitEscape(static_cast<uint32_t>(c), out);
}

void PutDigits(int64_t value, int width, char* at) {
  for (int i = width - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

constexpr size_t kSecondSize = 20;  // "2026-11-21T23:54:08.

/// The text of one calendar second. Records come in bursts that share one, so the calendar is
/// asked once a second rather than twice a record.
struct SecondText {
  std::chrono::sys_seconds second{std::chrono::seconds::min()};
  std::array<char, kSecondSize> text{};

  void Set(std::chrono::sys_seconds to) {
    const auto days = std::chrono::floor<std::chrono::days>(to);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss clock(to - days);
    std::string_view("0000-00-00T00:00:00.").copy(text.data(), kSecondSize);
    PutDigits(std::max(0, static_cast<int>(date.year())), 4, text.data());
    PutDigits(static_cast<unsigned>(date.month()), 2, text.data() + 5);
    PutDigits(static_cast<unsigned>(date.day()), 2, text.data() + 8);
    PutDigits(clock.hours().count(), 2, text.data() + 11);
    PutDigits(clock.minutes().count(), 2, text.data() + 14);
    PutDigits(clock.seconds().count(), 2, text.data() + 17);
    second = to;
  }
};

/// Two slots, since a record has two times that lie hours apart: `time` and `valid_until`.
const SecondText& CachedSecond(std::chrono::sys_seconds second) {
  thread_local std::array<SecondText, 2> slots;
  thread_local size_t oldest = 0;
  for (const SecondText& slot : slots) {
    if (slot.second == second) return slot;
  }
  SecondText& slot = slots[oldest];
  oldest = 1 - oldest;
  slot.Set(second);
  return slot;
}

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  size_t position = 0;
  while (true) {
    const size_t run_end = PlainRunEnd(text, position);
    out->append(text.data() + position, run_end - position);
    if (run_end == text.size()) break;
    const Utf8Character character = DecodeUtf8(text, run_end);
    AppendCharacterEscape(character.code_point, out);
    position = run_end + character.size;
  }
  out->push_back('"');
}

void AppendJsonPresentation(std::string_view bytes, std::string* out) {
  out->push_back('"');
  size_t position = 0;
  while (true) {
    const size_t run_end = PlainRunEnd(bytes, position);
    out->append(bytes.data() + position, run_end - position);
    if (run_end == bytes.size()) break;
    const auto c = static_cast<uint8_t>(bytes[run_end]);
    if (c == '"') {
      out->append("\\\"");
    } else if (c == '\\') {
      out->append("\\\\\\\\");
    } else {
      char escape[5] = {'\\', '\\'};
      PutDigits(c, 3, escape + 2);
      out->append(escape, sizeof(escape));
    }
    position = run_end + 1;
  }
  out->push_back('"');
}

void AppendOneLineJson(std::string_view json, std::string* out) {
  constexpr std::string_view kSuspects = "\r\n\x7f\xc2\xe2";  // Or what begins with them.
  size_t position = 0;
  while (true) {
    const size_t suspect = json.find_first_of(kSuspects, position);
    out->append(json.substr(position, suspect - position));
    if (suspect == std::string_view::npos) return;
    const Utf8Character character = DecodeUtf8(json, suspect);
    const char32_t c = character.code_point;
    position = suspect + character.size;
    if (c == '\r' || c == '\n') {
      out->push_back(' ');
    } else if ((c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029) {
      AppendCharacterEscape(c, out);
    } else {
      out->append(json.substr(suspect, character.size));
    }
  }
}

void AppendUnsigned(uint64_t value, std::string* out) {
  char digits[20];
  const auto result = std::to_chars(digits, digits + sizeof(digits), value);
  out->append(digits, result.ptr);
}

void AppendMilliseconds(std::chrono::microseconds value, std::string* out) {
  const auto us = static_cast<uint64_t>(std::max<int64_t>(0, value.count()));
  AppendUnsigned(us / 1000, out);
  char decimals[4] = {'.'};
  PutDigits(static_cast<int64_t>(us % 1000), 3, decimals + 1);
  size_t size = sizeof(decimals);
  while (size > 1 && decimals[size - 1] == '0') --size;
  if (size > 1) out->append(decimals, size);
}

void AppendJsonTime(std::chrono::system_clock::time_point time, std::string* out) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto second = std::chrono::floor<std::chrono::seconds>(ms);
  char text[1 + kSecondSize + 5];
  text[0] = '"';
  std::string_view(CachedSecond(second).text.data(), kSecondSize).copy(text + 1, kSecondSize);
  PutDigits((ms - second).count(), 3, text + 1 + kSecondSize);
  text[sizeof(text) - 2] = 'Z';
  text[sizeof(text) - 1] = '"';
  out->append(text, sizeof(text));
}

}  // namespace caascan::record
