// Names are kept in wire form because everything the scanner does with them (comparing, climbing to
// the parent, writing a query) is cheaper there than in text. A parent is the same bytes further
// on. Tested by name_test.cc.
#include "scanner/dns/name.h"

#include <array>
#include <cassert>

#include "scanner/dns/octets.h"
#include "scanner/dns/presentation.h"

namespace caascan::dns {
namespace {

constexpr uint64_t kHashPrime = 0x9E3779B97F4A7C15ull;

}  // namespace

std::optional<NameView> NameView::FromWire(std::span<const uint8_t> wire) {
  if (wire.empty() || wire.size() > kMaxNameSize) return std::nullopt;
  size_t position = 0;
  while (position < wire.size()) {
    const uint8_t length = wire[position];
    if (length == 0) {
      if (position + 1 != wire.size()) return std::nullopt;
      return NameView(wire.data(), static_cast<uint8_t>(wire.size()));
    }
    if (length > kMaxLabelSize) return std::nullopt;
    position += 1u + length;
  }
  return std::nullopt;
}

size_t NameView::label_count() const {
  size_t count = 0;
  for (size_t position = 0; data_[position] != 0; position += 1u + data_[position]) ++count;
  return count;
}

NameView NameView::suffix(size_t labels) const {
  NameView view = *this;
  for (size_t count = label_count(); count > labels; --count) view = view.parent();
  return view;
}

bool NameView::IsAtOrBelow(NameView ancestor) const {
  if (size_ < ancestor.size_) return false;
  if (ancestor.is_root()) return true;
  const size_t skip = static_cast<size_t>(size_ - ancestor.size_);
  size_t position = 0;
  while (position < skip) position += 1u + data_[position];
  return position == skip && EqualOctets(data_ + skip, ancestor.data_, ancestor.size_);
}

bool operator==(NameView a, NameView b) {
  return a.size_ == b.size_ && EqualOctets(a.data_, b.data_, a.size_);
}

namespace {

/// Does a label's octet stand for itself in text?
constexpr std::array<bool, 256> MakePlainTable() {
  std::array<bool, 256> plain{};
  for (size_t c = 0x21; c < 0x7f; ++c) plain[c] = c != '.' && c != '\\';
  return plain;
}
constexpr std::array<bool, 256> kPlain = MakePlainTable();

bool IsPlainLabel(const uint8_t* octets, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (!kPlain[octets[i]]) return false;
  }
  return true;
}

void AppendEscaped(uint8_t c, std::string* out) {
  if (c == '.' || c == '\\') {
    out->push_back('\\');
    out->push_back(static_cast<char>(c));
  } else {
    AppendDecimalEscape(c, out);
  }
}

void AppendEscapedText(NameView name, std::string* out) {
  for (NameView rest = name; !rest.is_root(); rest = rest.parent()) {
    if (rest.size() != name.size()) out->push_back('.');
    for (const char c : rest.first_label()) {
      if (kPlain[static_cast<uint8_t>(c)]) {
        out->push_back(c);
      } else {
        AppendEscaped(static_cast<uint8_t>(c), out);
      }
    }
  }
}

}  // namespace

void NameView::AppendText(std::string* out) const {
  if (is_root()) {
    out->push_back('.');
    return;
  }
  // The text of a plain name is its wire form with dots for length octets.
  const size_t start = out->size();
  out->append(reinterpret_cast<const char*>(data_ + 1), size_ - 2u);
  for (size_t position = 0; data_[position] != 0; position += 1u + data_[position]) {
    if (position != 0) (*out)[start + position - 1] = '.';
    if (IsPlainLabel(data_ + position + 1, data_[position])) continue;
    out->resize(start);
    AppendEscapedText(*this, out);
    return;
  }
}

std::string NameView::ToText() const {
  std::string out;
  AppendText(&out);
  return out;
}

std::string NameView::ToLowerText() const {
  Name lower(*this);
  lower.ToLower();
  return lower.view().ToText();
}

std::string_view NameErrorText(NameError error) {
  switch (error) {
    case NameError::kNone:
      return "no error";
    case NameError::kEmpty:
      return "empty name";
    case NameError::kEmptyLabel:
      return "empty label";
    case NameError::kLabelTooLong:
      return "label over 63 octets";
    case NameError::kNameTooLong:
      return "name over 255 octets";
    case NameError::kBadEscape:
      return "bad escape";
  }
  return "unknown error";
}

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Reads one octet of presentation form at *position and moves past it. `escaped` says whether a
/// dot is data.
bool ReadPresentationOctet(std::string_view text, size_t* position, uint8_t* octet, bool* escaped) {
  const char c = text[*position];
  *escaped = c == '\\';
  if (!*escaped) {
    *octet = static_cast<uint8_t>(c);
    *position += 1;
    return true;
  }
  if (*position + 1 >= text.size()) return false;
  if (!IsDigit(text[*position + 1])) {
    *octet = static_cast<uint8_t>(text[*position + 1]);
    *position += 2;
    return true;
  }
  if (*position + 3 >= text.size() || !IsDigit(text[*position + 2]) ||
      !IsDigit(text[*position + 3])) {
    return false;
  }
  const int value = (text[*position + 1] - '0') * 100 + (text[*position + 2] - '0') * 10 +
                    (text[*position + 3] - '0');
  if (value > 255) return false;
  *octet = static_cast<uint8_t>(value);
  *position += 4;
  return true;
}

}  // namespace

NameError Name::FromText(std::string_view text, Name* out) {
  if (text.empty()) return NameError::kEmpty;
  if (text == ".") {
    *out = Name();
    return NameError::kNone;
  }
  Name name;
  size_t label_start = 0;  // Where the current label's length octet stands.
  size_t size = 1;
  for (size_t position = 0; position < text.size();) {
    uint8_t octet = 0;
    bool escaped = false;
    if (!ReadPresentationOctet(text, &position, &octet, &escaped)) return NameError::kBadEscape;
    const size_t label_size = size - label_start - 1;
    if (octet == '.' && !escaped) {
      if (label_size == 0) return NameError::kEmptyLabel;
      name.wire_[label_start] = static_cast<uint8_t>(label_size);
      label_start = size++;
      if (size > kMaxNameSize) return NameError::kNameTooLong;
      continue;
    }
    if (label_size == kMaxLabelSize) return NameError::kLabelTooLong;
    if (size >= kMaxNameSize) return NameError::kNameTooLong;
    name.wire_[size++] = octet;
  }
  const size_t label_size = size - label_start - 1;
  if (label_size > 0) {
    if (size >= kMaxNameSize) return NameError::kNameTooLong;
    name.wire_[label_start] = static_cast<uint8_t>(label_size);
    name.wire_[size++] = 0;
  } else {
    name.wire_[label_start] = 0;  // The text ended with a dot.
  }
  name.size_ = static_cast<uint8_t>(size);
  *out = name;
  return NameError::kNone;
}

bool Name::Prepend(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabelSize) return false;
  if (size_ + 1u + label.size() > kMaxNameSize) return false;
  std::memmove(wire_.data() + 1 + label.size(), wire_.data(), size_);
  wire_[0] = static_cast<uint8_t>(label.size());
  std::memcpy(wire_.data() + 1, label.data(), label.size());
  size_ = static_cast<uint8_t>(size_ + 1 + label.size());
  return true;
}

std::optional<Name> Name::Substitute(NameView name, NameView owner, NameView target) {
  assert(name.IsBelow(owner) && "only names below a DNAME's owner are substituted");
  const size_t kept = name.size() - owner.size();
  if (kept + target.size() > kMaxNameSize) return std::nullopt;
  Name out;
  std::memcpy(out.wire_.data(), name.data(), kept);
  std::memcpy(out.wire_.data() + kept, target.data(), target.size());
  out.size_ = static_cast<uint8_t>(kept + target.size());
  return out;
}

void Name::ToLower() {
  size_t position = 0;
  for (; position + 8 <= size_; position += 8) {
    const uint64_t lower = LowerWord(LoadWord(wire_.data() + position));
    std::memcpy(wire_.data() + position, &lower, sizeof lower);
  }
  for (; position < size_; ++position) wire_[position] = LowerOctet(wire_[position]);
}

void CompactName::Store(NameView view) {
  size_ = static_cast<uint8_t>(view.size());
  uint8_t* to = bytes_.data();
  if (view.size() > kInline) {
    to = new uint8_t[view.size()];
    std::memcpy(bytes_.data(), &to, sizeof to);
  }
  std::memcpy(to, view.data(), view.size());
}

uint64_t HashName(NameView name, uint64_t seed) {
  uint64_t hash = seed ^ (name.size() * kHashPrime);
  const auto mix = [&hash](uint64_t word) {
    hash = (hash ^ LowerWord(word)) * kHashPrime;
    hash ^= hash >> 32;
  };
  size_t position = 0;
  for (; position + 8 <= name.size(); position += 8) mix(LoadWord(name.data() + position));
  if (position < name.size()) mix(LoadTail(name.data(), name.size()));
  return hash;
}

}  // namespace caascan::dns
