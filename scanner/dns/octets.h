// Eight octets at a time: how names are folded, compared and hashed. A name in wire form folds as
// one run of octets, since length octets are below 64 and so never look like letters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace caascan::dns {

inline constexpr uint64_t kEachOctet = 0x0101010101010101ull;

/// 0x80 in each octet from `first` to `last`, both ASCII; zeros elsewhere.
inline uint64_t OctetsWithin(uint64_t word, uint8_t first, uint8_t last) {
  const uint64_t low7 = word & (kEachOctet * 0x7f);
  const uint64_t at_least = low7 + kEachOctet * (0x80u - first);
  const uint64_t beyond = low7 + kEachOctet * (0x80u - last - 1u);
  return at_least & ~beyond & ~word & (kEachOctet * 0x80);
}

/// Every ASCII capital becomes small, all other octets stay (RFC 4343).
inline uint64_t LowerWord(uint64_t word) { return word | (OctetsWithin(word, 'A', 'Z') >> 2); }

inline uint64_t LoadWord(const uint8_t* data) {
  uint64_t word = 0;
  std::memcpy(&word, data, sizeof word);
  return word;
}

inline uint64_t LoadHalf(const uint8_t* data) {
  uint32_t half = 0;
  std::memcpy(&half, data, sizeof half);
  return half;
}

/// The 1 to 7 octets at `data`, zeros behind them.
inline uint64_t LoadShortWord(const uint8_t* data, size_t size) {
  if (size >= 4) return LoadHalf(data) | (LoadHalf(data + size - 4) << (8 * (size - 4)));
  uint64_t word = 0;
  for (size_t i = size; i > 0; --i) word = (word << 8) | data[i - 1];
  return word;
}

/// The last 1 to 7 octets of `size` at `data`, zeros behind them.
inline uint64_t LoadTail(const uint8_t* data, size_t size) {
  const size_t tail = size % 8;
  if (size < 8) return LoadShortWord(data, size);
  return LoadWord(data + size - 8) >> (8 * (8 - tail));
}

inline bool EqualWords(uint64_t a, uint64_t b) { return a == b || LowerWord(a) == LowerWord(b); }

/// Letter case aside.
inline bool EqualOctets(const uint8_t* a, const uint8_t* b, size_t size) {
  if (size < 8) return size == 0 || EqualWords(LoadShortWord(a, size), LoadShortWord(b, size));
  for (size_t position = 0; position + 8 <= size; position += 8) {
    if (!EqualWords(LoadWord(a + position), LoadWord(b + position))) return false;
  }
  return EqualWords(LoadWord(a + size - 8), LoadWord(b + size - 8));  // Some of them once more.
}

}  // namespace caascan::dns
