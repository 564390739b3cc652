// Pieces of JSON text, appended to a string without temporaries.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace caascan::record {

/// A JSON string with its quotes, in ASCII: other characters become \uXXXX, and what is not UTF-8
/// becomes \ufffd.
void AppendJsonString(std::string_view text, std::string* out);

/// The bytes in zone-file presentation (\DDD for what is not printable ASCII, \\ for a backslash),
/// then as a JSON string: reading it back loses nothing.
void AppendJsonPresentation(std::string_view bytes, std::string* out);

/// Valid JSON, with nothing in it that ends a line for anybody or moves a terminal: blanks between
/// tokens for CR and LF, which stand nowhere else, and \uXXXX for U+007F to U+009F, U+2028 and
/// U+2029 in strings. The value stays the same.
void AppendOneLineJson(std::string_view json, std::string* out);

void AppendUnsigned(uint64_t value, std::string* out);

/// Milliseconds with up to three decimals: 31700 µs is 31.7.
void AppendMilliseconds(std::chrono::microseconds value, std::string* out);

/// RFC 3339 in UTC with milliseconds, quoted: "2026-11-21T23:54:08.123Z". Years are written with
/// four digits: 0000 to 9999.
void AppendJsonTime(std::chrono::system_clock::time_point time, std::string* out);

}  // namespace caascan::record
