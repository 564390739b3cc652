// Almost every name is plain ASCII, so labels are read one by one straight into wire form, and only
// a label that holds other characters goes through libidn2. Label by label rather than the whole
// name, because libidn2 would refuse what the DNS allows beside a U-label (an underscore, a third
// and fourth hyphen, an `xn--` that is no Punycode). Tested by idna_test.cc.
#include "scanner/input/idna.h"

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "scanner/input/url_text.h"
#include "scanner/io/out_of_memory.h"
#include "scanner/record/utf8.h"

namespace caascan::input {
namespace {

/// The lower-case octet for each byte that an ASCII label may hold, 0 for the others.
constexpr std::array<uint8_t, 256> MakeLabelTable() {
  std::array<uint8_t, 256> table{};
  for (uint8_t c = 'a'; c <= 'z'; ++c) table[c] = c;
  for (uint8_t c = 'A'; c <= 'Z'; ++c) table[c] = dns::LowerOctet(c);
  for (uint8_t c = '0'; c <= '9'; ++c) table[c] = c;
  table['-'] = '-';
  table['_'] = '_';
  return table;
}
constexpr std::array<uint8_t, 256> kLabelOctets = MakeLabelTable();

/// Bytes that neither end a label nor begin a character beyond ASCII.
constexpr std::array<bool, 256> MakeRunTable() {
  std::array<bool, 256> run{};
  for (size_t c = 0; c < 0x80; ++c) run[c] = c != '.';
  return run;
}
constexpr std::array<bool, 256> kWithinLabel = MakeRunTable();

/// A name in wire form that grows label by label.
class WireBuilder {
 public:
  /// Sets *changed where a letter was lowered.
  TypedNameError AddAscii(std::string_view label, bool* changed) {
    if (label.empty()) return TypedNameError::kEmptyLabel;
    if (label.size() > dns::kMaxLabelSize) return TypedNameError::kLabelTooLong;
    if (size_ + 1 + label.size() + 1 > wire_.size()) return TypedNameError::kNameTooLong;
    uint8_t* const to = wire_.data() + size_;
    to[0] = static_cast<uint8_t>(label.size());
    uint8_t differs = 0;
    for (size_t i = 0; i < label.size(); ++i) {
      const uint8_t octet = kLabelOctets[static_cast<uint8_t>(label[i])];
      if (octet == 0) return TypedNameError::kBadCharacter;
      differs |= static_cast<uint8_t>(octet ^ static_cast<uint8_t>(label[i]));
      to[1 + i] = octet;
    }
    size_ += 1 + label.size();
    *changed = *changed || differs != 0;
    return TypedNameError::kNone;
  }

  dns::Name Finish() {
    wire_[size_++] = 0;
    return dns::Name(dns::NameView::FromTrusted(wire_.data(), size_));
  }

 private:
  std::array<uint8_t, dns::kMaxNameSize> wire_;
  size_t size_ = 0;
};

struct TypedLabel {
  std::string_view text;
  bool ascii = true;
  size_t dot_size = 0;  // 0: the text ends without a dot.
};

/// Bytes of the dot that starts at `position`, or 0: U+002E and UTS #46's three other label
/// separators.
size_t DotSize(std::string_view text, size_t position) {
  if (text[position] == '.') return 1;
  if (static_cast<uint8_t>(text[position]) < 0x80) return 0;
  const std::string_view next = text.substr(position, 3);
  const bool dot = next == "\xE3\x80\x82" || next == "\xEF\xBC\x8E" || next == "\xEF\xBD\xA1";
  return dot ? 3 : 0;
}

TypedLabel ReadLabel(std::string_view text, size_t start) {
  TypedLabel label;
  size_t end = start;
  while (end < text.size()) {
    if (kWithinLabel[static_cast<uint8_t>(text[end])]) {
      ++end;
      continue;
    }
    label.dot_size = DotSize(text, end);
    if (label.dot_size != 0) break;
    label.ascii = false;
    ++end;
  }
  label.text = text.substr(start, end - start);
  return label;
}

/// Valid UTF-8, and in ASCII nothing that no label holds? libidn2 wants no NUL, and passes blanks.
TypedNameError CheckUnicodeLabel(std::string_view label) {
  for (size_t position = 0; position < label.size();) {
    const record::Utf8Character character = record::DecodeUtf8(label, position);
    if (!character.valid) return TypedNameError::kBadUtf8;
    if (character.size == 1 && kLabelOctets[static_cast<uint8_t>(label[position])] == 0) {
      return TypedNameError::kBadCharacter;
    }
    position += character.size;
  }
  return TypedNameError::kNone;
}

struct Idn2Free {
  void operator()(uint8_t* text) const { idn2_free(text); }
};

TypedNameError AddUnicode(std::string_view label, WireBuilder* wire) {
  const TypedNameError bad = CheckUnicodeLabel(label);
  if (bad != TypedNameError::kNone) return bad;
  const std::string terminated(label);
  uint8_t* raw = nullptr;
  const int result = idn2_lookup_u8(reinterpret_cast<const uint8_t*>(terminated.c_str()), &raw,
                                    IDN2_NONTRANSITIONAL);
  const std::unique_ptr<uint8_t, Idn2Free> mapped(raw);
  if (result == IDN2_MALLOC) io::OutOfMemory();
  if (result == IDN2_TOO_BIG_LABEL || result == IDN2_TOO_BIG_DOMAIN ||
      result == IDN2_PUNYCODE_BIG_OUTPUT) {
    return TypedNameError::kLabelTooLong;
  }
  if (result != IDN2_OK) return TypedNameError::kBadIdn;
  // The mapping may have made an ASCII label, with characters that none may hold, or dots.
  bool changed = false;
  const TypedNameError error =
      wire->AddAscii(reinterpret_cast<const char*>(mapped.get()), &changed);
  return error == TypedNameError::kBadCharacter ? TypedNameError::kBadIdn : error;
}

/// Four labels of at most three digits.
bool IsDottedQuad(dns::NameView name) {
  if (name.label_count() != 4) return false;
  for (; !name.is_root(); name = name.parent()) {
    const std::string_view label = name.first_label();
    if (label.size() > 3) return false;
    for (const char c : label) {
      if (c < '0' || c > '9') return false;
    }
  }
  return true;
}

TypedNameError ReadLabels(std::string_view text, TypedName* result) {
  WireBuilder wire;
  size_t position = 0;
  if (text.starts_with("*.")) {
    result->wildcard = true;
    position = 2;
    if (position == text.size()) return TypedNameError::kEmpty;
  }
  bool changed = false;
  while (position < text.size()) {
    const TypedLabel label = ReadLabel(text, position);
    const TypedNameError error =
        label.ascii ? wire.AddAscii(label.text, &changed) : AddUnicode(label.text, &wire);
    if (error != TypedNameError::kNone) return error;
    position += label.text.size() + label.dot_size;
    const bool final_dot = label.dot_size != 0 && position == text.size();
    if (!label.ascii || label.dot_size > 1 || final_dot) changed = true;
  }
  const dns::Name name = wire.Finish();
  if (result->wildcard && name.size() + 2 > dns::kMaxNameSize) return TypedNameError::kNameTooLong;
  if (IsDottedQuad(name)) return TypedNameError::kIpAddress;
  result->name = name;
  result->verbatim = !changed;
  return TypedNameError::kNone;
}

/// ParseTypedName() without a look at what else the text may be.
TypedName ReadTypedName(std::string_view text) {
  TypedName result;
  if (text.empty()) {
    result.error = TypedNameError::kEmpty;
  } else if (text == ".") {
    result.error = TypedNameError::kRoot;
  } else if (text.size() > kMaxTypedNameSize) {
    result.error = TypedNameError::kNameTooLong;
  } else {
    result.error = ReadLabels(text, &result);
  }
  return result;
}

/// What is wrong with a text that is no name for the reason `error`: it may be more than a name.
TypedNameError JudgeMore(std::string_view text, TypedNameError error) {
  if (IsIpAddress(text)) return TypedNameError::kIpAddress;
  std::string memory;
  const UrlHost url = FindUrlHost(text, &memory);
  if (!url.found) return error;
  if (url.literal) return TypedNameError::kIpAddress;
  const TypedNameError host = ReadTypedName(url.host).error;
  if (host == TypedNameError::kNone) return TypedNameError::kUrl;
  return host == TypedNameError::kIpAddress ? host : error;
}

}  // namespace

std::string_view TypedNameErrorText(TypedNameError error) {
  switch (error) {
    case TypedNameError::kNone:
      return "no error";
    case TypedNameError::kEmpty:
      return "empty name";
    case TypedNameError::kRoot:
      return "the root has no CAA";
    case TypedNameError::kEmptyLabel:
      return "empty label";
    case TypedNameError::kLabelTooLong:
      return "label over 63 octets";
    case TypedNameError::kNameTooLong:
      return "name over 255 octets";
    case TypedNameError::kBadCharacter:
      return "character that no domain name holds";
    case TypedNameError::kBadUtf8:
      return "not UTF-8";
    case TypedNameError::kBadIdn:
      return "not allowed by IDNA 2008";
    case TypedNameError::kIpAddress:
      return "IP address";
    case TypedNameError::kUrl:
      return "this is a URL: --from-url";
  }
  return "unknown error";
}

TypedName ParseTypedName(std::string_view text) {
  TypedName result = ReadTypedName(text);
  if (!result.ok()) result.error = JudgeMore(text, result.error);
  return result;
}

TypedName ParseTypedNameOrUrl(std::string_view text) {
  TypedName result = ParseTypedName(text);
  if (result.error != TypedNameError::kUrl) return result;
  std::string memory;
  TypedName host = ReadTypedName(FindUrlHost(text, &memory).host);
  host.verbatim = false;
  return host;
}

bool IsIpAddress(std::string_view text) {
  constexpr size_t kMaxPrefixDigits = 3;
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view bits = text.substr(slash + 1);
    const bool is_count = !bits.empty() && bits.size() <= kMaxPrefixDigits &&
                          bits.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_count) return false;
    text = text.substr(0, slash);
  }
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.size() >= copy.size()) return false;
  text.copy(copy.data(), text.size());
  std::array<uint8_t, sizeof(in6_addr)> octets{};
  return text.find('\0') == std::string_view::npos &&
         (inet_pton(AF_INET, copy.data(), octets.data()) == 1 ||
          inet_pton(AF_INET6, copy.data(), octets.data()) == 1);
}

}  // namespace caascan::input
