// Reads back what json_text.h writes in a form of its own: times, and bytes in presentation form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace caascan::record {

/// Reads "2026-11-21T23:54:08.123Z" (RFC 3339, UTC, any number of decimals) as milliseconds since
/// 1970. False for anything else, and for years outside 1970 to 2100.
bool ParseJsonTime(std::string_view text, int64_t* ms);

/// Undoes what AppendJsonPresentation() does before JSON's own escaping: \DDD and \\ (any other
/// character behind a backslash stands for itself, as in zone files). False where the text breaks
/// off or a number exceeds 255.
bool UndoPresentation(std::string_view text, std::string* bytes);

/// Is UndoPresentation() true of the text?
bool IsPresentation(std::string_view text);

}  // namespace caascan::record
