// Octets that are kept in strings, and numbers among them in network order.
#pragma once

#include <cassert>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace caascan::dns {

inline std::string_view AsChars(std::span<const uint8_t> octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

inline std::span<const uint8_t> AsOctets(std::string_view chars) {
  return {reinterpret_cast<const uint8_t*>(chars.data()), chars.size()};
}

inline void Append16(uint32_t value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8 & 0xFF));
  out->push_back(static_cast<char>(value & 0xFF));
}

inline void Append32(uint32_t value, std::string* out) {
  Append16(value >> 16, out);
  Append16(value, out);
}

/// The number in front. REQUIRES: there are as many octets.
inline uint16_t Read16(std::string_view octets) {
  assert(octets.size() >= 2 && "a number of two octets");
  return static_cast<uint16_t>(AsOctets(octets)[0] << 8 | AsOctets(octets)[1]);
}

inline uint32_t Read32(std::string_view octets) {
  return uint32_t{Read16(octets)} << 16 | Read16(octets.substr(2));
}

}  // namespace caascan::dns
