// Tested by utf8_test.cc.
#include "scanner/record/utf8.h"

#include <cassert>
#include <cstdint>

namespace caascan::record {
namespace {

/// What a first byte says of its character: how many bytes follow, its own bits, and which second
/// bytes are allowed (RFC 3629 §4: this is where overlong forms, surrogates and all beyond U+10FFFF
/// are shut out).
struct Lead {
  int following = -1;  // -1: no character starts so.
  char32_t bits = 0;
  uint8_t second_min = 0x80;
  uint8_t second_max = 0xBF;
};

Lead ReadLead(uint8_t byte) {
  if (byte < 0x80) return {.following = 0, .bits = byte};
  if (byte < 0xC2 || byte > 0xF4) return {};
  if (byte < 0xE0) return {.following = 1, .bits = byte & 0x1Fu};
  Lead lead;
  if (byte < 0xF0) {
    lead = {.following = 2, .bits = byte & 0x0Fu};
    if (byte == 0xE0) lead.second_min = 0xA0;
    if (byte == 0xED) lead.second_max = 0x9F;
    return lead;
  }
  lead = {.following = 3, .bits = byte & 0x07u};
  if (byte == 0xF0) lead.second_min = 0x90;
  if (byte == 0xF4) lead.second_max = 0x8F;
  return lead;
}

}  // namespace

Utf8Character DecodeUtf8(std::string_view text, size_t position) {
  assert(position < text.size() && "there is a character");
  const Lead lead = ReadLead(static_cast<uint8_t>(text[position]));
  Utf8Character character{.code_point = kReplacementCharacter, .size = 1, .valid = false};
  if (lead.following < 0) return character;
  char32_t code_point = lead.bits;
  for (int i = 1; i <= lead.following; ++i) {
    if (position + character.size >= text.size()) return character;
    const auto byte = static_cast<uint8_t>(text[position + character.size]);
    const uint8_t min = i == 1 ? lead.second_min : uint8_t{0x80};
    const uint8_t max = i == 1 ? lead.second_max : uint8_t{0xBF};
    if (byte < min || byte > max) return character;
    code_point = (code_point << 6) | (byte & 0x3Fu);
    ++character.size;
  }
  character.code_point = code_point;
  character.valid = true;
  return character;
}

void AppendUtf8(char32_t code_point, std::string* out) {
  assert(code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF) && "RFC 3629 §3");
  const auto push = [out](char32_t byte) {
    out->push_back(static_cast<char>(static_cast<uint8_t>(byte)));
  };
  if (code_point < 0x80) {
    push(code_point);
  } else if (code_point < 0x800) {
    push(0xC0 | (code_point >> 6));
    push(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    push(0xE0 | (code_point >> 12));
    push(0x80 | ((code_point >> 6) & 0x3F));
    push(0x80 | (code_point & 0x3F));
  } else {
    push(0xF0 | (code_point >> 18));
    push(0x80 | ((code_point >> 12) & 0x3F));
    push(0x80 | ((code_point >> 6) & 0x3F));
    push(0x80 | (code_point & 0x3F));
  }
}

}  // namespace caascan::record
