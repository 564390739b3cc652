#include "scanner/io/utf16.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace caascan::io {
namespace {

/// The text in UTF-16 of either order, with its mark, read in pieces of `piece` octets.
std::string Read(std::u16string_view text, bool big_endian, size_t piece) {
  std::string octets;
  for (const char16_t unit : u"\xFEFF" + std::u16string(text)) {
    const char halves[] = {static_cast<char>(unit & 0xFF), static_cast<char>(unit >> 8)};
    octets.push_back(halves[big_endian ? 1 : 0]);
    octets.push_back(halves[big_endian ? 0 : 1]);
  }
  EXPECT_TRUE(IsUtf16Mark(octets));
  Utf16Reader reader;
  std::string read;
  for (std::string_view rest = octets; !rest.empty();) {
    std::string_view in = rest.substr(0, piece);
    rest.remove_prefix(in.size());
    while (!in.empty()) {
      std::array<char, Utf16Reader::kMinRoom + 1> out;
      read.append(out.data(), reader.Decode(&in, out));
    }
  }
  return read + reader.End();
}

TEST(Utf16Test, EveryWidthInBothOrdersAndAnyPieces) {
  const struct {
    const char* what;
    std::u16string_view text;
    std::string_view utf8;
  } rows[] = {
      {"nothing", u"", ""},
      {"ASCII", u"a.example\n", "a.example\n"},
      {"two octets", u"\u00FC\u07FF", "\xC3\xBC\xDF\xBF"},
      {"three octets", u"\u0800\uFFFD", "\xE0\xA0\x80\xEF\xBF\xBD"},
      {"four octets", u"\U00010000\U0010FFFF", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
      {"a mark within", u"a\uFEFF", "a\xEF\xBB\xBF"},
      {"a high surrogate alone", u"\xD800x", "\xEF\xBF\xBDx"},
      {"two high surrogates", u"\xD800\xD800\xDC00", "\xEF\xBF\xBD\xF0\x90\x80\x80"},
      {"a low surrogate alone", u"\xDC00x", "\xEF\xBF\xBDx"},
      {"a high surrogate at the end", u"x\xD800", "x\xEF\xBF\xBD"},
  };
  for (const auto& row : rows) {
    for (const bool big_endian : {false, true}) {
      for (const size_t piece : {1u, 2u, 3u, 1000u}) {
        EXPECT_EQ(Read(row.text, big_endian, piece), row.utf8) << row.what << ' ' << piece;
      }
    }
  }
}

TEST(Utf16Test, HalfAUnitAtTheEnd) {
  Utf16Reader reader;
  std::string_view in(
      "\xFF\xFE"
      "a",
      3);
  std::array<char, Utf16Reader::kMinRoom> out;
  EXPECT_EQ(reader.Decode(&in, out), 0u);
  EXPECT_EQ(reader.End(), "\xEF\xBF\xBD");
  EXPECT_EQ(reader.End(), "");
}

}  // namespace
}  // namespace caascan::io
