// What an input is by its first octets: compressed, and how, or something that holds no lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace caascan::io {

enum class Compression : uint8_t { kNone, kGzip, kZstd, kXz, kBzip2, kLz4, kZip };
std::string_view CompressionName(Compression compression);

/// How many octets at the start of a stream tell its compression.
inline constexpr size_t kCompressionMagicSize = 10;

/// What a stream that begins so is. `start` is shorter than kCompressionMagicSize only where the
/// stream is. All functions here are safe from any thread.
Compression CompressionOf(std::string_view start);

/// The name of what begins so and cannot be read, such as "a 7z archive"; empty for anything else.
/// A tar archive is known by its first 262 octets, the others by at most 16.
std::string_view UnreadableKind(std::string_view start);

/// Could more octets make `start` something that the functions above know, a tar archive aside? So
/// no text waits for octets that it does not need.
bool MayBecomeKnown(std::string_view start);

}  // namespace caascan::io
