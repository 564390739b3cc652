// Is a text JSON, to the letter?
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace caascan::record {

/// Deeper nesting is refused, so that no input exhausts the stack of those who read it after us.
inline constexpr int kMaxJsonDepth = 128;

/// Is the text one JSON object by RFC 8259, blank space around it allowed? Strict where simdjson's
/// On-Demand reader is lenient: that one does not look into members nobody asks for, and what we
/// pass through untouched must not make our own output invalid. No allocation.
bool IsJsonObject(std::string_view text);
/// Where the text stops being one: an offset in it, its size where it breaks off. nullopt where it
/// is one.
std::optional<size_t> FindJsonFault(std::string_view text);

}  // namespace caascan::record
